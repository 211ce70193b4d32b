"""Reading accounts and API keys. Listing people's addresses is a look like any other: it is logged."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from troth.access import mail as mails
from troth.access.models import Account, ApiKey
from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit.actions import record
from troth.kernel import wall
from troth.kernel.errors import NotFound
from troth.keys.rings import ring


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """One account as its administrators see it."""

    account_id: UUID
    role: str
    state: str
    mail: str | None
    locale: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """One API key, without its secret."""

    key_id: UUID
    account_id: UUID
    name: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    seen_at: datetime | None


def accounts(permit: Permit) -> list[AccountView]:
    """The customer's accounts, oldest first."""
    permit.require(Action.ACCOUNTS_LIST)
    with wall.within(permit.customer_id):
        found = list(Account.objects.filter(customer_id=permit.customer_id).order_by("account_id"))
        keys = ring(permit.customer_id).keys([(account.page, account.slot) for account in found])
        views = [_view(account, key) for account, key in zip(found, keys, strict=True)]
        record(Action.ACCOUNTS_LIST.value, by=permit.actor, customer_id=permit.customer_id, count=len(views))
    return views


def api_keys(permit: Permit) -> list[KeyView]:
    """One's own keys; with `api_keys.revoke`, everyone's of the customer."""
    everyone = Action.API_KEYS_REVOKE in permit.actions
    permit.require(Action.API_KEYS_REVOKE if everyone else Action.API_KEYS_MANAGE)
    with wall.within(permit.customer_id):
        found = ApiKey.objects.filter(customer_id=permit.customer_id).order_by("key_id")
        if not everyone:
            own = permit.actor.account_id
            found = found.none() if own is None else found.filter(account_id=own)
        return [_key_view(key) for key in found]


def owner_of(customer_id: UUID) -> UUID:
    """The account of the customer's (first) active owner, for acting on their behalf. Raises NotFound."""
    with wall.within(customer_id):
        owner = (
            Account.objects.filter(customer_id=customer_id, role="owner", state="active").order_by("account_id").first()
        )
    if owner is None:
        raise NotFound(what="active owner")
    return owner.account_id


def _view(account: Account, key: bytes | None) -> AccountView:
    sealed = account.mail if key is not None else None
    return AccountView(
        account_id=account.account_id,
        role=account.role,
        state=account.state,
        mail=mails.opened(bytes(sealed), key, account.customer_id, account.account_id) if sealed and key else None,
        locale=account.locale,
        created_at=account.created_at,
    )


def _key_view(key: ApiKey) -> KeyView:
    return KeyView(
        key_id=key.key_id,
        account_id=key.account_id,
        name=key.name,
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        seen_at=key.seen_at,
    )
