"""Every sensitive action is in the log: accounts, keys, roles, data, deletions (K-4f, N-2.4a)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """`done` are the actions carried out on the canary; the others say which of them have no entry, one without who
    or when, or one that was not sealed within `patience`."""

    done: tuple[str, ...]
    unlogged: tuple[str, ...]
    vague: tuple[str, ...]
    waiting: tuple[str, ...]
    patience: timedelta


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """All of them, or broken."""
    if facts.unlogged:
        return broken("sensitive.unlogged", which=facts.unlogged)
    if facts.vague:
        return broken("sensitive.vague", which=facts.vague)
    if not facts.done:
        return unverified("sensitive.none")
    if facts.waiting:
        return at_risk("sensitive.not_sealed", n=len(facts.waiting), patience=facts.patience)
    return kept("sensitive.logged", n=len(facts.done))


SENTENCES = {
    "sensitive.logged": {
        "en": "{n:sensitive action|sensitive actions} carried out at a test customer, each in the sealed log.",
        "fr": "{n:action sensible menée|actions sensibles menées} chez un client d’essai, chacune au journal scellé.",
    },
    "sensitive.unlogged": {
        "en": "A sensitive action left no entry in the log ({which:list}).",
        "fr": "Une action sensible n’a laissé aucune trace au journal ({which:list}).",
    },
    "sensitive.vague": {
        "en": "A sensitive action is in the log without who or when ({which:list}).",
        "fr": "Une action sensible figure au journal sans qui ni quand ({which:list}).",
    },
    "sensitive.not_sealed": {
        "en": "{n:action was|actions were} written down and not sealed within {patience:duration}.",
        "fr": "{n:action a été notée|actions ont été notées} sans être scellées en {patience:duration}.",
    },
    "sensitive.none": {
        "en": "No sensitive action could be carried out at a test customer.",
        "fr": "Aucune action sensible n’a pu être menée chez un client d’essai.",
    },
}
