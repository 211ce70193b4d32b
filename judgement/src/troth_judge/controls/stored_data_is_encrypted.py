"""Judges whether stored customer data is encrypted (clauses A-5b, X-2c, K-4b; exceeds N-2.2f)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """Where a canary's words were found in the clear, and what samples of sealed columns look like.

    `raw` says whether its page was read from the disk: `seen` (its sealed bytes stood there), `not_written_yet`, `no`.
    """

    found: bool
    raw: str
    searched_bytes: int
    searched_files: int
    hits: tuple[str, ...]
    sampled: int
    unsealed: tuple[str, ...]
    plain_folders: tuple[str, ...]
    clear_files: int
    clear_oldest: timedelta | None


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:  # noqa: PLR0911 - one answer to each question
    """What is legible is not encrypted, wherever it lies; what is legible for a while is said too."""
    if facts.hits:
        return broken("stored_data.hit", where=facts.hits)
    if facts.unsealed:
        return broken("stored_data.unsealed", columns=facts.unsealed)
    if facts.plain_folders:
        return broken("stored_data.plain_folder", folders=facts.plain_folders)
    if not facts.found or not facts.sampled:
        return unverified("stored_data.no_twin")
    if facts.clear_files:
        return at_risk("stored_data.clear_files", files=facts.clear_files, oldest=facts.clear_oldest)
    searched = round(facts.searched_bytes / 1_000_000)
    if facts.raw == "seen":
        return kept("stored_data.kept", searched=searched, sampled=facts.sampled)
    code = "stored_data.kept_unwritten" if facts.raw == "not_written_yet" else "stored_data.kept_by_rows"
    return kept(code, searched=searched, sampled=facts.sampled)


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "stored_data.kept": {
        "en": "{searched} MB of raw pages, write-ahead log and files were searched: no canary found. {sampled:sealed "
        "value was|sealed values were} looked at, and all are sealed.",
        "fr": "{searched} Mo de pages brutes, de journal d’écriture et de fichiers ont été fouillés : aucun canari "
        "trouvé. {sampled:valeur scellée examinée, elle l’est|valeurs scellées examinées, toutes le sont} bien.",
    },
    "stored_data.kept_by_rows": {
        "en": "The canary’s rows and {searched} MB of files were searched: no canary found in the clear. "
        "{sampled:sealed value was|sealed values were} looked at, and all are sealed. Its raw page could not be read "
        "from the disk.",
        "fr": "Les lignes du canari et {searched} Mo de fichiers ont été fouillés : aucun canari trouvé en clair. "
        "{sampled:valeur scellée examinée, elle l’est|valeurs scellées examinées, toutes le sont} bien. Sa page brute "
        "n’a pas pu être lue sur le disque.",
    },
    "stored_data.kept_unwritten": {
        "en": "The canary’s rows and {searched} MB of pages, write-ahead log and files were searched: no canary found "
        "in the clear. {sampled:sealed value was|sealed values were} looked at, and all are sealed. The canary’s own "
        "page was not written out to the disk yet.",
        "fr": "Les lignes du canari et {searched} Mo de pages, de journal d’écriture et de fichiers ont été fouillés : "
        "aucun canari trouvé en clair. {sampled:valeur scellée examinée, elle l’est|valeurs scellées examinées, toutes "
        "le sont} bien. La page même du canari n’est pas encore écrite sur le disque.",
    },
    "stored_data.hit": {
        "en": "A canary’s words were found in the clear: {where:list}.",
        "fr": "Les mots d’un canari ont été trouvés en clair : {where:list}.",
    },
    "stored_data.unsealed": {
        "en": "Values that should be sealed are not: {columns:list}.",
        "fr": "Des valeurs qui devraient être scellées ne le sont pas : {columns:list}.",
    },
    "stored_data.plain_folder": {
        "en": "An unknown folder of the installation holds legible files: {folders:list}.",
        "fr": "Un dossier inconnu de l’installation contient des fichiers lisibles : {folders:list}.",
    },
    "stored_data.clear_files": {
        "en": "All else is sealed, but {files:export or file of rejected rows lies|exports or files of rejected rows "
        "lie} in the clear on the server until it is fetched or expires, the oldest for {oldest:duration}.",
        "fr": "Tout le reste est scellé, mais {files:exportation ou fichier de lignes rejetées attend|exportations ou "
        "fichiers de lignes rejetées attendent} en clair sur le serveur, le plus ancien depuis {oldest:duration}.",
    },
    "stored_data.no_twin": {
        "en": "The canary’s sealed record was not found, so that not finding its words proves nothing.",
        "fr": "L’enregistrement scellé du canari n’a pas été trouvé : ne pas trouver ses mots ne prouve donc rien.",
    },
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "stored_data.clear_files": {
        "en": "Fetch exports and rejected rows and remove them: TROTH_HOME/exports and TROTH_HOME/rejected. They "
        "expire by themselves within days.",
        "fr": "Récupérez les exportations et les lignes rejetées puis supprimez-les : TROTH_HOME/exports et "
        "TROTH_HOME/rejected. Elles expirent d’elles-mêmes en quelques jours.",
    },
    "stored_data.plain_folder": {
        "en": "Look what the folder holds and who put it there; remove it, or move it out of the installation.",
        "fr": "Voyez ce que contient le dossier et qui l’y a mis ; supprimez-le ou sortez-le de l’installation.",
    },
}
