"""Small lists of common given and family names in three languages, written for the demonstration.

They are everyday names chosen by hand, none taken from a list of real people; many carry letters beyond ASCII, because
real customers' files do.
"""

PORTUGUESE_GIVEN = (
    "Adão", "Afonso", "Alzira", "Amélia", "André", "Ângela", "António", "Beatriz", "Belmiro", "Benedita",
    "Carlota", "Cátia", "Célia", "Cristóvão", "Débora", "Dinis", "Eça", "Emília", "Estêvão", "Fábio",
    "Fátima", "Filipa", "Firmino", "Gonçalo", "Graça", "Helena", "Hélder", "Inês", "Íris", "Joana", "João",
    "Joaquim", "Júlia", "Lídia", "Lourenço", "Lúcia", "Luís", "Mafalda", "Márcio", "Matilde", "Mónica",
    "Nuno", "Olívia", "Patrícia", "Raquel", "Rúben", "Sérgio", "Simão", "Sónia", "Vítor",
)  # fmt: skip

PORTUGUESE_FAMILY = (
    "Almeida", "Antunes", "Araújo", "Azevedo", "Baptista", "Barros", "Brandão", "Calçada", "Câmara",
    "Cardoso", "Carvalho", "Conceição", "Correia", "Coutinho", "Faria", "Ferrão", "Fonseca", "Freitas",
    "Gonçalves", "Guimarães", "Leitão", "Lourenço", "Macedo", "Magalhães", "Marçal", "Meneses", "Moção",
    "Neves", "Nóbrega", "Paixão", "Pinhão", "Quintão", "Rebelo", "Ribeiro", "Salomão", "Seabra", "Simões",
    "Taborda", "Valadão", "Viçoso",
)  # fmt: skip

ENGLISH_GIVEN = (
    "Agnes", "Albert", "Alice", "Arthur", "Beryl", "Bridget", "Chloë", "Clara", "Cyril", "Daphne", "Doris",
    "Edgar", "Edith", "Elsie", "Ernest", "Esmé", "Flora", "Frank", "George", "Gwen", "Harold", "Hazel", "Ida",
    "Ivor", "Joyce", "Judith", "Kenneth", "Leonard", "Mabel", "Maisie", "Martin", "Maud", "Nigel", "Noël",
    "Olive", "Oscar", "Percy", "Phoebe", "Ralph", "Renée", "Rhona", "Rosalind", "Sidney", "Stella", "Thora",
    "Ursula", "Violet", "Walter", "Winifred", "Zoë",
)  # fmt: skip

ENGLISH_FAMILY = (
    "Alderton", "Ashdown", "Barrowby", "Birchall", "Blackmoor", "Brontë", "Calloway", "Chadburn",
    "Copperfield", "Dunmore", "Eastwick", "Elmhurst", "Fairweather", "Farrow", "Fernsby", "Garside",
    "Greenhalgh", "Hartnell", "Hawksworth", "Inglewood", "Kettlewell", "Langstaff", "Larkspur", "Lockwood",
    "Marchbank", "Merriweather", "Netherby", "O’Dowd", "Oakenshaw", "Pendlebury", "Quillfeather",
    "Ravensdale", "Sallow-Hythe", "Shawcross", "Thackeray", "Tolliver", "Underhill", "Wetherby", "Whitlock",
    "Yarrow",
)  # fmt: skip

FRENCH_GIVEN = (
    "Adélaïde", "Aimée", "Alizée", "Amandine", "Anaïs", "Béatrice", "Benoît", "Bérénice", "Bruno", "Cédric",
    "Céline", "Chloé", "Clémence", "Côme", "Désiré", "Édith", "Élise", "Étienne", "Eugénie", "Félix",
    "François", "Gaël", "Geneviève", "Gérald", "Hélène", "Hervé", "Hugues", "Irène", "Jérôme", "Joël",
    "Laëtitia", "Léa", "Loïc", "Maëlle", "Maïté", "Mélanie", "Mickaël", "Noé", "Océane", "Odile", "Pascal",
    "Quentin", "Régis", "Rémi", "Sébastien", "Solène", "Théo", "Valérie", "Yoann", "Zélie",
)  # fmt: skip

FRENCH_FAMILY = (
    "Abélard", "Aubépin", "Beaufrère", "Bellefontaine", "Boisclair", "Bréchet", "Çampin", "Chênevert",
    "Clairval", "Courtebotte", "Delaître", "Desprès", "Dufrêne", "Duchâtel", "Épinay", "Fougère", "Fréchette",
    "Gâtineau", "Girouard", "Grandpré", "Hautbois", "Jolivet", "Labrèche", "Lefèvre", "L’Hermitte", "Lemaçon",
    "Maisonneuve", "Marécage", "Montfaucon", "Noël", "Œillet", "Peltier", "Préfontaine", "Queneau", "Rivière",
    "Saint-Brieux", "Tréville", "Vauquelin", "Verdière", "Ythier",
)  # fmt: skip
