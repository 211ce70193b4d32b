"""How passwords are judged and hashed (Django's Argon2 hasher, under the terms' parameters)."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from troth.access.errors import PasswordRefused
from troth.access.terms import DEFAULTS, PasswordTerms, terms


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


def judge(password: str, mail: str = "", customer_id: UUID | None = None) -> None:
    """Raises PasswordRefused for what the terms, the customer's own among them, don't take (clauses C-1.5b, N-2.3c)."""
    wanted = terms(customer_id).password
    given = normalised(password)
    why = _refusal(given, wanted)
    if why is None and mail and mail.partition("@")[0] in given.casefold():
        why = "it holds the name in your address"
    if why is not None:
        raise PasswordRefused(what="This password", why=why)
    if wanted.common_refused:
        try:
            _COMMON.validate(given)
        except ValidationError as error:
            raise PasswordRefused(what="This password", why="it is among the most common ones") from error


def meets_policy(password: str, customer_id: UUID) -> bool:
    """True if the rules of the policy in force take a password that was chosen earlier, maybe under others.

    Troth's own rules are for choosing: they are not asked again, so that an update shuts nobody out.
    """
    own, wanted = terms(customer_id).password, DEFAULTS.password
    if (own.shortest, own.longest, own.classes, own.same_character) == (
        wanted.shortest,
        wanted.longest,
        wanted.classes,
        wanted.same_character,
    ):
        return True
    return _refusal(normalised(password), own) is None


def _refusal(given: str, wanted: PasswordTerms) -> str | None:
    if len(given) < wanted.shortest:
        return f"it is shorter than {wanted.shortest} characters"
    if len(given) > wanted.longest:
        return f"it is longer than {wanted.longest} characters"
    if "\x00" in given:
        return "it holds a character that can't be typed"
    if len(set(given)) * 3 < wanted.shortest:
        return "it repeats a few characters"
    if max(Counter(given).values(), default=0) * 100 > wanted.same_character * len(given):
        return f"one character takes up more than {wanted.same_character} percent of it"
    missing = next((each for each in wanted.classes if not any(_CLASSES[each](one) for one in given)), None)
    return None if missing is None else _LACKS[missing]


_CLASSES: Mapping[str, Callable[[str], bool]] = {
    "lower": str.islower,
    "upper": str.isupper,
    "digit": str.isdecimal,
    "special": lambda one: not one.isalnum() and not one.isspace(),
}
_LACKS: Mapping[str, str] = {
    "lower": "it holds no small letter",
    "upper": "it holds no capital letter",
    "digit": "it holds no digit",
    "special": "it holds no special character",
}
_COMMON = CommonPasswordValidator()


def make(password: str) -> str:
    """The encoded hash to store."""
    hasher = Hasher()
    return hasher.encode(normalised(password), hasher.salt())


def matches(password: str, encoded: str) -> bool:
    """Compare, in constant time. What is longer than is ever hashed is cut: it can't match."""
    given = normalised(password[: terms().password.hashed_at_most + 1])
    return bool(Hasher().verify(given, encoded))


def outdated(encoded: str) -> bool:
    """True if the terms have moved on since the hash was made."""
    return bool(Hasher().must_update(encoded))
