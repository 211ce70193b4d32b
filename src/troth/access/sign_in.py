"""Signing in and out with an address and a password.

Guarantees: whether an address is known shows neither in the answer nor in the work done for it (every try computes the
same number of hashes); every try, successful or not, is in the log, without the password or the address.
"""

import secrets
from dataclasses import dataclass, replace
from functools import cache
from uuid import UUID

from django.db.models import QuerySet

from troth.access import attempts, passwords, refusals, tokens
from troth.access import mail as mails
from troth.access.actions import Invitation, renew
from troth.access.doors import by_digest
from troth.access.errors import PasswordOutdated, SeveralAccounts, SignInRefused, TooManyTries
from troth.access.models import Account, AccountState, Session
from troth.access.terms import AccessTerms, terms
from troth.audit.actions import record
from troth.kernel import wall
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import Invalid
from troth.kernel.ids import OPERATOR, new_id
from troth.tenancy import queries as tenancy

OPERATION = "sign_in"
_OUTDATED = {"error": PasswordOutdated.code}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A fresh session. `session_key` goes into the cookie and nowhere else."""

    session_key: str
    actor: Actor
    locale: str

    def __repr__(self) -> str:
        return f"SignedIn({self.actor.account_id})"


def sign_in(
    mail: str,
    password: str,
    *,
    by: Actor,
    customer_id: UUID | None = None,
    replaces: str | None = None,
    clock: Clock = SYSTEM,
) -> SignedIn:
    """Open a session, and end the one that it `replaces`. `by` is nobody yet, with its address and route.

    Raises SignInRefused, TooManyTries (both already logged), SeveralAccounts, to be answered with a `customer_id`, and
    PasswordOutdated (logged too): the password was chosen under other rules, and the link in it leads to a new one.
    """
    try:
        found_by = mails.index(mail)
    except Invalid:
        # No address at all is counted and worked on like an unknown one.
        found_by = tokens.digest(mail)
    slips = attempts.keyed("account", found_by, (by.source_address or "").encode())
    concerned: list[Account] = []
    try:
        _count(slips, by, clock)
        opened = _open(
            found_by, password, by=by, customer_id=customer_id, replaces=replaces, seen=concerned, clock=clock
        )
    except (SignInRefused, TooManyTries) as error:
        _log_refusal(error, by, concerned)
        raise
    attempts.forget(slips)
    if isinstance(opened, Invitation):
        raise PasswordOutdated(opened.token)
    return opened


def sign_out(session_key: str, *, by: Actor) -> None:
    """End one session now."""
    with wall.within(by.customer_id):
        _own(by).filter(key_digest=tokens.digest(session_key)).delete()
        record("sign_out", by=by, customer_id=by.customer_id)


def sign_out_everywhere(*, by: Actor) -> int:
    """End every session of one's own account; returns how many."""
    with wall.within(by.customer_id):
        ended, _ = _own(by).delete()
        record("sign_out", by=by, customer_id=by.customer_id, count=ended)
    return ended


def _own(by: Actor) -> QuerySet[Session]:
    found = Session.objects.filter(customer_id=by.customer_id)
    return found.none() if by.account_id is None else found.filter(account_id=by.account_id)


def _count(slips: bytes, by: Actor, clock: Clock) -> None:
    limit = terms().sign_in
    attempts.take(slips, at_most=limit.tries_per_account_and_address, window=limit.window, clock=clock)
    place = attempts.keyed("address", (by.source_address or "").encode())
    attempts.take(place, at_most=limit.tries_per_address, window=limit.window, clock=clock)


def _open(
    found_by: bytes,
    password: str,
    *,
    by: Actor,
    customer_id: UUID | None,
    replaces: str | None,
    seen: list[Account],
    clock: Clock,
) -> SignedIn | Invitation:
    matching: list[Account] = []
    with by_digest("sign_in", found_by):
        there = Account.objects.filter(mail_index=found_by, state=AccountState.ACTIVE).order_by("customer_id")
        seen.extend(there)
        matching = [one for one in _matching(seen, password) if customer_id in {None, one.customer_id}]
        if not matching:
            raise SignInRefused
        if len(matching) == 1:
            account = matching[0]
            wall.step_through(account.customer_id)
            _refuse_canary(account, by)
            return _begin(account, password, by=by, replaces=replaces, clock=clock)
    raise SeveralAccounts({one.customer_id: tenancy.get(one.customer_id).name for one in matching})


def _refuse_canary(account: Account, by: Actor) -> None:
    """Nobody knows a canary's password; and if somebody did, only a probe within the platform signs in with it."""
    within_the_platform = by.source_address is None and by.route.startswith("probe ")
    if not within_the_platform and tenancy.is_canary(account.customer_id):
        raise SignInRefused


def _matching(accounts: list[Account], password: str) -> list[Account]:
    """Those whose password it is. Always computes the same number of hashes, or as many as there are accounts."""
    found = [account for account in accounts if passwords.matches(password, account.password)]
    for _ in range(terms().sign_in.hashes_per_try - len(accounts)):
        passwords.matches(password, _nobodys_hash(terms()))
    return found


@cache
def _nobodys_hash(_terms: AccessTerms) -> str:
    """A hash of a password that nobody knows, made once per process and terms."""
    return passwords.make(secrets.token_urlsafe(32))


def _begin(account: Account, password: str, *, by: Actor, replaces: str | None, clock: Clock) -> SignedIn | Invitation:
    account = Account.objects.select_for_update().get(customer_id=account.customer_id, account_id=account.account_id)
    if account.state != AccountState.ACTIVE:
        raise SignInRefused
    actor = replace(
        by, kind="account", customer_id=account.customer_id, account_id=account.account_id, role=account.role
    )
    if not passwords.meets_policy(password, account.customer_id) and not tenancy.is_canary(account.customer_id):
        # A hash tells nothing of what was typed: only here, once, can a rule that came later be kept (clause N-2.3c).
        record(OPERATION, by=actor, customer_id=account.customer_id, outcome="refused", detail=_OUTDATED)
        return renew(account, by=actor, clock=clock)
    if passwords.outdated(account.password):
        account.password = passwords.make(password)
        account.save(update_fields=["password"])
    now = clock.now()
    key = tokens.new_secret()
    stale = Session.objects.filter(customer_id=account.customer_id, expires_at__lt=now)
    stale.delete()
    if replaces is not None:
        Session.objects.filter(customer_id=account.customer_id, key_digest=tokens.digest(replaces)).delete()
    Session.objects.create(
        customer_id=account.customer_id,
        session_id=new_id(),
        account_id=account.account_id,
        key_digest=tokens.digest(key),
        created_at=now,
        seen_at=now,
        expires_at=now + terms().session.absolute,
    )
    record(OPERATION, by=actor, customer_id=account.customer_id)
    return SignedIn(session_key=key, actor=actor, locale=account.locale)


def _log_refusal(error: SignInRefused | TooManyTries, by: Actor, concerned: list[Account]) -> None:
    """In the log of the customer whose account was tried, if it is one; else in the operator's."""
    if len({account.customer_id for account in concerned}) == 1:
        pretended = replace(by, on_behalf_of=concerned[0].account_id)
        refusals.log_at(error, by=pretended, operation=OPERATION, customer_id=concerned[0].customer_id)
    else:
        refusals.log_at(error, by=by, operation=OPERATION, customer_id=OPERATOR)
