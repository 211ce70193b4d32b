"""The policy in force, as promises read it: its pack, its terms, and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zlib import crc32

from troth.policy import queries
from troth.policy.agreements import canonical
from troth.policy.clauses import Clause, Pack
from troth.policy.terms import Terms
from troth.promises import catalogue
from troth.promises.control import Control
from troth_judge.facts import Value
from troth_judge.state import Binding

_BOUNDS = ("at_least", "at_most", "one_of", "all_of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is promised to one customer, or to everybody. `pack` is None where no policy is in force."""

    pack: Pack | None
    terms: Terms
    since: datetime | None = None
    digest: str = ""
    number: int = 0

    def values(self, control: Control) -> dict[str, Value]:
        """The values of the terms that a control's judge reads, each under its name and the names of its bounds."""
        plain = self.terms.plain()
        names = {name for term in control.terms for name in (term, *(f"{term}.{bound}" for bound in _BOUNDS))}
        return {name: plain[name] for name in sorted(names & plain.keys())}


def in_force(customer_id: UUID | None = None) -> Policy:
    """Return the policy in force now, with this customer's own terms."""
    found = queries.current()
    if found is None:
        return Policy(pack=None, terms=Terms())
    return Policy(
        pack=found.pack,
        terms=queries.terms(customer_id),
        since=found.since,
        digest=found.digest,
        number=found.number,
    )


def doubt() -> str | None:
    """Return the code of why the policy in force is not to be believed; None where the log bears it out."""
    return queries.doubt()


def controls(pack: Pack) -> tuple[Control, ...]:
    """Every control that the pack cites and that can look, in the order of the catalogue."""
    cited = pack.controls()
    return tuple(one for one in catalogue.CONTROLS if one.id in cited and one.observe is not None)


def bindings(clause: Clause) -> tuple[Binding, ...]:
    """What proves a clause. A control that is not in the catalogue is not built."""
    return tuple(_binding(control_id) for control_id in clause.controls)


def _binding(control_id: str) -> Binding:
    found = catalogue.by_id(control_id)
    if found is None:
        return Binding(control=control_id, every=timedelta(days=1), planned=True)
    return Binding(control=control_id, every=found.every, planned=found.kind == "planned")


def every(control_id: str) -> timedelta:
    """How often a control looks."""
    return _binding(control_id).every


def agreement_token(customer_id: UUID | None) -> int:
    """Return a number that is another once this customer's agreement is."""
    found = queries.agreement(customer_id) if customer_id else None
    return crc32(canonical(found).encode()) if found else 0
