"""A recovery share on paper: what a person keeps, reads aloud and types again.

A share's bytes are written in Crockford's base 32, in numbered lines with a check of their own, so that a slip is
found in its line. Format: docs/formats/keys.md.
"""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from troth.keys.errors import BadShare
from troth.keys.sealing import KEY_BYTES

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {letter: value for value, letter in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_VERSION: Final = 1
_CHECK: Final = 4
_BODY: Final = 1 + 16 + 3 + KEY_BYTES
_LETTERS: Final = -(-(_BODY + _CHECK) * 8 // 5)
_LINE: Final = 16
_GROUP: Final = 4
_LINES: Final = -(-_LETTERS // _LINE)
_LINE_PATTERN: Final = re.compile(r"^\s*(\d{1,2})[:.)]?\s+(.+?)\s*=\s*(\w{2})\s*$")


@dataclass(frozen=True, slots=True)
class Share:
    """One of `shares` parts of a kit's recovery key; any `threshold` of one kit restore it."""

    kit: UUID
    threshold: int
    shares: int
    number: int
    value: bytes = field(repr=False)

    def encode(self) -> bytes:
        """The share's bytes, with a check at their end."""
        body = bytes([_VERSION]) + self.kit.bytes + bytes([self.threshold, self.shares, self.number]) + self.value
        return body + hashlib.sha256(b"troth share" + body).digest()[:_CHECK]

    @classmethod
    def decode(cls, data: bytes) -> "Share":
        """Read a share's bytes; refuses a failed check."""
        body, check = data[:_BODY], data[_BODY:]
        if len(data) != _BODY + _CHECK or hashlib.sha256(b"troth share" + body).digest()[:_CHECK] != check:
            raise BadShare(why="a share's check fails", needed="enough")
        if body[0] != _VERSION or not 1 <= body[19] <= body[18] or not 1 <= body[17] <= body[18]:
            raise BadShare(why="a share has an unknown version or impossible numbers", needed="enough")
        return cls(kit=UUID(bytes=body[1:17]), threshold=body[17], shares=body[18], number=body[19], value=body[20:])

    def text(self, *, made: str, installation: str) -> str:
        """The sheet of paper: what it is, how to keep it, and the lines to type."""
        letters = _to_letters(self.encode())
        lines = []
        for number in range(_LINES):
            part = letters[number * _LINE : (number + 1) * _LINE]
            groups = " ".join(part[at : at + _GROUP] for at in range(0, len(part), _GROUP))
            lines.append(f"  {number + 1:>2}:  {groups:<19} = {_line_check(number + 1, part)}")
        return _SHEET.format(
            number=self.number,
            shares=self.shares,
            threshold=self.threshold,
            kit=self.kit,
            made=made,
            installation=installation,
            lines="\n".join(lines),
        )


_SHEET: Final = """Troth recovery share {number} of {shares}

Kit            {kit}
Installation   {installation}
Made           {made}
Needed         any {threshold} of the {shares} shares

{lines}

Whoever holds {threshold} of these sheets and a key place of this installation can open everything in it that was not
erased. Keep this sheet where no other sheet of the kit lies. Delete the file once it is printed. Rehearse once a year.
"""


def parse(text: str) -> Share:
    """Read a share from its sheet (or from its lines alone); names the line that does not check."""
    found: dict[int, str] = {}
    for line in text.splitlines():
        if match := _LINE_PATTERN.match(line):
            number, letters, check = int(match[1]), _normal(match[2]), _normal(match[3])
            if _line_check(number, letters) != check:
                raise BadShare(why=f"line {number} is mistyped", needed="enough")
            found[number] = letters
    missing = sorted(set(range(1, _LINES + 1)) - set(found))
    if missing or len(found) != _LINES:
        raise BadShare(why=f"line {missing[0]} is missing" if missing else "there are too many lines", needed="enough")
    return Share.decode(_from_letters("".join(found[number] for number in sorted(found))))


def _normal(letters: str) -> str:
    joined = re.sub(r"[\s-]", "", letters).upper()
    if any(letter not in _VALUES for letter in joined):
        raise BadShare(why="a line holds a character that no share uses", needed="enough")
    return "".join(_ALPHABET[_VALUES[letter]] for letter in joined)


def _line_check(number: int, letters: str) -> str:
    digest = hashlib.sha256(f"{number}:{letters}".encode()).digest()
    return _ALPHABET[digest[0] >> 3] + _ALPHABET[digest[1] >> 3]


def _to_letters(data: bytes) -> str:
    bits = int.from_bytes(data, "big") << (_LETTERS * 5 - len(data) * 8)
    return "".join(_ALPHABET[(bits >> (5 * at)) & 31] for at in range(_LETTERS - 1, -1, -1))


def _from_letters(letters: str) -> bytes:
    if len(letters) != _LETTERS:
        raise BadShare(why="a line is too short or too long", needed="enough")
    bits = 0
    for letter in letters:
        bits = bits << 5 | _VALUES[letter]
    spare = _LETTERS * 5 - (_BODY + _CHECK) * 8
    if bits & ((1 << spare) - 1):
        raise BadShare(why="the last line is mistyped", needed="enough")
    return (bits >> spare).to_bytes(_BODY + _CHECK, "big")
