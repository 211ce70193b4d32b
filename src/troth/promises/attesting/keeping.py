"""Reading the rows of attestations as they may be counted: those that the log bears out.

Guarantee: a row that somebody put into the table, or that is not what its entry in the log says, does not count; a
refusal or a withdrawal that the log knows counts without its row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from troth.audit import witness
from troth.audit.queries import sealed
from troth.kernel.ids import OPERATOR
from troth.kernel.wall import within
from troth.promises.attesting.models import Attestation, Owner, Step
from troth.promises.attesting.rules import Standing, standing
from troth.promises.attesting.terms import DEFAULT, AttestationTerms
from troth_judge.instants import instant_text

GIVEN, REVIEWED, WITHDRAWN = "attestation.give", "attestation.review", "attestation.withdraw"
_ENTRIES_AT_MOST = 16
OPERATIONS = {"reviewed": REVIEWED, "withdrawn": WITHDRAWN}
Detail = dict[str, str | int | list[str]]
Steps = dict[UUID, dict[str, Step]]


@dataclass(frozen=True, slots=True)
class Kept:
    """The attestations of some topics that count, with what became of each, and who answers for what."""

    attestations: tuple[Attestation, ...]
    steps: Steps
    owners: Mapping[str, UUID | None]

    def of(self, topic: str) -> Standing:
        """Where one topic stands."""
        return standing([one for one in self.attestations if one.topic == topic], self.steps)


def given_detail(row: Attestation) -> Detail:
    """What the log seals of an attestation."""
    return {
        "topic": row.topic,
        "given_at": instant_text(row.given_at),
        "attester": row.attester,
        "statement_sha256": row.statement_sha256 or "",
        "document_sha256": row.document_sha256 or "",
    }


def step_detail(row: Step) -> Detail:
    """What the log seals of a review or a withdrawal."""
    return {
        "step": row.step,
        "accepted": "" if row.accepted is None else str(row.accepted).lower(),
        "at": instant_text(row.at),
        "person": row.person,
    }


def kept(
    now: datetime, *, topics: Iterable[str] | None = None, using: str = "default", terms: AttestationTerms = DEFAULT
) -> Kept:
    """Read what counts, of some topics or of all."""
    with within(OPERATOR, using=using):
        rows = Attestation.objects.using(using).filter(customer_id=OPERATOR)
        owners = Owner.objects.using(using).filter(customer_id=OPERATOR)
        if topics is not None:
            wanted = list(topics)
            rows, owners = rows.filter(topic__in=wanted), owners.filter(topic__in=wanted)
        found = list(rows.order_by("given_at"))
        ids = [one.attestation_id for one in found]
        steps = list(Step.objects.using(using).filter(customer_id=OPERATOR, attestation_id__in=ids)) if ids else []
        assigned = {one.topic: one.account_id for one in owners.order_by("assignment_id")}
    events = [*(one.event_id for one in found), *(one.event_id for one in steps)]
    leaves = sealed(OPERATOR, events, using=using) if events else {}
    good = [one for one in found if _given(one, leaves, now, terms)]
    by_attestation: Steps = {}
    for step in steps:
        if _became(step, leaves, now, terms):
            by_attestation.setdefault(step.attestation_id, {})[step.step] = step
    for step in _ends(ids, using):
        by_attestation.setdefault(step.attestation_id, {})[step.step] = step
    return Kept(tuple(good), by_attestation, assigned)


def _ends(ids: Iterable[UUID], using: str) -> list[Step]:
    """What ended an attestation, as the log has it, whatever became of the rows."""
    wanted = {str(one): one for one in ids}
    found = []
    for place in witness.about(OPERATOR, (REVIEWED, WITHDRAWN), wanted, each=_ENTRIES_AT_MOST, using=using):
        step = str(place.detail.get("step"))
        if step == "withdrawn" or (step == "reviewed" and place.detail.get("accepted") == "false"):
            accepted = None if step == "withdrawn" else False
            attestation_id = wanted[str(place.leaf.get("entity"))]
            found.append(
                Step(
                    customer_id=OPERATOR,
                    attestation_id=attestation_id,
                    step=step,
                    accepted=accepted,
                    event_id=place.event_id,
                )
            )
    return found


Leaves = Mapping[UUID, tuple[int, dict[str, Any]]]


def _given(row: Attestation, leaves: Leaves, now: datetime, terms: AttestationTerms) -> bool:
    if row.event_id not in leaves:
        return _waits(row.given_at, now, terms)
    return _told(leaves[row.event_id][1], GIVEN, row.attestation_id, given_detail(row))


def _became(row: Step, leaves: Leaves, now: datetime, terms: AttestationTerms) -> bool:
    # A withdrawal and a refusal always count: to leave one out would make something better than it is.
    if not row.accepted:
        return True
    if row.event_id not in leaves:
        return _waits(row.at, now, terms)
    return _told(leaves[row.event_id][1], OPERATIONS[row.step], row.attestation_id, step_detail(row))


def _waits(at: datetime, now: datetime, terms: AttestationTerms) -> bool:
    """Its entry is not sealed yet: for so long it counts, and not if its time is still to come."""
    return at <= now <= at + terms.sealed_within


def _told(leaf: Mapping[str, Any], operation: str, entity: UUID, detail: Detail) -> bool:
    return leaf.get("operation") == operation and leaf.get("entity") == str(entity) and leaf.get("detail") == detail
