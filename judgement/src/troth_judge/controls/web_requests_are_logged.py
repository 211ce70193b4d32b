"""Judges whether every web request leaves a line in the log (clauses N-2.4a, K-4h)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """How many requests were sent, and how many lines of them stand in the log, whole ones counted apart."""

    reached: bool
    there: bool
    sent: int
    logged: int
    whole: int


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """One request without its line is a hole."""
    if not facts.reached or not facts.sent:
        return unverified("web_log.not_reached")
    if not facts.there:
        return broken("web_log.gone")
    if facts.logged < facts.sent or facts.whole < facts.sent:
        return broken("web_log.missing", missing=facts.sent - min(facts.logged, facts.whole), sent=facts.sent)
    return kept("web_log.kept", sent=facts.sent)


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "web_log.kept": {
        "en": "{sent:request was|requests were} sent to our own server, and each has its line in the log.",
        "fr": "{sent:requête a été envoyée|requêtes ont été envoyées} à notre propre serveur, et chacune a sa ligne au "
        "journal.",
    },
    "web_log.missing": {
        "en": "{missing} of {sent:request|requests} to our own server left no line in the log.",
        "fr": "{missing} sur {sent:requête|requêtes} à notre propre serveur n’ont laissé aucune ligne au journal.",
    },
    "web_log.gone": {
        "en": "There is no log of web requests.",
        "fr": "Il n’y a pas de journal des requêtes web.",
    },
    "web_log.not_reached": {
        "en": "Our own server did not answer.",
        "fr": "Notre propre serveur n’a pas répondu.",
    },
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "web_log.missing": {
        "en": "Look whether the disk of TROTH_HOME is full, and who may write to TROTH_HOME/log.",
        "fr": "Voyez si le disque de TROTH_HOME est plein, et qui peut écrire dans TROTH_HOME/log.",
    },
}
