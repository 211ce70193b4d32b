"""What of a customer's accounts would lie outside other terms. Reads only; the caller has asked the gate."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from troth.access.models import Account, AccountState, ApiKey, Session
from troth.access.terms import AccessTerms
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.wall import within


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """Counts and ids. A password is only ever a hash here: whether it would be taken is seen when it is typed."""

    passwords: int
    keys: tuple[UUID, ...]
    sessions: int


def under(customer_id: UUID, terms: AccessTerms, *, clock: Clock = SYSTEM) -> Foretold:
    """The customer's active accounts, its API keys that live longer, its sessions that were opened for longer."""
    now = clock.now()
    with within(customer_id):
        accounts = Account.objects.filter(customer_id=customer_id, state=AccountState.ACTIVE).count()
        keys = ApiKey.objects.filter(customer_id=customer_id, revoked_at=None, expires_at__gt=now).filter(
            expires_at__gt=F("created_at") + terms.key.lives_at_most
        )
        sessions = Session.objects.filter(customer_id=customer_id, expires_at__gt=now).filter(
            expires_at__gt=F("created_at") + terms.session.absolute
        )
        return Foretold(
            passwords=accounts,
            keys=tuple(keys.order_by("key_id").values_list("key_id", flat=True)),
            sessions=sessions.count(),
        )
