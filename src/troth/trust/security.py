"""`/.well-known/security.txt` as RFC 9116 lays it down: whom to tell of a weakness."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings

from troth.trust import languages
from troth.trust.answers import TEXT, Answer

VALID_FOR = timedelta(days=90)
NONE_SET = """No security contact is published here.

For whoever runs this: set TROTH_SECURITY_CONTACT to mailto:…, https://… or tel:+… and start again.
docs/operate.md lists every setting.
"""


def text(contact: str, address: str, now: datetime) -> str:
    """The file. Its end is a midnight, so that the text stays the same for a day."""
    expires = datetime.combine(now.astimezone(UTC).date(), time(), UTC) + VALID_FOR
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(languages.KNOWN)}",
        f"Canonical: {address}/.well-known/security.txt",
        f"Policy: {address}/trust",
    )
    return "".join(f"{line}\n" for line in lines)


def answer(address: str) -> Answer:
    """The file, or 404 with what the operator has to do."""
    if settings.TROTH_SECURITY_CONTACT is None:
        return Answer(NONE_SET.encode(), TEXT, status=404)
    return Answer(text(settings.TROTH_SECURITY_CONTACT, address, datetime.now(UTC)).encode(), TEXT, shared=True)
