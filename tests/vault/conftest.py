"""A customer with keys, a dataset, and permits for whoever a test wants to be."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from troth.access import gate
from troth.access.permit import Permit
from troth.access.roles import Action
from troth.kernel.actor import Actor, job
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.tenancy.actions import add_customer
from troth.vault import actions
from troth.vault.schema import Schema

CONTACTS = Schema.parse(
    {
        "fields": [
            {"name": "email", "type": "email", "kind": "identifier", "identifier": "email"},
            {"name": "phone", "type": "phone", "kind": "identifier", "identifier": "phone", "region": "FR"},
            {"name": "name"},
            {"name": "age", "type": "integer"},
            {"name": "balance", "type": "decimal"},
            {"name": "tier", "kind": "plain", "why": "billing counts tiers without opening records"},
        ]
    }
)

Fetch = Callable[..., list[tuple[Any, ...]]]


@dataclass
class World:
    """One customer as its owner sees it."""

    customer_id: UUID = field(default_factory=new_id)

    def __post_init__(self) -> None:
        add_customer(f"Customer {self.customer_id}", by=job("test"), customer_id=self.customer_id)

    def permit(self, *only: Action, role: str = "owner") -> Permit:
        """A permit for these actions; without any, for all that the vault knows."""
        actor = Actor(
            kind="account", route="test", role=role, customer_id=self.customer_id, account_id=new_id(),
            source_address="203.0.113.7",
        )  # fmt: skip
        wanted = only or tuple(
            action for action in Action if action.value.split(".")[0] in {"datasets", "records", "subjects"}
        )
        return gate.permit(actor, self.customer_id, *wanted, purpose="test")

    def contacts(self, **options: Any) -> UUID:
        """A fresh dataset of contacts."""
        return actions.add_dataset(self.permit(), f"contacts {new_id()}", CONTACTS, **options)

    def fetch(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        """Rows as this customer sees them."""
        with within(self.customer_id), connections["default"].cursor() as cursor:
            cursor.execute(query, params)
            return list(cursor.fetchall())

    def counts(self) -> dict[str, int]:
        """How many rows of each kind there are."""
        return {
            table: self.fetch(f"select count(*) from vault_{table} where customer_id = %s", self.customer_id)[0][0]
            for table in ("record", "subject", "identifier", "change", "import")
        }

    def logged(self, operation: str | None = None) -> list[tuple[str, dict[str, Any]]]:
        """What stands in the log's inbox of this customer."""
        import msgspec

        with connections["sealer"].cursor() as cursor:  # the app's role may only add to the log
            cursor.execute(
                "select operation, leaf from audit_inbox where customer_id = %s order by event_id", [self.customer_id]
            )
            found = cursor.fetchall()
        return [(name, msgspec.json.decode(bytes(leaf))) for name, leaf in found if operation in {None, name}]


@pytest.fixture
def world() -> World:
    return World()


def person(n: int, **more: object) -> dict[str, object]:
    """A row about the n-th person."""
    return {
        "email": f"person{n}@example.org",
        "phone": f"+3361{n:07d}",
        "name": f"Person {n}",
        "age": str(20 + n % 60),
        "balance": f"{n}.50",
        "tier": "gold" if n % 2 else "silver",
        **more,
    }


def aside(act: Callable[[], object]) -> threading.Thread:
    """A thread with database connections of its own, closed at its end."""

    def whole() -> None:
        try:
            act()
        finally:
            connections.close_all()

    return threading.Thread(target=whole)
