"""Characters: what is kept, what is dropped, and what makes two spellings the same.

Storing keeps what a person wrote (NFC); matching folds it (NFKC, case, spaces). Both leave no room for characters
that nobody sees: controls are refused, direction controls and zero-width marks are dropped from texts and refused
inside identifiers. Look-alike letters of different scripts are not told apart: they are different identifiers.
"""

import re
import unicodedata
from typing import Final

from troth.vault.errors import Unfit
from troth.vault.limits import TEXT_LENGTH

# C0 and C1 controls without tab, line feed and carriage return; NUL is among them. Lone surrogates can't be encoded.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Direction controls can make a text read as another; the others are invisible and only tell equal things apart.
# ZWNJ and ZWJ (U+200C, U+200D) stay in texts: Persian, Indic scripts and emoji need them.
_UNSEEN: Final = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_ANY_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_UNDECODED: Final = re.compile("[\ud800-\udfff]")
_SPACES: Final = re.compile(r"\s+")


def kept(value: str) -> str:
    """A text as it is stored: trimmed, NFC, nothing invisible but what scripts need."""
    if value.isascii() and value.isprintable():
        return _bounded(value.strip())
    _refuse_controls(value)
    # Dropping a mark can bring characters together that compose, so it comes before NFC.
    return _bounded(unicodedata.normalize("NFC", _UNSEEN.sub("", value)).strip())


def _refuse_controls(value: str) -> None:
    if _CONTROLS.search(value):
        # Readers let bytes that don't decode through as lone surrogates, so that only their row is refused.
        undecoded = _UNDECODED.search(value)
        raise Unfit("holds bytes that are not of the source's encoding" if undecoded else "holds control characters")


def _bounded(value: str) -> str:
    if len(value) > TEXT_LENGTH:
        raise Unfit(f"is longer than {TEXT_LENGTH} characters")
    return value


def visible(value: str) -> str:
    """An identifier's characters: NFKC and trimmed; anything invisible inside it is refused.

    Marks at either end are what copying and pasting leaves behind, and are dropped.
    """
    if value.isascii() and value.isprintable():
        return value.strip()
    _refuse_controls(value.strip())
    value = _trimmed(unicodedata.normalize("NFKC", _trimmed(value)))
    if _ANY_UNSEEN.search(value) or "\n" in value or "\r" in value or "\t" in value:
        raise Unfit("holds invisible characters")
    return value


def _trimmed(value: str) -> str:
    while True:
        shorter = value.strip()
        if shorter and _ANY_UNSEEN.match(shorter[0]):
            shorter = shorter[1:]
        elif shorter and _ANY_UNSEEN.match(shorter[-1]):
            shorter = shorter[:-1]
        if shorter == value:
            return value
        value = shorter


def folded(value: str) -> str:
    """What two spellings of the same identifier have in common: NFKC, case-folded, single spaces. Idempotent."""
    if value.isascii():
        return (_SPACES.sub(" ", value.strip()) if " " in value or not value.isprintable() else value).lower()
    # Folding case can leave a string that NFKC changes once more, and the reverse: go on until it rests.
    for _ in range(4):
        again = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
        if again == value:
            break
        value = again
    return _SPACES.sub(" ", value).strip()
