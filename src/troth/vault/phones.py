"""Telephone numbers: stored and matched as E.164.

A number is taken when it is possible (its country exists and its length occurs there). Whether a range is in
service is not asked: number plans change faster than any library knows.
"""

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber

from troth.vault.errors import Unfit
from troth.vault.text import visible

_E164: Final = re.compile(r"\+([1-9][0-9]{6,14})\Z")
_SEPARATORS: Final = str.maketrans("", "", " ()./-")
_WRITTEN: Final = re.compile(r"\+?[0-9 ()./\u2010-\u2015-]{3,40}\Z")


def parse(value: str, region: str | None) -> str:
    """The number in E.164; numbers without a country are read as the region's. Raises `Unfit`.

    A number with its country takes a short way, which gives the same answer (a property test compares them).
    """
    bare = value.strip().translate(_SEPARATORS)
    if (found := _E164.match(bare)) and _settled(found[1]):
        return bare
    return parse_slowly(value, region)


def parse_slowly(value: str, region: str | None) -> str:
    """The long way, through the library's full parser."""
    value = visible(value)
    if not _WRITTEN.match(value):
        raise Unfit("is not a telephone number")
    if region is None and not value.startswith("+"):
        raise Unfit("has no country code, and the field names no region")
    try:
        number = phonenumbers.parse(value, region)
    except NumberParseException:
        raise Unfit("is not a telephone number") from None
    if not phonenumbers.is_possible_number(number):
        raise Unfit("is not a possible telephone number")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=2_048)
def _plan(code: str) -> tuple[re.Pattern[str] | None, frozenset[int]] | None:
    # Whether a number is possible depends on its country's code and its length alone, and parsing changes its
    # digits only where the country's trunk prefix matches: so both can be known beforehand.
    region = phonenumbers.region_code_for_country_code(int(code))
    if region == "ZZ":
        return None
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    if metadata is None:
        return None
    lengths = frozenset(
        length
        for length in range(4, 15)
        if phonenumbers.is_possible_number(PhoneNumber(country_code=int(code), national_number=int("2" * length)))
    )
    prefix = metadata.national_prefix_for_parsing
    return (re.compile(prefix) if prefix else None), lengths


def _settled(digits: str) -> bool:
    """True if these digits surely are what the long way would give back."""
    for size in (1, 2, 3):
        if (plan := _plan(digits[:size])) is not None:
            prefix, lengths = plan
            national = digits[size:]
            # A leading zero means something in a few countries only: those take the long way.
            return len(national) in lengths and national[0] != "0" and not (prefix and prefix.match(national))
    return False


def region_exists(region: str) -> bool:
    """True for an ISO 3166 region that has telephone numbers."""
    return region in phonenumbers.SUPPORTED_REGIONS
