"""Mail addresses: what is taken for one, and when two are the same.

Stored as written (trimmed, NFKC); matched with both parts case-folded and the domain in its ASCII form.
Dots and `+tags` of the local part stay: what they mean is up to each provider.
"""

import re
from typing import Final

from troth.vault.errors import Unfit
from troth.vault.text import folded, visible

_ASCII: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])\Z"
)
_LOCAL: Final = re.compile(r"[^\s@<>()\[\]\\,;:\"]+\Z")
_LENGTH: Final = 254
_LOCAL_LENGTH: Final = 64


def parse(value: str) -> str:
    """The address as it is stored; raises `Unfit` for what is none."""
    address = visible(value)
    if _ASCII.match(address) and len(address) <= _LENGTH and address.find("@") <= _LOCAL_LENGTH:
        return address
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL.match(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise Unfit("is not a mail address")
    if not _ASCII.match("x@" + _ascii_domain(domain)):
        raise Unfit("is not a mail address: its domain is none")
    if len(address) > _LENGTH or len(local) > _LOCAL_LENGTH:
        raise Unfit("is longer than a mail address can be")
    return address


def matched(address: str) -> str:
    """What is compared: case-folded, the domain in ASCII."""
    if address.isascii():
        return address.lower()
    local, _, domain = address.rpartition("@")
    return f"{folded(local)}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    try:
        return folded(domain).encode("idna").decode("ascii")
    except UnicodeError:
        raise Unfit("is not a mail address: its domain is none") from None
