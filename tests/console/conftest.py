"""Two customers with people of every role, staff, and a browser-less client for each of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from troth.access import actions, gate, roles
from troth.access.roles import Action
from troth.kernel.actor import Actor
from troth.kernel.ids import OPERATOR, new_id
from troth.tenancy import actions as tenancy

PASSWORD = "four unrelated words of mine"
STAFF = Actor(kind="cli", route="test", role="cli", label="tester")


@dataclass
class House:
    """One customer and how to come in as its people."""

    customer_id: UUID
    name: str
    mails: dict[str, str] = field(default_factory=dict)

    def url(self, rest: str = "") -> str:
        return f"/c/{self.customer_id}{rest}"


def enrol(customer_id: UUID, role: str, mail: str) -> None:
    """A person of this role, who has set a password."""
    permit = gate.permit(STAFF, customer_id, Action.ACCOUNTS_MANAGE)
    invitation = actions.invite(permit, role=role, mail=mail)
    actions.enrol(invitation.token, PASSWORD, by=Actor(kind="nobody", route="test"))


def house(name: str) -> House:
    """A customer with one person of each role."""
    made = tenancy.add_customer(f"{name} {new_id().hex[-8:]}", by=STAFF)
    found = House(made.customer_id, made.name)
    for role in roles.CUSTOMER_ROLES:
        found.mails[role] = f"{role}.{new_id().hex[-8:]}@example.com"
        enrol(made.customer_id, role, found.mails[role])
    return found


@pytest.fixture(scope="session")
def here() -> House:
    """The customer that tests work at."""
    return house("Here & Sons")


@pytest.fixture(scope="session")
def there() -> House:
    """The neighbour."""
    return house("There <b>Ltd</b>")


@pytest.fixture(scope="session")
def staff_mails() -> dict[str, str]:
    """One member of staff of each role."""
    tenancy.establish_operator(by=STAFF)
    mails = {role: f"{role}.{new_id().hex[-8:]}@operator.example" for role in roles.OPERATOR_ROLES}
    for role, mail in mails.items():
        enrol(OPERATOR, role, mail)
    return mails


class Visitor(Client):
    """A client over HTTPS that follows what a browser would send."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=False, headers={"accept-language": "en"})
        self.defaults["SERVER_NAME"] = "localhost"

    def generic(self, *given: Any, **named: Any) -> HttpResponse:
        """Always over TLS."""
        return super().generic(*given, **{**named, "secure": True})

    def sign_in(self, mail: str, password: str = PASSWORD) -> HttpResponse:
        """Through the page."""
        return self.post("/sign-in", {"mail": mail, "password": password})

    def look(self, at: House, reason: str = "Ticket 4711") -> None:
        """Say why."""
        answer = self.post(at.url("/why"), {"purpose": "support", "reason": reason, "next": "/"})
        assert answer.status_code == 303, answer.content


@pytest.fixture
def visitor() -> Visitor:
    """Nobody yet."""
    return Visitor()


_signed_in: dict[str, Visitor] = {}


@pytest.fixture
def signed_in() -> Callable[[str], Visitor]:
    """Someone who has signed in; one session per person for the whole run."""

    def come(mail: str) -> Visitor:
        if mail not in _signed_in:
            visitor = Visitor()
            answer = visitor.sign_in(mail)
            assert answer.status_code == 303, answer.content
            _signed_in[mail] = visitor
        return _signed_in[mail]

    return come


@pytest.fixture
def owner(here: House, signed_in: Callable[[str], Visitor]) -> Visitor:
    """The owner of `here`."""
    return signed_in(here.mails["owner"])


@pytest.fixture
def operator(staff_mails: dict[str, str], signed_in: Callable[[str], Visitor]) -> Visitor:
    """The operator's administrator."""
    return signed_in(staff_mails["administrator"])


@pytest.fixture(autouse=True)
def _clean_language() -> Iterator[None]:
    from django.utils import translation

    with translation.override("en"):
        yield
