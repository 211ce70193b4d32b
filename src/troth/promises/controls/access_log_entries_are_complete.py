"""An entry of the access log says date, time, route or entity, operation and source address (clauses C-1.6b, "
"C-1.5a)."""

from datetime import datetime, timedelta
from uuid import UUID

from troth.audit import evidence
from troth.audit.evidence import Leaf
from troth.kernel.clock import SYSTEM
from troth.promises.control import Control
from troth.promises.probing import canaries, looking, reach, tracing, visiting
from troth.promises.probing.tracing import Trace
from troth.promises.scope import Scope
from troth_judge.controls.access_log_entries_are_complete import Facts

WINDOW = timedelta(days=1)
_EACH, _ONE = 60, 2_000
"""So many of the newest entries of each customer, and of one customer for its own view."""
_PEOPLE = frozenset({"account", "api_key"})


def observe(scope: Scope) -> Facts:
    """Read the newest entries of people and API keys; our own probes' are looked at and not counted."""
    if not any(_newest(scope, one) for one in reach.tests(scope)):
        _leave_one(scope)
    looked_at, incomplete, missing = 0, list[UUID](), set[str]()
    customers = reach.customers(scope, operator=True)
    for customer_id in (*customers, *reach.tests(scope)):
        found = _newest(scope, customer_id)
        looked_at += len(found) if customer_id in customers else 0
        for event, leaf in found:
            lacks = _lacks(leaf)
            if lacks:
                incomplete.append(event)
                missing |= lacks
    return Facts(
        window=WINDOW,
        looked_at=looked_at,
        tests=sum(len(_newest(scope, one)) for one in reach.tests(scope)),
        incomplete=len(incomplete),
        missing=tuple(sorted(missing)),
        which=reach.named(incomplete),
    )


def _leave_one(scope: Scope) -> None:
    """A day without a customer's entry is not a day without evidence: a call of our own leaves one."""
    canary, _ = canaries.ensure(clock=scope.clock)
    since = SYSTEM.now()
    with canaries.api_key(canary, clock=scope.clock) as text:
        path = f"/api/v1/customers/{canary.customer_id}/records/{canary.record_id}"
        told = {"Authorization": f"Bearer {text}", "Troth-Purpose": canaries.PURPOSE}
        request_id = UUID(visiting.get(path, **told).headers["Troth-Request-Id"])
    trace = Trace(name="own", customer_id=canary.customer_id, request_id=request_id, operation="record.read")
    tracing.follow([trace], since=since)


def _newest(scope: Scope, customer_id: UUID) -> list[tuple[UUID, Leaf]]:
    at_most = _EACH if scope.customer_id is None else _ONE
    with looking.inside(customer_id, scope.using):
        found = evidence.sealed(customer_id, since=scope.now - WINDOW, at_most=at_most, using=scope.using)
    return [(event, leaf) for event, leaf in found if _is_somebody(leaf)]


def _is_somebody(leaf: Leaf) -> bool:
    """A person or a key, come from outside. A probe inside the platform comes from no address; a leaf that can't be
    read is nobody's, and therefore looked at."""
    kind = leaf.get("actor", {}).get("kind")
    return (kind in _PEOPLE and leaf.get("route") != canaries.ROUTE) or not leaf


def _lacks(leaf: Leaf) -> set[str]:
    commitments = leaf.get("commitments", {})
    there = {
        "time": _is_time(leaf.get("time")),
        "account": "account" in commitments or "key" in commitments,
        "entity": bool(leaf.get("entity") or leaf.get("route")),
        "operation": bool(leaf.get("operation")),
        "source_address": "source_address" in commitments,
    }
    return {name for name, said in there.items() if not said}


def _is_time(text: object) -> bool:
    try:
        return datetime.fromisoformat(str(text)).tzinfo is not None
    except ValueError:
        return False


CONTROL = Control(
    id="access_log_entries_are_complete",
    kind="observed",
    title={"en": "Entries of the access log are complete", "fr": "Les entrées du journal des accès sont complètes"},
    terms=("audit.entry_holds",),
    sees={
        "en": "The newest sealed entries of the last day, 60 of each customer: date and time, route or entity, "
        "operation, "
        "and the sealed commitments to who acted and from which address.",
        "fr": "Les entrées scellées les plus récentes du dernier jour, 60 par client : date et heure, route ou objet, "
        "opération, et les engagements scellés sur qui a agi et de quelle adresse.",
    },
    could_lie_if={
        "en": "a proxy in front of the platform hides its callers’ addresses; or an incomplete entry is older than the "
        "newest 60 of its customer’s day.",
        "fr": "un mandataire devant la plateforme cache l’adresse des appelants ; ou une entrée incomplète est plus "
        "ancienne que les 60 dernières de son client ce jour-là.",
    },
    every=timedelta(hours=3),
    observe=observe,
    per_customer=True,
)
