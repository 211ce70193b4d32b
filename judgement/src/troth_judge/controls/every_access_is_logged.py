"""Whoever looks at customer data stands in the sealed log: who, when, at what (A-2b, N-2.4a, X-3d, C-1.5a)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """Each way of looking was taken on the canary. `unlogged`: no entry; `vague`: one without who, when or what;
    `waiting`: not sealed within `patience`."""

    ways: tuple[str, ...]
    unlogged: tuple[str, ...]
    vague: tuple[str, ...]
    waiting: tuple[str, ...]
    slowest: timedelta | None
    patience: timedelta


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """A look without an entry is the worst; one whose entry waits is told apart."""
    if facts.unlogged:
        return broken("access.unlogged", n=len(facts.unlogged), of=len(facts.ways), which=facts.unlogged)
    if facts.vague:
        return broken("access.vague", which=facts.vague)
    if not facts.ways:
        return unverified("access.no_look")
    if facts.waiting:
        return at_risk("access.not_sealed", n=len(facts.waiting), patience=facts.patience)
    return kept("access.logged", n=len(facts.ways), slowest=facts.slowest)


SENTENCES = {
    "access.logged": {
        "en": "We looked at a test record in {n:way|ways}. Each look stands in the sealed log with who, when and what, "
        "the last after {slowest:duration}.",
        "fr": "Nous avons consulté une fiche d’essai de {n:façon|façons}. Chaque consultation figure au journal scellé "
        "avec qui, quand et quoi, la dernière après {slowest:duration}.",
    },
    "access.unlogged": {
        "en": "{n:way|ways} of looking at a record left no entry in the log ({which:list}).",
        "fr": "{n:façon|façons} de consulter une fiche sans trace au journal ({which:list}).",
    },
    "access.vague": {
        "en": "A look is in the log without saying who, when or at what ({which:list}).",
        "fr": "Une consultation figure au journal sans dire qui, quand ou quoi ({which:list}).",
    },
    "access.not_sealed": {
        "en": "{n:look was|looks were} written down and not sealed within {patience:duration}.",
        "fr": "{n:consultation a été notée|consultations ont été notées} sans être scellées en {patience:duration}.",
    },
    "access.no_look": {
        "en": "There was no test record to look at.",
        "fr": "Il n’y avait pas de fiche d’essai à consulter.",
    },
}
ADVICE = {
    "access.unlogged": {
        "en": "Stop serving until it is found: data is being read without a trace.",
        "fr": "Suspendez le service jusqu’à l’explication : des données sont lues sans trace.",
    },
    "access.not_sealed": {
        "en": "See that the sealer runs (`troth status`).",
        "fr": "Vérifiez que le scelleur tourne (`troth status`).",
    },
}
