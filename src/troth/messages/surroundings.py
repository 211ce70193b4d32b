"""What a delivery needs of its surroundings, handed in by the layer that knows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from troth.kernel.clock import SYSTEM, Clock
from troth.messages.addresses import Network
from troth.messages.terms import DEFAULT, MessageTerms


@dataclass(frozen=True, slots=True)
class LetterBox:
    """Where somebody's mail goes. It exists while one letter is sent."""

    address: str
    language: str

    def __repr__(self) -> str:
        """Never the address."""
        return "LetterBox()"


class AddressBook(Protocol):
    """Who has which address: known in the layer above. Called inside the customer's wall."""

    def receivers(self, customer_id: UUID, roles: Sequence[str], accounts: Sequence[str]) -> list[UUID]:
        """The active accounts that bear one of these roles, or are named."""
        ...

    def letter_box(self, customer_id: UUID, account_id: UUID) -> LetterBox | None:
        """The account's address and language, opened from its seal now; None when the account has ended."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a delivery needs of its surroundings."""

    book: AddressBook
    address: str = ""
    networks: tuple[Network, ...] = ()
    terms: MessageTerms = DEFAULT
    clock: Clock = field(default=SYSTEM)
