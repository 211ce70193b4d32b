"""Judges whether the wall between customers stands (clauses C-1.1a, N-2.3a, X-3a)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """What the catalogue says, and which acts went through. Tables, policies and roles by their names."""

    tables: int
    unwalled: tuple[str, ...]
    loose: tuple[str, ...]
    mighty: tuple[str, ...]
    passable: tuple[str, ...]
    role: str
    twins: int
    twins_failed: tuple[str, ...]
    tried: int
    passed: tuple[str, ...]


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:  # noqa: PLR0911 - one answer to each question
    """One act that went through outranks whatever the catalogue says."""
    if facts.passed:
        return broken("walled_off.passed", acts=facts.passed)
    if facts.unwalled:
        return broken("walled_off.unwalled", tables=facts.unwalled)
    if facts.loose:
        return broken("walled_off.loose", policies=facts.loose)
    if facts.mighty or facts.passable:
        return broken("walled_off.mighty", who=(*facts.mighty, *facts.passable))
    if not facts.tables or not facts.tried or not facts.twins:
        return unverified("walled_off.nothing_tried")
    if facts.twins_failed:
        return unverified("walled_off.no_twin", acts=facts.twins_failed)
    if facts.role != "app":
        return unverified("walled_off.other_role", role=facts.role)
    return kept("walled_off.kept", tables=facts.tables, tried=facts.tried)


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "walled_off.kept": {
        "en": "The wall stands on all {tables:table|tables} with customers’ rows; {tried:forbidden act was|forbidden "
        "acts were} tried on a canary’s neighbour and none went through.",
        "fr": "Le mur tient sur {tables:table|tables} de clients ; {tried:acte interdit a été tenté|actes interdits "
        "ont été tentés} sur le voisin d’un canari, aucun n’a abouti.",
    },
    "walled_off.passed": {
        "en": "A customer reached its neighbour: {acts:list}.",
        "fr": "Un client a atteint son voisin : {acts:list}.",
    },
    "walled_off.unwalled": {
        "en": "{tables:table stands|tables stand} without the wall: {tables:list}.",
        "fr": "{tables:table se trouve|tables se trouvent} sans le mur : {tables:list}.",
    },
    "walled_off.loose": {
        "en": "{policies:policy lets|policies let} through more than the wall and its known doors: {policies:list}.",
        "fr": "{policies:politique laisse|politiques laissent} passer plus que le mur et ses portes connues : "
        "{policies:list}.",
    },
    "walled_off.mighty": {
        "en": "Something could pass the wall without asking it: {who:list}.",
        "fr": "Quelque chose pourrait franchir le mur sans l’interroger : {who:list}.",
    },
    "walled_off.nothing_tried": {
        "en": "There was no table or nothing could be tried.",
        "fr": "Il n’y avait aucune table, ou rien n’a pu être tenté.",
    },
    "walled_off.no_twin": {
        "en": "The canary could not do what it may ({acts:list}), so the refusals prove nothing.",
        "fr": "Le canari n’a pas pu faire ce qui lui est permis ({acts:list}) : les refus ne prouvent donc rien.",
    },
    "walled_off.other_role": {
        "en": "The check ran as the database role {role}, not as the one that serves requests.",
        "fr": "La vérification a tourné sous le rôle {role}, et non sous celui qui sert les requêtes.",
    },
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "walled_off.passed": {
        "en": "Stop the platform (`troth down`), find what changed in the database, and restore the wall before it "
        "serves again; then tell the customers whose rows stood open.",
        "fr": "Arrêtez la plateforme (`troth down`), trouvez ce qui a changé dans la base et rétablissez le mur avant "
        "de servir à nouveau ; puis prévenez les clients dont les lignes étaient ouvertes.",
    },
    "walled_off.unwalled": {
        "en": "Run `ALTER TABLE … ENABLE ROW LEVEL SECURITY; ALTER TABLE … FORCE ROW LEVEL SECURITY` and give the "
        "table its policy `wall`; find out who removed them.",
        "fr": "Exécutez `ALTER TABLE … ENABLE ROW LEVEL SECURITY; ALTER TABLE … FORCE ROW LEVEL SECURITY` et rendez "
        "à la table sa politique `wall` ; cherchez qui les a retirées.",
    },
}
