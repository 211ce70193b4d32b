"""From policy, evidence and exceptions to the state of every promise: `troth_judge.state`, clause by clause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from troth.kernel.ids import OPERATOR
from troth.policy.clauses import Clause, Pack
from troth.promises import catalogue, evidence, exceptions, policies
from troth.promises.evidence import Row
from troth.promises.policies import Policy
from troth_judge.state import GRACE, Derived, Exemption, Seen, derive
from troth_judge.verdict import unverified


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """All that states rest on, read once: for one customer, or for the platform."""

    policy: Policy
    rows: Mapping[str, Row]
    seen: Mapping[str, Seen]
    exemptions: Mapping[str, Sequence[Exemption]]
    doubt: str | None = None
    """Why the policy itself is not believed: then nothing that was judged under it is proven."""

    def derive(self, clause: Clause, now: datetime) -> Derived:
        """Return the state of one promise."""
        return derive(clause.kinds, policies.bindings(clause), self.seen, self.exemptions.get(clause.id, ()), now)


def platform(*, now: datetime) -> Ground:
    """Read what the platform's own states rest on. Call it outside any customer's transaction but the operator's."""
    policy = policies.in_force()
    if policy.pack is None:
        return Ground(policy=policy, rows={}, seen={}, exemptions={})
    rows = evidence.newest(OPERATOR, [one.id for one in policies.controls(policy.pack)], now=now)
    exemptions = exceptions.of_pack(policy.pack.id, now=now)
    doubt = policies.doubt()
    return Ground(policy=policy, rows=rows, seen=_judged(policy, rows, doubt), exemptions=exemptions, doubt=doubt)


def overlaid(ground: Ground, customer_id: UUID, *, now: datetime) -> Ground:
    """Return what one customer's states rest on: its own evidence and terms where a control looks at each customer."""
    if ground.policy.pack is None:
        return ground
    own = own_controls(ground.policy.pack)
    policy = policies.in_force(customer_id)
    rows = {name: row for name, row in ground.rows.items() if name not in own}
    rows |= evidence.newest(customer_id, own, now=now)
    seen = _judged(policy, rows, ground.doubt)
    return Ground(policy=policy, rows=rows, seen=seen, exemptions=ground.exemptions, doubt=ground.doubt)


def ground(customer_id: UUID | None, *, now: datetime) -> Ground:
    """Read what the states rest on, for a customer or for the platform. Call it outside any transaction."""
    found = platform(now=now)
    return found if customer_id is None else overlaid(found, customer_id, now=now)


def own_controls(pack: Pack) -> frozenset[str]:
    """The controls of a pack that are observed for each customer."""
    return frozenset(one.id for one in policies.controls(pack) if one.per_customer)


def own_clauses(pack: Pack) -> tuple[Clause, ...]:
    """The clauses whose state may differ from customer to customer."""
    own = own_controls(pack)
    return tuple(clause for clause in pack.clauses if own & set(clause.controls))


def silent_since(clause: Clause, seen: Mapping[str, Seen]) -> datetime | None:
    """Return since when the first of a clause's controls has been silent, whether or not the instant has come."""
    ends = [seen[one.control].at + one.every * (1 + GRACE) for one in policies.bindings(clause) if one.control in seen]
    return min(ends, default=None)


def _judged(policy: Policy, rows: Mapping[str, Row], doubt: str | None) -> dict[str, Seen]:
    found = {}
    for name, row in rows.items():
        control = catalogue.by_id(name)
        seen = row.seen({} if control is None else policy.values(control))
        if doubt is not None and seen.verdict.state != "broken":
            seen = replace(seen, verdict=unverified(doubt))
        found[name] = seen
    return found
