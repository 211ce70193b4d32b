"""What a policy would break today, were it in force: asked before it is.

Guarantees: nothing is written. Facts that were sealed are judged again under the new terms, by the same judges; what
nobody has seen, or nobody could see, is named as such and never counted as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from troth.access import foretelling as access_foretelling
from troth.access import gate
from troth.access import terms as access_terms
from troth.access.roles import Action
from troth.erasure import foretelling
from troth.erasure import terms as erasure_terms
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import OPERATOR
from troth.policy import agreements_kept, collisions, diffing, queries
from troth.policy.agreements import Agreement
from troth.policy.clauses import Pack
from troth.policy.diffing import Difference
from troth.policy.errors import Clash
from troth.policy.vocabulary.words import BY_NAME
from troth.promises import catalogue, deriving, evidence, exceptions, policies
from troth.promises.deriving import Ground
from troth.promises.policies import Policy
from troth.tenancy import queries as tenancies
from troth.tenancy.models import State as CustomerState
from troth_judge.sentences import sentence
from troth_judge.state import Derived
from troth_judge.verdict import State
from troth_judge.words import Language

Unsaid = Literal["no_facts", "not_built", "nothing_measures", "passwords_are_hashed", "no_backups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a clause would be today; `now` is its state under the policy in force, if it stands there."""

    clause_id: str
    then: State
    now: State | None
    code: str
    sentence: str
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCustomer:
    """What would lie outside the new terms at one customer, or at the operator."""

    customer_id: UUID
    erasures: tuple[foretelling.Foretold, ...] = ()
    keys: tuple[UUID, ...] = ()
    sessions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """What can't be said, why, and what it concerns: clauses, terms, or how many accounts."""

    why: Unsaid
    about: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """Everything that was found. With `clashes` the pack can't come into force at all."""

    pack: str
    version: int
    against: str | None
    at: datetime
    difference: Difference | None
    clashes: tuple[Clash, ...]
    promises: tuple[Promise, ...]
    customers: tuple[OfCustomer, ...]
    unknown: tuple[Unknown, ...]

    @property
    def breaks(self) -> tuple[Promise, ...]:
        """The promises that would not hold, though they hold now or are not made."""
        return tuple(each for each in self.promises if each.then == "broken" and each.now != "broken")


def simulate(pack: Pack, *, by: Actor, language: Language = "en", clock: Clock = SYSTEM) -> Simulation:
    """Judge today under a pack that is not in force. Raises NotAllowed."""
    gate.permit(by, OPERATOR, Action.POLICY_READ)
    now = clock.now()
    current = queries.current(clock=clock)
    against = f"{current.pack.id} {current.pack.version}" if current else None
    clashes = tuple(collisions.of_pack(pack, BY_NAME))
    if clashes:
        return Simulation(
            pack=pack.id,
            version=pack.version,
            against=against,
            at=now,
            difference=None,
            clashes=clashes,
            promises=(),
            customers=(),
            unknown=(),
        )
    agreements = _agreements()
    found = [_of_customer(each, pack, agreement, clock) for each, agreement in agreements.items()]
    return Simulation(
        pack=pack.id,
        version=pack.version,
        against=against,
        at=now,
        difference=diffing.difference(current.pack if current else None, pack, BY_NAME),
        clashes=(),
        promises=_promises(pack, agreements, now, language),
        customers=tuple(each for each, _ in found if each.erasures or each.keys or each.sessions),
        unknown=_unknown(pack, now, sum(count for _, count in found)),
    )


def _agreements() -> dict[UUID, Agreement | None]:
    """The operator, and every customer that is not erased, with its agreement."""
    living = [each.customer_id for each in tenancies.customers() if each.state != CustomerState.ERASED]
    return {OPERATOR: None} | {each: agreements_kept.newest(each) for each in living}


