"""What sign-in, sessions and keys owe to the policy. These are the defaults until a policy pack replaces them."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordTerms:
    """How a password is chosen and hashed. A change of hasher parameters takes effect at each next sign-in."""

    shortest: int = 12
    longest: int = 256
    common_refused: bool = True
    argon2_passes: int = 2
    argon2_kibibytes: int = 19_456
    argon2_lanes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInTerms:
    """How often one may try. Counted per account *and* source address, so that nobody can lock another out."""

    tries_per_account_and_address: int = 10
    tries_per_address: int = 100
    window: timedelta = timedelta(minutes=15)
    hashes_per_try: int = 3
    """Hashes computed for every try, whether it meets no account, one, or one in each of three customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTerms:
    """How long a session lives."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)
    seen_every: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTerms:
    """How long an API key lives when nothing is said, and at most."""

    lives: timedelta = timedelta(days=90)
    lives_at_most: timedelta = timedelta(days=366)
    seen_every: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTerms:
    """All of it."""

    password: PasswordTerms = PasswordTerms()
    sign_in: SignInTerms = SignInTerms()
    session: SessionTerms = SessionTerms()
    key: KeyTerms = KeyTerms()
    enrolment_lives: timedelta = timedelta(hours=72)
    permit_lives: timedelta = timedelta(hours=1)


DEFAULTS = AccessTerms()


def terms() -> AccessTerms:
    """The terms in force."""
    return DEFAULTS
