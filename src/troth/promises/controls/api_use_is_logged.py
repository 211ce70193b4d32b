"""Every use of the API is in the log with its key, and so is every refusal (clause K-4g).

Requests of our own go through the handler that serves everybody's: granted and refused ones; then each is sought.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from troth.access import tokens
from troth.access.roles import Action
from troth.audit.evidence import Leaf
from troth.kernel.clock import SYSTEM
from troth.kernel.ids import OPERATOR, new_id
from troth.promises.control import Control
from troth.promises.probing import canaries, tracing, visiting
from troth.promises.probing.canaries import Canary
from troth.promises.probing.tracing import Trace
from troth.promises.scope import Scope
from troth_judge.controls.api_use_is_logged import Facts

_BASE = "/api/v1/customers"


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its answer's status, and the entry that it must leave."""

    path: str
    status: int
    operation: str
    purpose: bool = True
    known: bool = True
    outcome: str = "done"


def observe(scope: Scope) -> Facts:
    """Ask, then look for the questions."""
    canary, neighbour = canaries.ensure(clock=scope.clock)
    since, failed, traces = SYSTEM.now(), list[str](), list[Trace]()
    calls = _calls(canary, neighbour)
    with canaries.api_key(canary, clock=scope.clock) as text:
        for name, call in calls.items():
            request_id = _ask(call, text)
            if request_id is None:
                failed.append(name)
            else:
                traces.append(_trace(name, call, canary, request_id, text))
    followed = tracing.follow(traces, since=since)
    return Facts(
        calls=tuple(calls),
        failed=tuple(failed),
        unlogged=tuple(followed.unlogged),
        vague=tuple(followed.vague),
        waiting=tuple(followed.waiting),
        patience=tracing.PATIENCE,
    )


def _calls(canary: Canary, neighbour: Canary) -> dict[str, Call]:
    record = f"{_BASE}/{canary.customer_id}/records/{canary.record_id}"
    theirs = f"{_BASE}/{neighbour.customer_id}/records/{neighbour.record_id}"
    page = f"{_BASE}/{canary.customer_id}/datasets/{canary.dataset_id}/records?limit=1"
    read = Action.RECORDS_READ.value
    return {
        "a record": Call(record, HTTPStatus.OK, "record.read"),
        "a page": Call(page, HTTPStatus.OK, "records.paged"),
        "no purpose": Call(record, HTTPStatus.UNPROCESSABLE_ENTITY, read, purpose=False, outcome="refused"),
        "another customer": Call(theirs, HTTPStatus.NOT_FOUND, read, outcome="refused"),
        "no such key": Call(record, HTTPStatus.UNAUTHORIZED, "api.request", known=False, outcome="refused"),
    }


def _ask(call: Call, text: str) -> UUID | None:
    """The request's id, under which the log has it; None where the answer is another than it must be."""
    key = text if call.known else tokens.api_key(new_id(), tokens.new_secret())
    purpose = {"Troth-Purpose": canaries.PURPOSE} if call.purpose else {}
    answer = visiting.get(call.path, **{"Authorization": f"Bearer {key}", **purpose})
    return UUID(answer.headers["Troth-Request-Id"]) if answer.status == call.status else None


def _trace(name: str, call: Call, canary: Canary, request_id: UUID, text: str) -> Trace:
    parsed = tokens.parse_api_key(text)
    return Trace(
        name=name,
        customer_id=canary.customer_id if call.known else OPERATOR,
        request_id=request_id,
        operation=call.operation,
        says=_says(call),
        opens=("key", str(parsed[0])) if call.known and parsed else ("source_address", visiting.ADDRESS),
    )


def _says(call: Call) -> Callable[[Leaf], bool]:
    def says(leaf: Leaf) -> bool:
        kind = "api_key" if call.known else "nobody"
        came = str(leaf.get("route", "")).startswith("GET /") and "source_address" in leaf.get("commitments", {})
        return bool(came and leaf["actor"].get("kind") == kind and leaf.get("outcome") == call.outcome)

    return says


CONTROL = Control(
    id="api_use_is_logged",
    kind="probed",
    title={"en": "Every use of the API is logged", "fr": "Chaque usage de l’API est journalisé"},
    sees={
        "en": "Calls of our own to the API: a record and a page of a test customer, and three that are refused (no "
        "purpose, "
        "another customer, an unknown key). Each is sought in the sealed log with key, route, address and outcome.",
        "fr": "Nos propres appels à l’API : une fiche et une page d’un client d’essai, et trois refusés (sans "
        "finalité, un "
        "autre client, une clé inconnue). Chacun est cherché au journal scellé avec clé, route, adresse et issue.",
    },
    could_lie_if={
        "en": "the processes that serve run other code than this one. Requests with an unknown key beyond the limit "
        "for "
        "their address are counted and no longer logged one by one.",
        "fr": "les processus qui servent exécutent un autre code que celui-ci. Les requêtes à clé inconnue au-delà de "
        "la "
        "limite par adresse sont comptées et ne sont plus journalisées une à une.",
    },
    every=timedelta(hours=1),
    observe=observe,
)
