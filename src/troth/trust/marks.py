"""The seven states as a reader sees them: a colour, a shape and a word; the words are the judgement's own."""

from collections.abc import Mapping

from django.utils.translation import get_language

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
