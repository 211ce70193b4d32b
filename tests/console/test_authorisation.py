"""Every route of the console, as nobody, as the other customer and as every role: from the table, none forgotten."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.urls import URLPattern, get_resolver, reverse

from tests.console.conftest import House, Visitor
from troth.access import roles
from troth.access.roles import Action
from troth.console import urls
from troth.console.terms import DEFAULT
from troth.kernel.clock import SYSTEM
from troth.kernel.ids import OPERATOR, new_id

PUBLIC = {"start", "asset", "sign_in", "enrol", "language", "receipt", "receipt_live", "receipt_file"}
OWN = {"sign_out", "account", "api_key_new", "api_key_revoke"}
OPERATORS: dict[str, Action] = {
    "staff": Action.ACCOUNTS_LIST,
    "customers": Action.CUSTOMERS_LIST,
    "customer_new": Action.CUSTOMERS_ADD,
    "keys": Action.KEYS_STATUS,
    "board": Action.PROMISES_READ,
    "promise": Action.PROMISES_READ,
    "promise_live": Action.PROMISES_READ,
    "promise_check": Action.PROMISES_CHECK,
    "control": Action.PROMISES_READ,
    "attestations": Action.PROMISES_READ,
    "attestation_topic": Action.PROMISES_READ,
    "attestation_owner": Action.ATTESTATIONS_GIVE,
    "attestation_give": Action.ATTESTATIONS_GIVE,
    "attestation": Action.EVIDENCE_EXPORT,
    "attestation_document": Action.EVIDENCE_EXPORT,
    "exceptions": Action.PROMISES_READ,
    "exception_ask": Action.EXCEPTIONS_ASK,
    "exception_approve": Action.EXCEPTIONS_APPROVE,
    "exception_refuse": Action.EXCEPTIONS_APPROVE,
    "exception_withdraw": Action.EXCEPTIONS_ASK,
    "calendar": Action.PROMISES_READ,
    "policy": Action.POLICY_READ,
    "policy_packs": Action.POLICY_READ,
    "policy_own": Action.POLICY_ACTIVATE,
    "policy_terms": Action.POLICY_READ,
    "policy_version": Action.POLICY_READ,
    "policy_difference": Action.POLICY_READ,
    "policy_try": Action.POLICY_READ,
    "policy_activate": Action.POLICY_ACTIVATE,
    "webhooks": Action.WEBHOOKS_MANAGE,
    "webhook_deliveries": Action.WEBHOOKS_MANAGE,
    "webhook": Action.WEBHOOKS_MANAGE,
    "webhook_test": Action.WEBHOOKS_MANAGE,
    "webhook_remove": Action.WEBHOOKS_MANAGE,
    "operator_log": Action.LOG_READ,
    "operator_log_checkpoint": Action.LOG_READ,
    "operator_log_bundle": Action.LOG_EXPORT,
    "operator_log_entry": Action.LOG_READ,
    "operator_log_proof": Action.LOG_READ,
}
CUSTOMERS: dict[str, Action] = {
    "customer": Action.CUSTOMER_SHOW,
    "why": Action.CUSTOMER_SHOW,
    "stop_looking": Action.CUSTOMER_SHOW,
    "people": Action.ACCOUNTS_LIST,
    "account_link": Action.ACCOUNTS_MANAGE,
    "account_end": Action.ACCOUNTS_MANAGE,
    "datasets": Action.DATASETS_LIST,
    "dataset_new": Action.DATASETS_ADD,
    "dataset": Action.DATASETS_LIST,
    "records": Action.RECORDS_READ,
    "find": Action.RECORDS_FIND,
    "record": Action.RECORDS_READ,
    "correct": Action.RECORDS_CORRECT,
    "import": Action.RECORDS_IMPORT,
    "rejected": Action.RECORDS_IMPORT,
    "subject": Action.SUBJECTS_SHOW,
    "erase": Action.SUBJECTS_ERASE,
    "erasures": Action.ERASURES_READ,
    "erasures_live": Action.ERASURES_READ,
    "erasure": Action.ERASURES_READ,
    "erasure_live": Action.ERASURES_READ,
    "erasure_retry": Action.ERASURES_RETRY,
    "erasure_cancel": Action.ERASURES_READ,
    "delete_customer": Action.CUSTOMER_DELETE,
    "certificates": Action.CERTIFICATES_READ,
    "certificate": Action.CERTIFICATES_READ,
    "certificate_file": Action.CERTIFICATES_READ,
    "own_promises": Action.PROMISES_READ,
    "agreement": Action.POLICY_READ,
    "own_webhooks": Action.WEBHOOKS_MANAGE,
    "own_webhook_deliveries": Action.WEBHOOKS_MANAGE,
    "own_webhook": Action.WEBHOOKS_MANAGE,
    "own_webhook_test": Action.WEBHOOKS_MANAGE,
    "own_webhook_remove": Action.WEBHOOKS_MANAGE,
    "log": Action.LOG_READ,
    "log_checkpoint": Action.LOG_READ,
    "log_bundle": Action.LOG_EXPORT,
    "log_entry": Action.LOG_READ,
    "log_proof": Action.LOG_READ,
}
WORDS = ("token", "form", "name", "clause_id", "control_id", "topic", "pack_id")
NUMBERS = ("version",)
"""What an address may hold that is no id."""
ROUTES = {pattern.name: pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)}
MORE = {
    ("staff", "POST"): Action.ACCOUNTS_MANAGE,
    ("people", "POST"): Action.ACCOUNTS_MANAGE,
    ("attestation", "POST"): Action.ATTESTATIONS_REVIEW,
    ("agreement", "POST"): Action.AGREEMENTS_MANAGE,
}
"""Where sending needs more than seeing."""


def methods(name: str) -> Iterator[str]:
    answered, _ = ROUTES[name].callback.console_page  # type: ignore[union-attr]  # set by boundary.page
    yield from sorted(answered - {"HEAD"})


def address(name: str, customer_id: UUID) -> str:
    """With ids that exist nowhere, but for the customer's: a refusal must come before anything is looked up."""
    route = {
        converter: customer_id if converter == "customer_id" else new_id()
        for converter in ROUTES[name].pattern.converters
        if converter not in (*WORDS, *NUMBERS)
    }
    words = {word: "json" for word in WORDS if word in ROUTES[name].pattern.converters}
    numbers = {number: 1 for number in NUMBERS if number in ROUTES[name].pattern.converters}
    return reverse(f"console:{name}", kwargs={**route, **words, **numbers})


