"""The seven states as a reader sees them: a colour, a shape and a word; the words are the judgement's own."""

from collections.abc import Mapping

from django.utils.translation import get_language, npgettext

from troth_judge.sentences import STATE_WORDS
from troth_judge.verdict import State
from troth_judge.words import Language

MARKS: Mapping[State, str] = {
    "kept": "kept",
    "at_risk": "risk",
    "broken": "broken",
    "stale": "stale",
    "unverified": "none",
    "excepted": "except",
    "declared": "decl",
}
"""The name of each state's shape, and of its colour in the stylesheet."""
ORDER: tuple[State, ...] = ("kept", "at_risk", "broken", "stale", "unverified", "excepted", "declared")


def language() -> Language:
    """The language that is being spoken."""
    return "fr" if (get_language() or "").startswith("fr") else "en"


def word(state: State) -> str:
    """The state's word."""
    return STATE_WORDS[state][language()]


def counted(state: State, count: int) -> str:
    """The state's word beside a number of promises."""
    told = {
        "kept": npgettext("promises", "kept", "kept", count),
        "at_risk": npgettext("promises", "at risk", "at risk", count),
        "broken": npgettext("promises", "broken", "broken", count),
        "stale": npgettext("promises", "not checked in time", "not checked in time", count),
        "unverified": npgettext("promises", "not proven", "not proven", count),
        "excepted": npgettext("promises", "excepted", "excepted", count),
        "declared": npgettext("promises", "declared", "declared", count),
    }
    return told[state]
