"""A synthetic person for each row of the sample file, the same on every machine.

Guarantee: a person is a function of the row's number alone. The algorithm, so that anyone can write it again:

1. `draw` = SHA-256 of the ASCII text `troth synthetic person 1/<row>`, rows counted from 1.
2. language = draw[0] mod 3 (Portuguese, English, French); given name = bytes 1–2, big-endian, mod the list's length;
   family name = bytes 3–4 the same way; a Portuguese person has a second family name from bytes 5–6.
3. e-mail = given and first family name in ASCII small letters, joined by a dot, a dot, the row's number, `@`, and the
   domain numbered draw[7] mod 4. The domains are reserved (RFC 2606): no mail to them can reach anyone.
4. telephone: (row × 30,011) mod 50,000 gives a prefix (its ten thousands) and four digits. The prefixes are those that
   Arcep keeps free for works of fiction (décision n° 2018-0881), and libphonenumber holds them for valid numbers; the
   sixth, mobile, range (06 39 98) is not used because it does not. Rows past 50,000 have no telephone.
5. reference = `TS-` and the row's number in seven digits.
"""

import csv
import gzip
import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import IO

from troth.cli.demo import names

SEED = "troth synthetic person 1"
ROWS = 45_211
DOMAINS = ("example.com", "example.net", "example.org", "correio.example")
PHONE_PREFIXES = ("1 99 00", "2 61 91", "3 53 01", "4 65 71", "5 36 49")
PHONES = 50_000
_STRIDE = 30_011
_LANGUAGES = (
    (names.PORTUGUESE_GIVEN, names.PORTUGUESE_FAMILY),
    (names.ENGLISH_GIVEN, names.ENGLISH_FAMILY),
    (names.FRENCH_GIVEN, names.FRENCH_FAMILY),
)
_PORTUGUESE = 0
COLUMNS = ("reference", "name", "email", "phone")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    reference: str
    name: str
    email: str
    phone: str


def person(row: int) -> Person:
    """The synthetic person of a row, counted from 1."""
    draw = hashlib.sha256(f"{SEED}/{row}".encode("ascii")).digest()
    language = draw[0] % len(_LANGUAGES)
    given_names, family_names = _LANGUAGES[language]
    given = _pick(given_names, draw[1:3])
    family = _pick(family_names, draw[3:5])
    name = f"{given} {family}"
    if language == _PORTUGUESE:
        name = f"{name} {_pick(family_names, draw[5:7])}"
    domain = DOMAINS[draw[7] % len(DOMAINS)]
    return Person(
        reference=f"TS-{row:07d}",
        name=name,
        email=f"{_plain(given)}.{_plain(family)}.{row}@{domain}",
        phone=_phone(row),
    )


def _pick(choices: tuple[str, ...], number: bytes) -> str:
    return choices[int.from_bytes(number, "big") % len(choices)]


def _plain(name: str) -> str:
    """ASCII small letters of a name: accents fall, anything else that is no letter too."""
    folded = unicodedata.normalize("NFKD", name.replace("Œ", "Oe")).encode("ascii", "ignore").decode("ascii")
    return "".join(letter for letter in folded.lower() if letter.isalpha())


def _phone(row: int) -> str:
    if row > PHONES:
        return ""
    prefix, rest = divmod(row * _STRIDE % PHONES, PHONES // len(PHONE_PREFIXES))
    return f"+33 {PHONE_PREFIXES[prefix]} {rest // 100:02d} {rest % 100:02d}"


def rows(limit: int | None = None) -> Iterator[dict[str, str]]:
    """The sample file's rows, each with its synthetic person in front."""
    packed = resources.files("troth.cli.demo") / "data" / "bank-full.csv.gz"
    with packed.open("rb") as raw, gzip.open(raw, "rt", encoding="utf-8", newline="") as text:
        for number, row in enumerate(csv.DictReader(text), start=1):
            if limit is not None and number > limit:
                return
            someone = person(number)
            yield {column: getattr(someone, column) for column in COLUMNS} | row


def write(target: IO[str], limit: int | None = None) -> int:
    """Write the sample as CSV (UTF-8, `\\n`); the number of rows written."""
    written = 0
    writer: csv.DictWriter[str] | None = None
    for row in rows(limit):
        if writer is None:
            writer = csv.DictWriter(target, fieldnames=list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)
        written += 1
    return written
