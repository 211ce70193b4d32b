"""A stage with controls of the test's own, a visitor who never signs in, and shelves that begin empty."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.promises.stage import stage
from troth.trust import reading, views

__all__ = ["stage"]


class Visitor(Client):
    """Somebody from outside, over HTTPS, without a session."""

    def __init__(self, language: str = "en") -> None:
        super().__init__(headers={"accept-language": language})
        self.defaults["SERVER_NAME"] = "localhost"

    def generic(self, *given: Any, **named: Any) -> HttpResponse:
        """Over HTTPS."""
        return super().generic(*given, **(named | {"secure": True}))  # type: ignore[return-value]  # what it is


@pytest.fixture
def visitor() -> Visitor:
    """One who reads English."""
    return Visitor()


@pytest.fixture(autouse=True)
def _empty_shelves() -> Iterator[None]:
    # Another test's policy may have had the same version.
    views._answers.clear()
    reading._statements.clear()
    yield
    views._answers.clear()
    reading._statements.clear()
