"""Every write to accounts and API keys. Each one audits in its own transaction.

Nobody ever sets, sees or chooses another's password: an account is made without one, and a single-use link lets its
person set it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError
from django.db.models import QuerySet

from troth.access import mail as mails
from troth.access import passwords, roles, tokens
from troth.access.doors import by_digest
from troth.access.errors import LastAdministrator, LinkRefused, MailTaken, NotAllowed
from troth.access.models import Account, AccountState, ApiKey, Enrolment, Session
from troth.access.permit import Permit
from troth.access.roles import Action
from troth.access.terms import terms
from troth.audit.actions import record
from troth.audit.entry import SubjectRef
from troth.kernel import wall
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import Invalid, NotFound
from troth.kernel.ids import OPERATOR, new_id
from troth.keys.actions import lease
from troth.keys.rings import ring
from troth.tenancy.models import Customer
from troth.tenancy.queries import hold_open

_KEY_NAME_LENGTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the inviter passes on. The token is shown this once."""

    customer_id: UUID
    account_id: UUID
    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Invitation({self.account_id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A fresh API key. `text` is shown this once."""

    key_id: UUID
    text: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"NewKey({self.key_id})"


def first_administrator(*, by: Actor, clock: Clock = SYSTEM) -> Invitation | None:
    """The enrolment link of the installation's first administrator; None once one has enrolled.

    Until then every call withdraws the earlier link and makes a fresh one. The person gives their own address with it.
    """
    with wall.within(OPERATOR):
        hold_open(OPERATOR)
        there = list(Account.objects.select_for_update().filter(customer_id=OPERATOR, role="administrator"))
        if any(account.state == AccountState.ACTIVE for account in there):
            return None
        account = next((one for one in there if one.state == AccountState.INVITED and one.mail is None), None)
        if account is None:
            (slot,) = lease(OPERATOR, 1)
            account = _new_account(OPERATOR, "administrator", slot.page, slot.slot, clock=clock)
            account.save(force_insert=True)
        return _link(account, by=by, operation="account.invite", clock=clock)


def invite(permit: Permit, *, role: str, mail: str, locale: str = "en", clock: Clock = SYSTEM) -> Invitation:
    """A new account and the link with which its person sets a password. Raises MailTaken, NotAllowed."""
    permit.require(Action.ACCOUNTS_MANAGE)
    customer_id = permit.customer_id
    _judge_role(permit, role)
    found_by = mails.index(mail)
    with _mail_unique(), wall.within(customer_id):
        hold_open(customer_id)
        (slot,) = lease(customer_id, 1)
        account = _new_account(customer_id, role, slot.page, slot.slot, clock=clock)
        account.locale = locale
        account.mail = mails.sealed(mail, slot.key, customer_id, account.account_id)
        account.mail_index = found_by
        account.save(force_insert=True)
        return _link(account, by=permit.actor, operation="account.invite", clock=clock)


def reinvite(permit: Permit, account_id: UUID, *, clock: Clock = SYSTEM) -> Invitation:
    """A fresh link for someone who lost theirs, or their password. The password stays until the link is used."""
    permit.require(Action.ACCOUNTS_MANAGE)
    with wall.within(permit.customer_id):
        account = _locked(permit.customer_id, account_id)
        _judge_role(permit, account.role)
        return _link(account, by=permit.actor, operation="account.reinvite", clock=clock)


def renew(account: Account, *, by: Actor, clock: Clock = SYSTEM) -> Invitation:
    """A link to another password, for whoever has just shown theirs; inside the account's customer, the row locked."""
    return _link(account, by=by, operation="account.renew", clock=clock)


def enrol(token: str, password: str, *, by: Actor, mail: str | None = None, clock: Clock = SYSTEM) -> Account:
    """Use a link, once: the person sets their password (the first administrator their address too).

    Every session and every other link of the account ends. Raises LinkRefused, PasswordRefused, MailTaken.
    """
    digest = tokens.digest(token)
    found_by = mails.index(mail) if mail is not None else None
    with _mail_unique(), by_digest("enrolment", digest):
        link = Enrolment.objects.filter(token_digest=digest).first()
        if link is None:
            raise LinkRefused
        wall.step_through(link.customer_id)
        account = _locked(link.customer_id, link.account_id, LinkRefused)
        # The account is locked: of two uses of one link at the same time the second sees the first's mark.
        link.refresh_from_db()
        if link.used_at is not None or link.expires_at <= clock.now():
            raise LinkRefused
        _set_address(account, mail, found_by)
        key = ring(account.customer_id).key(account.page, account.slot)
        address = mails.opened(bytes(account.mail or b""), key, account.customer_id, account.account_id)
        passwords.judge(password, address, account.customer_id)
        account.password = passwords.make(password)
        account.state = AccountState.ACTIVE
        account.changed_at = clock.now()
        account.save()
        link.used_at = clock.now()
        link.save(update_fields=["used_at"])
        _withdraw_links(account, clock=clock)
        _end_sessions(account)
        _record("account.enrol", account, by=by, key=key)
        return account


def change_role(permit: Permit, account_id: UUID, role: str, *, clock: Clock = SYSTEM) -> None:
    """Give an account another role; its sessions end, so that no page lives on with the old one."""
    permit.require(Action.ACCOUNTS_MANAGE)
    with wall.within(permit.customer_id):
        account = _locked(permit.customer_id, account_id)
        _judge_role(permit, account.role)
        _judge_role(permit, role)
        if account.role != role:
            _judge_last(account)
        was, account.role, account.changed_at = account.role, role, clock.now()
        account.save(update_fields=["role", "changed_at"])
        _end_sessions(account)
        _record("account.role", account, by=permit.actor, detail={"from": was, "to": role})


def deactivate(permit: Permit, account_id: UUID, *, clock: Clock = SYSTEM) -> None:
    """End an account: its sessions, its API keys and its links die in this very transaction."""
    permit.require(Action.ACCOUNTS_MANAGE)
    with wall.within(permit.customer_id):
        account = _locked(permit.customer_id, account_id)
        _judge_role(permit, account.role)
        _judge_last(account)
        account.state, account.password, account.changed_at = AccountState.DEACTIVATED, "", clock.now()
        account.save(update_fields=["state", "password", "changed_at"])
        _end_sessions(account)
        _withdraw_links(account, clock=clock)
        _keys(account).filter(revoked_at=None).update(revoked_at=clock.now())
        _record("account.deactivate", account, by=permit.actor)


def add_api_key(
    permit: Permit,
    *,
    name: str,
    lives: timedelta | None = None,
    account_id: UUID | None = None,
    clock: Clock = SYSTEM,
) -> NewKey:
    """A key of one's own account. The command line, which has none, names the account.

    Raises NotAllowed for another person's account, Invalid for a name or a life that the terms don't take.
    """
    permit.require(Action.API_KEYS_MANAGE)
    actor, customer_id = permit.actor, permit.customer_id
    owner = _key_owner(actor, customer_id, account_id)
    until = clock.now() + _key_life(lives, customer_id)
    label = " ".join(name.split())
    if not label or len(label) > _KEY_NAME_LENGTH or not label.isprintable():
        raise Invalid(what="The key's name", why=f"it needs 1 to {_KEY_NAME_LENGTH} printable characters")
    secret = tokens.new_secret()
    with wall.within(customer_id):
        account = _locked(customer_id, owner)
        if account.state != AccountState.ACTIVE:
            raise NotFound(what="active account")
        key = ApiKey.objects.create(
            customer_id=customer_id,
            key_id=new_id(),
            account_id=owner,
            name=label,
            secret_digest=tokens.digest(secret),
            created_at=clock.now(),
            expires_at=until,
        )
        record("api_key.add", by=actor, customer_id=customer_id, entity=key.key_id)
    return NewKey(key_id=key.key_id, text=tokens.api_key(key.key_id, secret), expires_at=until)


def revoke_api_key(permit: Permit, key_id: UUID, *, clock: Clock = SYSTEM) -> None:
    """End a key at once: one's own, or with `api_keys.revoke` anyone's of the customer."""
    anyone = Action.API_KEYS_REVOKE in permit.actions
    permit.require(Action.API_KEYS_REVOKE if anyone else Action.API_KEYS_MANAGE)
    with wall.within(permit.customer_id):
        key = ApiKey.objects.select_for_update().filter(customer_id=permit.customer_id, key_id=key_id).first()
        if key is None or not (anyone or key.account_id == permit.actor.account_id):
            raise NotFound(what="API key")
        if key.revoked_at is None:
            key.revoked_at = clock.now()
            key.save(update_fields=["revoked_at"])
        record("api_key.revoke", by=permit.actor, customer_id=permit.customer_id, entity=key_id)


def _new_account(customer_id: UUID, role: str, page: int, slot: int, *, clock: Clock) -> Account:
    now = clock.now()
    return Account(
        customer_id=customer_id,
        account_id=new_id(),
        role=role,
        page=page,
        slot=slot,
        created_at=now,
        changed_at=now,
    )


def _link(account: Account, *, by: Actor, operation: str, clock: Clock) -> Invitation:
    if account.state == AccountState.DEACTIVATED:
        raise NotFound(what="active account")
    _withdraw_links(account, clock=clock)
    token = tokens.new_secret()
    expires_at = clock.now() + terms().enrolment_lives
    Enrolment.objects.create(
        customer_id=account.customer_id,
        enrolment_id=new_id(),
        account_id=account.account_id,
        token_digest=tokens.digest(token),
        created_at=clock.now(),
        expires_at=expires_at,
    )
    _record(operation, account, by=by, detail={"role": account.role})
    return Invitation(
        customer_id=account.customer_id, account_id=account.account_id, token=token, expires_at=expires_at
    )


def _set_address(account: Account, mail: str | None, found_by: bytes | None) -> None:
    if account.mail is not None:
        return
    if mail is None or found_by is None:
        raise Invalid(what="The enrolment", why="it needs your mail address")
    key = ring(account.customer_id).key(account.page, account.slot)
    account.mail = mails.sealed(mail, key, account.customer_id, account.account_id)
    account.mail_index = found_by


def _locked(customer_id: UUID, account_id: UUID, missing: type[LinkRefused] | None = None) -> Account:
    account = Account.objects.select_for_update().filter(customer_id=customer_id, account_id=account_id).first()
    if account is None or (missing and account.state == AccountState.DEACTIVATED):
        raise missing() if missing else NotFound(what="account")
    return account


def _judge_role(permit: Permit, role: str) -> None:
    """The role must exist on that side, and nobody but an owner or the operator's side makes or touches an owner."""
    if not roles.known("operator" if permit.customer_id == OPERATOR else "customer", role):
        raise Invalid(what="The role", why="there is none of this name here")
    if role == "owner" and not (permit.actor.is_staff or permit.actor.role == "owner"):
        raise NotAllowed(action=Action.ACCOUNTS_MANAGE.value, customer_id=permit.customer_id)


def _judge_last(account: Account) -> None:
    essential = "administrator" if account.customer_id == OPERATOR else "owner"
    if account.role != essential or account.state != AccountState.ACTIVE:
        return
    # Lock first, then judge: two people who end each other at the same time must not both succeed.
    Customer.objects.select_for_update().get(customer_id=account.customer_id)
    others = Account.objects.filter(customer_id=account.customer_id, role=essential, state=AccountState.ACTIVE)
    if not others.exclude(account_id=account.account_id).exists():
        raise LastAdministrator(role=essential)


def _key_owner(actor: Actor, customer_id: UUID, account_id: UUID | None) -> UUID:
    own = actor.account_id if actor.customer_id == customer_id else None
    owner = account_id or own
    if owner is None or (owner != own and actor.kind != "cli"):
        raise NotAllowed(action=Action.API_KEYS_MANAGE.value, customer_id=customer_id)
    return owner


def _key_life(lives: timedelta | None, customer_id: UUID) -> timedelta:
    limits = terms(customer_id).key
    wanted = limits.lives if lives is None else lives
    if not timedelta(0) < wanted <= limits.lives_at_most:
        raise Invalid(what="The key's life", why=f"it must end within {limits.lives_at_most.days} days")
    return wanted


def _keys(account: Account) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(customer_id=account.customer_id, account_id=account.account_id)


def _end_sessions(account: Account) -> None:
    Session.objects.filter(customer_id=account.customer_id, account_id=account.account_id).delete()


def _withdraw_links(account: Account, *, clock: Clock) -> None:
    Enrolment.objects.filter(customer_id=account.customer_id, account_id=account.account_id, used_at=None).update(
        used_at=clock.now()
    )


def _record(
    operation: str,
    account: Account,
    *,
    by: Actor,
    key: bytes | None = None,
    detail: dict[str, str | int | list[str]] | None = None,
) -> None:
    """The account is a person: the log commits to its id and seals the opening under the account's own key."""
    known = key or ring(account.customer_id).key(account.page, account.slot)
    record(
        operation,
        by=by,
        customer_id=account.customer_id,
        subject=SubjectRef(account.account_id, known),
        detail=detail,
    )


@contextmanager
def _mail_unique() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if "access_account_mail" in str(error):
            raise MailTaken from None
        raise