def ask(visitor: Visitor, name: str, method: str, customer_id: UUID) -> int:
    answer = visitor.generic(method, address(name, customer_id))
    # What streams a file holds it open until then.
    answer.close()
    return answer.status_code


def test_the_tables_know_every_route() -> None:
    assert set(ROUTES) == PUBLIC | OWN | OPERATORS.keys() | CUSTOMERS.keys()
    known = [pattern for pattern in get_resolver().url_patterns if getattr(pattern, "app_name", None) == "console"]
    assert len(known) == 1


def test_only_the_named_routes_are_public() -> None:
    found = {name for name, route in ROUTES.items() if name != "asset" and route.callback.console_page[1]}  # type: ignore[union-attr]
    assert found | {"asset"} == PUBLIC


@pytest.mark.parametrize("name", sorted(OWN | OPERATORS.keys() | CUSTOMERS.keys()))
def test_nobody_is_shown_the_way_in(name: str, here: House) -> None:
    for method in methods(name):
        answer = Visitor().generic(method, address(name, here.customer_id))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in")


@pytest.mark.parametrize("name", sorted(CUSTOMERS))
def test_the_other_customers_owner_finds_nothing(
    name: str, here: House, there: House, signed_in: Callable[[str], Visitor]
) -> None:
    stranger = signed_in(there.mails["owner"])
    for method in methods(name):
        answer = stranger.generic(method, address(name, here.customer_id))
        assert answer.status_code == 404, (name, method)
        assert here.name.encode() not in answer.content
        unknown = stranger.generic(method, address(name, new_id()))
        assert unknown.status_code == 404


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_a_customers_owner_is_no_staff(name: str, here: House, owner: Visitor) -> None:
    for method in methods(name):
        assert ask(owner, name, method, here.customer_id) == 404, (name, method)


