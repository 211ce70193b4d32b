"""An entry of the access log says date, time, route or entity, operation and source address (C-1.6b, C-1.5a)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """The newest sealed entries of people and API keys, `tests` of them our own. `missing` names what some lack, "
    "`which` are their event ids."""

    window: timedelta
    looked_at: int
    tests: int
    incomplete: int
    missing: tuple[str, ...]
    which: tuple[str, ...]


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """One incomplete entry is one too many; without a clause that lists what it holds, all of it counts."""
    wanted = terms.get("audit.entry_holds.all_of")
    missing = tuple(one for one in facts.missing if not isinstance(wanted, tuple) or one in wanted)
    if missing:
        return broken("entry.incomplete", n=facts.incomplete, of=facts.looked_at, missing=missing, which=facts.which)
    if not facts.looked_at + facts.tests:
        return unverified("entry.none", window=facts.window)
    if not facts.looked_at:
        return kept("entry.only_tests", n=facts.tests)
    return kept("entry.complete", n=facts.looked_at, window=facts.window)


SENTENCES = {
    "entry.complete": {
        "en": "{n:entry|entries} of the last {window:duration} examined: each says when, what, where and, sealed, from "
        "which address and by whom.",
        "fr": "{n:entrée examinée|entrées examinées} sur {window:duration} : chacune dit quand, quoi, où et, sous "
        "scellé, "
        "de quelle adresse et par qui.",
    },
    "entry.only_tests": {
        "en": "No customer’s entry today. {n:entry|entries} of our own tests say when, what, where and, sealed, from "
        "which address and by whom.",
        "fr": "Aucune entrée de client aujourd’hui. {n:entrée|entrées} de nos essais disent quand, quoi, où et, sous "
        "scellé, de quelle adresse et par qui.",
    },
    "entry.incomplete": {
        "en": "{n:entry|entries} of {of} examined say too little. Missing: {missing:list}.",
        "fr": "{n:entrée|entrées} sur {of} en disent trop peu. Il manque : {missing:list}.",
    },
    "entry.none": {
        "en": "Nobody did anything in {window:duration} that would stand in the log.",
        "fr": "Personne n’a rien fait en {window:duration} qui figurerait au journal.",
    },
}
ADVICE = {
    "entry.incomplete": {
        "en": "Look the entries up by their ids: their route tells which way in forgets to say it.",
        "fr": "Cherchez ces entrées par leur identifiant : leur route dit quel accès oublie de le dire.",
    },
}
