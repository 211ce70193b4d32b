"""What sign-in, sessions and keys owe to the policy in force; where it says nothing, the defaults here hold.

A default that is stricter than the policy stays: twelve characters keep a promise of eight. It gives way only where the
policy's own upper end lies below it.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from troth.policy import queries as policy
from troth.policy.made import Made
from troth.policy.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordTerms:
    """How a password is chosen and hashed. A change of hasher parameters takes effect at each next sign-in.

    `classes` are kinds of characters that it must hold; `same_character` is the share, in percent, that one character
    may take up at most. `hashed_at_most` is where a text is cut before it is hashed: no policy's number, so that a
    policy which shortens passwords shuts nobody out who has a longer one.
    """

    shortest: int = 12
    longest: int = 256
    hashed_at_most: int = 256
    classes: tuple[str, ...] = ()
    same_character: int = 100
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


def terms(customer_id: UUID | None = None) -> AccessTerms:
    """The terms in force; with a customer, those of its own accounts."""
    return _MADE.of(policy.terms(customer_id))


def of(obliged: Terms) -> AccessTerms:
    """The terms that keep these obligations; the defaults themselves where there are none."""
    if not obliged:
        return DEFAULTS
    longest = obliged.count("access.password.length", "at_most")
    shortest = obliged.count("access.password.length", "at_least")
    classes = obliged.get("access.password.classes")
    asked = classes.bound("all_of") if classes is not None else None
    same = obliged.count("access.password.same_character", "at_most")
    default = DEFAULTS.password
    upper = default.longest if longest is None else min(longest, default.longest)
    return replace(
        DEFAULTS,
        password=replace(
            default,
            longest=upper,
            shortest=min(max(shortest or 0, default.shortest), upper),
            classes=asked if isinstance(asked, tuple) else (),
            same_character=default.same_character if same is None else min(same, default.same_character),
        ),
        session=_session(obliged),
        key=_key(obliged),
    )


def _session(obliged: Terms) -> SessionTerms:
    default = DEFAULTS.session
    idle, absolute = obliged.duration("access.session.idle"), obliged.duration("access.session.lives")
    return replace(default, idle=idle or default.idle, absolute=absolute or default.absolute)


def _key(obliged: Terms) -> KeyTerms:
    default = DEFAULTS.key
    at_most = obliged.duration("access.api_key.lives") or default.lives_at_most
    return replace(default, lives=min(default.lives, at_most), lives_at_most=at_most)


_MADE = Made(of)