def _of_customer(customer_id: UUID, pack: Pack, agreement: Agreement | None, clock: Clock) -> tuple[OfCustomer, int]:
    obliged = queries.terms_under(pack, agreement)
    outside = access_foretelling.under(customer_id, access_terms.of(obliged), clock=clock)
    late = () if customer_id == OPERATOR else foretelling.under(customer_id, erasure_terms.of(obliged), clock=clock)
    found = OfCustomer(customer_id=customer_id, erasures=tuple(late), keys=outside.keys, sessions=outside.sessions)
    return found, outside.passwords


def _promises(
    pack: Pack, agreements: Mapping[UUID, Agreement | None], now: datetime, language: Language
) -> tuple[Promise, ...]:
    """Each clause for everybody; and for a customer where its own evidence says something worse."""
    present = deriving.platform(now=now)
    platform = _ground(pack, None, now)
    found = []
    for clause in pack.clauses:
        there = present.policy.pack is not None and present.policy.pack.clause(clause.id)
        before = present.derive(there, now).state if there else None
        found.append(_promise(clause.id, platform.derive(clause, now), before, None, language))
    own = deriving.own_controls(pack)
    clauses = [clause for clause in pack.clauses if own & set(clause.controls)]
    for customer_id, agreement in agreements.items():
        if customer_id == OPERATOR or not clauses:
            continue
        ground = _ground(pack, agreement, now, customer_id=customer_id, below=platform)
        derived = [(clause.id, ground.derive(clause, now)) for clause in clauses]
        found += [_promise(name, each, None, customer_id, language) for name, each in derived if each.state == "broken"]
    return tuple(found)


def _promise(
    clause_id: str, derived: Derived, before: State | None, customer_id: UUID | None, language: Language
) -> Promise:
    return Promise(
        clause_id=clause_id,
        then=derived.state,
        now=before,
        code=derived.because.code,
        sentence=sentence(derived.because, language),
        customer_id=customer_id,
    )


def _ground(
    pack: Pack,
    agreement: Agreement | None,
    now: datetime,
    *,
    customer_id: UUID | None = None,
    below: Ground | None = None,
) -> Ground:
    """What states would rest on: the newest facts, judged under the pack's terms."""
    policy = Policy(pack=pack, terms=queries.terms_under(pack, agreement))
    observed = [each.id for each in policies.controls(pack)]
    if below is None or customer_id is None:
        rows = evidence.newest(OPERATOR, observed, now=now)
    else:
        own = deriving.own_controls(pack)
        rows = {name: row for name, row in below.rows.items() if name not in own}
        rows |= evidence.newest(customer_id, own, now=now)
    seen = {}
    for name, row in rows.items():
        control = catalogue.by_id(name)
        seen[name] = row.seen({} if control is None else policy.values(control))
    return Ground(policy=policy, rows=rows, seen=seen, exemptions=exceptions.of_pack(pack.id, now=now))


def _unknown(pack: Pack, now: datetime, passwords: int) -> tuple[Unknown, ...]:
    """What nobody has seen or could see, so that silence is not taken for consent."""
    cited = {name: catalogue.by_id(name) for name in sorted(pack.controls())}
    observed = [name for name, control in cited.items() if control is not None and control.observe is not None]
    seen = evidence.newest(OPERATOR, observed, now=now)
    read = {term for control in cited.values() if control is not None and control.observe for term in control.terms}
    obliged = {each.term for each in pack.obligations}
    found = [
        Unknown(why="no_facts", about=tuple(name for name in observed if name not in seen)),
        Unknown(why="not_built", about=tuple(n for n, c in cited.items() if c is None or c.kind == "planned")),
        Unknown(why="nothing_measures", about=tuple(sorted(obliged - read))),
    ]
    if any(term.startswith("access.password.") for term in obliged):
        found.append(Unknown(why="passwords_are_hashed", count=passwords))
    if any(term.startswith(("backups.", "erasure.backups")) for term in obliged):
        found.append(Unknown(why="no_backups"))
    return tuple(each for each in found if each.about or each.count or each.why == "no_backups")
