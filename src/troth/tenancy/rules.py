"""What a customer's name and locale may be."""

import unicodedata

from troth.kernel.errors import Invalid
from troth.tenancy.models import NAME_LENGTH

LOCALES = ("en", "fr")


def clean_name(name: str) -> str:
    """The name in NFC with single spaces. Raises Invalid for an empty, overlong or unprintable one."""
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if not cleaned:
        raise Invalid(what="The name", why="it is empty")
    if len(cleaned) > NAME_LENGTH:
        raise Invalid(what="The name", why=f"it is longer than {NAME_LENGTH} characters")
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} for character in cleaned):
        raise Invalid(what="The name", why="it holds characters that can't be printed")
    return cleaned


def name_key(name: str) -> str:
    """What two names are compared by: case and compatibility forms don't set companies apart."""
    return unicodedata.normalize("NFKC", name).casefold()


def clean_locale(locale: str) -> str:
    """One of the languages that Troth speaks."""
    if locale not in LOCALES:
        raise Invalid(what="The locale", why="it is none of " + ", ".join(LOCALES))
    return locale
