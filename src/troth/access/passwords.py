"""How passwords are judged and hashed (Django's Argon2 hasher, under the terms' parameters)."""

import unicodedata

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from troth.access.errors import PasswordRefused
from troth.access.terms import terms


class Hasher(Argon2PasswordHasher):
    """Argon2id as the terms say; a hash made under earlier terms is renewed at the next sign-in."""

    def params(self) -> object:
        wanted = terms().password
        self.time_cost = wanted.argon2_passes
        self.memory_cost = wanted.argon2_kibibytes
        self.parallelism = wanted.argon2_lanes
        return super().params()  # type: ignore[misc]  # the stubs do not know it


def normalised(password: str) -> str:
    """NFKC, so that the same keys pressed on another machine make the same password (NIST SP 800-63B-4)."""
    return unicodedata.normalize("NFKC", password)


def judge(password: str, mail: str = "") -> None:
    """Raises PasswordRefused for what the terms don't take."""
    wanted = terms().password
    given = normalised(password)
    if len(given) < wanted.shortest:
        raise PasswordRefused(what="This password", why=f"it is shorter than {wanted.shortest} characters")
    if len(given) > wanted.longest:
        raise PasswordRefused(what="This password", why=f"it is longer than {wanted.longest} characters")
    if "\x00" in given:
        raise PasswordRefused(what="This password", why="it holds a character that can't be typed")
    if len(set(given)) * 3 < wanted.shortest:
        raise PasswordRefused(what="This password", why="it repeats a few characters")
    if mail and mail.partition("@")[0] in given.casefold():
        raise PasswordRefused(what="This password", why="it holds the name in your address")
    if wanted.common_refused:
        try:
            _COMMON.validate(given)
        except ValidationError as error:
            raise PasswordRefused(what="This password", why="it is among the most common ones") from error


_COMMON = CommonPasswordValidator()


def make(password: str) -> str:
    """The encoded hash to store."""
    hasher = Hasher()
    return hasher.encode(normalised(password), hasher.salt())


def matches(password: str, encoded: str) -> bool:
    """Compare, in constant time. A password longer than the terms' longest is cut before hashing: it can't match."""
    given = normalised(password[: terms().password.longest + 1])
    return bool(Hasher().verify(given, encoded))


def outdated(encoded: str) -> bool:
    """True if the terms have moved on since the hash was made."""
    return bool(Hasher().must_update(encoded))
