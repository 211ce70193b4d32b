"""Canaries: two customers of the platform's own, on which probes try what must be refused.

Guarantees: no customer's data is ever touched by a probe; canaries stand in no list and in no figure
(`tenancy.models.Kind.CANARY`); nobody knows the password of their accounts, and sign-in takes none of them from
outside (`access.sign_in`); what a probe erased is made anew, and its sealed bytes are kept (`kept_copies`), so that
one may try for ever after to open them.
"""

import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import connections

from troth.access import actions as access
from troth.access import gate
from troth.access import queries as accounts
from troth.access.permit import Permit
from troth.access.roles import Action
from troth.access.terms import terms
from troth.kernel import wall
from troth.kernel.actor import Actor, job, nobody
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import NotFound
from troth.promises.probing import kept_copies
from troth.tenancy import actions as tenancy
from troth.tenancy import queries as tenancies
from troth.tenancy.models import State
from troth.vault import actions as vault
from troth.vault import queries
from troth.vault.schema import Field, Schema

HOW_MANY = 2
ROUTE = "probe canary"
PURPOSE = "probe"
MARK = "song"
"""The field whose text must be found nowhere in the clear."""
_SCHEMA = Schema(
    (
        Field(name="ring_number", type="reference", kind="identifier", identifier="reference"),
        Field(name=MARK),
    )
)
_DATASET = "Cage"
_LOCK = "troth.promises.probing.canaries"
_LIVES = timedelta(minutes=5)
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Canary:
    """One canary that lives: a customer with an owner's account, a dataset, and a record about a subject."""

    customer_id: UUID
    account_id: UUID
    dataset_id: UUID
    record_id: UUID
    subject_id: UUID
    marker: str = field(repr=False)
    """What the record holds in its sealed field. Long and random: if it is found anywhere, it came from here."""
    ring_number: str = field(repr=False)
    """The identifier under which the record is found."""


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A way to sign in that ends with the probe: the next call sets another password."""

    mail: str
    password: str


def ensure(*, clock: Clock = SYSTEM) -> tuple[Canary, Canary]:
    """Both canaries, alive: those that are there, and new ones for what was erased. Call it outside any transaction."""
    with _alone():
        kept_copies.prune()
        living = [one.customer_id for one in tenancies.canaries() if one.state == State.ACTIVE]
        by = job("promises.canaries")
        missing = range(len(living) + 1, HOW_MANY + 1)
        living += [tenancy.add_canary(f"Canary {number}", by=by, clock=clock).customer_id for number in missing]
        first, second = (_settle(customer_id, clock) for customer_id in living[:HOW_MANY])
        return first, second


def actor(canary: Canary, *, role: str = "owner") -> Actor:
    """The canary's owner, at home: what it does stands in its own log."""
    return Actor(kind="account", route=ROUTE, role=role, customer_id=canary.customer_id, account_id=canary.account_id)


def permit(canary: Canary, *actions: Action) -> Permit:
    """Its owner's permit for these actions."""
    return gate.permit(actor(canary), canary.customer_id, *actions, purpose=PURPOSE)


def credentials(canary: Canary, *, clock: Clock = SYSTEM) -> Credentials:
    """Give the canary's account a fresh password, and tell it: the earlier one and its sessions end.

    Sign in with `nobody(ROUTE)`: from any other route `access.sign_in` refuses a canary.
    """
    may = permit(canary, Action.ACCOUNTS_MANAGE, Action.ACCOUNTS_LIST)
    told = next(one for one in accounts.accounts(may) if one.account_id == canary.account_id)
    password = fresh_password()
    access.enrol(access.reinvite(may, canary.account_id, clock=clock).token, password, by=nobody(ROUTE), clock=clock)
    return Credentials(told.mail or "", password)


@contextmanager
def api_key(canary: Canary, *, clock: Clock = SYSTEM) -> Iterator[str]:
    """An API key of the canary's owner, which dies with the probe (and by itself within minutes)."""
    may = permit(canary, Action.API_KEYS_MANAGE)
    made = access.add_api_key(may, name=ROUTE, lives=_LIVES, clock=clock)
    try:
        yield made.text
    finally:
        access.revoke_api_key(may, made.key_id, clock=clock)


@contextmanager
def _alone() -> Iterator[None]:
    """Two processes that find a canary missing must not make two."""
    if wall.standing() is not None or connections["default"].in_atomic_block:
        raise wall.WallBreach(why="canaries are made in transactions of their own")
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [_LOCK])
    try:
        yield
    finally:
        with connections["default"].cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [_LOCK])


def _settle(customer_id: UUID, clock: Clock) -> Canary:
    """The canary with all its parts; what is missing is made."""
    # The customer itself acts, as long as it has no account that could.
    at_home = Actor(kind="job", route=ROUTE, role="owner", label="promises.canaries", customer_id=customer_id)
    may = gate.permit(
        at_home,
        customer_id,
        Action.ACCOUNTS_MANAGE,
        Action.DATASETS_LIST,
        Action.DATASETS_ADD,
        Action.RECORDS_STORE,
        Action.RECORDS_READ,
        purpose=PURPOSE,
    )
    account_id = _account(may, clock)
    dataset_id = _dataset(may, clock)
    found = _record(may, dataset_id) or _stored(may, dataset_id, clock)
    canary = Canary(customer_id, account_id, dataset_id, *found)
    kept_copies.keep(canary.customer_id, canary.record_id, now=clock.now())
    return canary


def _account(may: Permit, clock: Clock) -> UUID:
    with suppress(NotFound):
        return accounts.owner_of(may.customer_id)
    mail = f"{secrets.token_hex(16)}@canary.invalid"
    invited = access.invite(may, role="owner", mail=mail, clock=clock)
    # Nobody is told this password, and nothing keeps it.
    access.enrol(invited.token, fresh_password(), by=nobody(ROUTE), clock=clock)
    return invited.account_id


def _dataset(may: Permit, clock: Clock) -> UUID:
    found = next((one.dataset_id for one in queries.list_datasets(may) if one.name == _DATASET), None)
    return found or vault.add_dataset(may, _DATASET, _SCHEMA, clock=clock)


def _record(may: Permit, dataset_id: UUID) -> tuple[UUID, UUID, str, str] | None:
    """The newest record that can be read; None when all were erased."""
    read = queries.page(may, dataset_id, limit=_PAGE).records
    if not read:
        return None
    last = read[-1]
    return last.record_id, last.subject_id, str(last.values[MARK]), str(last.values["ring_number"])


def _stored(may: Permit, dataset_id: UUID, clock: Clock) -> tuple[UUID, UUID, str, str]:
    row = {"ring_number": f"ring {secrets.token_hex(16)}", MARK: f"canary song {secrets.token_hex(24)}"}
    vault.store(may, dataset_id, [row], clock=clock)
    found = _record(may, dataset_id)
    if found is None:
        raise NotFound(what="canary's record")
    return found


def fresh_password() -> str:
    """A random password that every policy takes: each class of characters, and as long as the terms in force allow."""
    wanted = terms().password
    length = max(wanted.shortest, min(wanted.longest, 18))
    classes = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#%+-.:=?@_")
    characters = [secrets.choice(each) for each in classes]
    characters += [secrets.choice("".join(classes)) for _ in range(length - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
