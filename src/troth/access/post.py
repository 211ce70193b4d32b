"""Who gets a message by mail, and where it goes: the addresses are opened from their seal when a letter leaves."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from troth.access import mail as mails
from troth.access.models import Account, AccountState
from troth.keys.errors import KeyErased
from troth.keys.rings import ring
from troth.messages.surroundings import Around, LetterBox


class Accounts:
    """The address book of the outbox (`messages.surroundings.AddressBook`)."""

    def receivers(self, customer_id: UUID, roles: Sequence[str], accounts: Sequence[str]) -> list[UUID]:
        """The active accounts that bear one of these roles, or are named; each once."""
        named = [UUID(account) for account in accounts]
        found = Account.objects.filter(
            Q(role__in=list(roles)) | Q(account_id__in=named), customer_id=customer_id, state=AccountState.ACTIVE
        )
        return list(found.order_by("account_id").values_list("account_id", flat=True))

    def letter_box(self, customer_id: UUID, account_id: UUID) -> LetterBox | None:
        """The account's address; None when it has ended or its key was destroyed."""
        account = Account.objects.filter(
            customer_id=customer_id, account_id=account_id, state=AccountState.ACTIVE
        ).first()
        if account is None or account.mail is None:
            return None
        try:
            key = ring(customer_id).key(account.page, account.slot)
        except KeyErased:
            return None
        return LetterBox(mails.opened(bytes(account.mail), key, customer_id, account_id), account.locale)


def around() -> Around:
    """The installation's own surroundings."""
    return Around(book=Accounts(), address=settings.TROTH_ADDRESS, networks=settings.TROTH_WEBHOOK_NETWORKS)