@pytest.mark.parametrize("role", roles.CUSTOMER_ROLES)
def test_every_role_of_a_customer_reaches_what_the_table_says(
    role: str, here: House, signed_in: Callable[[str], Visitor]
) -> None:
    allowed = roles.allowed("customer", role)
    visitor = signed_in(here.mails[role])
    visitor.look(here)
    for name, action in CUSTOMERS.items():
        for method in methods(name):
            # Looking stops here by its own route: say it anew for the next.
            if name == "stop_looking":
                continue
            status = ask(visitor, name, method, here.customer_id)
            needed = MORE.get((name, method), action)
            assert (status != 403) == (needed in allowed), (role, name, method, status)


@pytest.mark.parametrize("role", roles.OPERATOR_ROLES)
def test_every_role_of_the_operator_reaches_what_the_table_says(
    role: str, here: House, staff_mails: dict[str, str], signed_in: Callable[[str], Visitor]
) -> None:
    allowed = roles.allowed("operator", role)
    visitor = signed_in(staff_mails[role])
    visitor.look(here)
    for name, action in {**OPERATORS, **CUSTOMERS}.items():
        if name in {"stop_looking", "operator_log_bundle", "log_bundle"}:
            continue
        for method in methods(name):
            status = ask(visitor, name, method, here.customer_id)
            needed = MORE.get((name, method), action)
            assert (status != 403) == (needed in allowed), (role, name, method, status)


def test_staff_are_asked_why_before_they_see_anything(here: House, operator: Visitor) -> None:
    operator.post(here.url("/stop-looking"))
    for path in ("/find", f"/records/{new_id()}", f"/subjects/{new_id()}", "/log"):
        answer = operator.get(here.url(path))
        assert answer.status_code == 303
        assert answer["Location"].startswith(here.url("/why"))
    operator.look(here)
    assert operator.get(here.url("/find")).status_code == 200


def test_a_reason_for_one_customer_is_none_for_another(here: House, there: House, operator: Visitor) -> None:
    operator.look(here)
    assert operator.get(there.url("/find")).status_code == 303
    operator.look(there)
    assert operator.get(here.url("/find")).status_code == 303


def test_what_was_said_ends_with_its_time(here: House, operator: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    operator.look(here)
    assert operator.get(here.url("/find")).status_code == 200
    later = SYSTEM.now() + DEFAULT.staff_looks_for + timedelta(seconds=1)
    monkeypatch.setattr("troth.console.looking.SYSTEM", Later(later))
    assert operator.get(here.url("/find")).status_code == 303


class Later:
    """A clock that stands at a later moment."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def test_the_operator_is_no_customer_to_look_into(operator: Visitor) -> None:
    for name in CUSTOMERS.keys() - {"account_link", "account_end"}:
        for method in methods(name):
            assert ask(operator, name, method, OPERATOR) in {303, 403, 404}, name
    assert operator.get(f"/c/{OPERATOR}").status_code == 404
    assert operator.get(f"/c/{OPERATOR}/log").status_code == 404


def test_a_refusal_is_in_the_log_of_who_tried(here: House, there: House, signed_in: Callable[[str], Visitor]) -> None:
    from troth.audit import sealer
    from troth.audit.queries import entries

    signed_in(there.mails["viewer"]).get(here.url("/datasets"))
    while sealer.seal_once():
        pass
    newest = entries(there.customer_id, limit=5).entries
    assert any(one.operation == "datasets.list" and one.leaf["outcome"] == "refused" for one in newest)
