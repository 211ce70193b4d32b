"""The marks that a draft leaves where a person has something to say; `pack.load` with what is known refuses them."""

from typing import Final

UNTRANSLATED: Final = {"en": "[to be translated]", "fr": "[à traduire]"}
UNSAID: Final = {"en": "[to be said]", "fr": "[à dire]"}


def unfinished(words: str) -> str | None:
    """Why these words are not finished; None if they are."""
    said = words.strip()
    if said in UNTRANSLATED.values():
        return "still to be translated"
    return "still to be said" if said in UNSAID.values() else None
