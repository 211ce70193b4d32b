"""Customers with keys of their own, and what the log's tests need to look behind the wall."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from troth.kernel.actor import Actor
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.keys import actions as keys


@pytest.fixture
def customer() -> UUID:
    """A customer that has keys and nothing else."""
    customer_id = new_id()
    with within(customer_id):
        keys.create_customer(customer_id)
    return customer_id


@pytest.fixture
def actor(customer: UUID) -> Actor:
    """One of the customer's own people, coming in through the API."""
    return Actor(
        kind="api_key",
        route="GET /api/v1/records/{id}",
        role="analyst",
        customer_id=customer,
        account_id=new_id(),
        key_id=new_id(),
        source_address="203.0.113.7",
    )


@pytest.fixture
def fetch() -> Callable[..., list[tuple[Any, ...]]]:
    """Read as the sealer, who sees all of the log."""

    def _fetch(query: str, *params: object) -> list[tuple[Any, ...]]:
        with connections["sealer"].cursor() as cursor:
            cursor.execute(query, params)
            return list(cursor.fetchall())

    return _fetch
