"""Reading attestations: the facts for the control, what falls due, the history, and what was handed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from troth.access.permit import Permit
from troth.access.post import Accounts
from troth.access.roles import Action
from troth.audit.actions import record
from troth.kernel import wall
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import NotFound
from troth.kernel.ids import OPERATOR
from troth.keys.rings import ring
from troth.keys.sealing import unseal
from troth.policy import queries as policy
from troth.policy.topics import Topic
from troth.promises.attesting import keeping, topics
from troth.promises.attesting.models import Attestation, Document, Step
from troth.promises.attesting.rules import Handed, Standing, Words, place
from troth.promises.attesting.terms import DEFAULT, AttestationTerms, cadence
from troth_judge.controls.attested import Facts, judge
from troth_judge.facts import Value
from troth_judge.sentences import advice, sentence
from troth_judge.verdict import State
from troth_judge.words import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One topic of the calendar. `due_at` is when it must be attested anew; None when it never was: that is now.

    `owner` is an account's id; `owner_active` is false for one that has ended. `waiting` is the attestation that
    somebody else has to review first.
    """

    topic: str
    title: str
    asks: str
    owner: UUID | None
    owner_active: bool
    due_at: datetime | None
    state: State
    code: str
    sentence: str
    next_step: str | None
    current: UUID | None
    waiting: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One attestation of the history. Accounts are ids; reasons and statements come with `opened` alone."""

    attestation_id: UUID
    topic: str
    given_by: UUID
    given_role: str
    given_at: datetime
    statement_sha256: str | None
    document_sha256: str | None
    document_bytes: int | None
    state: str
    reviewed_by: UUID | None
    reviewed_at: datetime | None
    withdrawn_at: datetime | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One attestation with its words in the clear. With the salt an auditor can check the statement's digest."""

    told: Told
    statement: str | None
    salt: bytes
    file_name: str | None
    review_reason: str | None
    withdrawal_reason: str | None


def facts(topic: str, now: datetime, *, using: str = "default", terms: AttestationTerms = DEFAULT) -> Facts:
    """What the control sees of a topic: times, digests and commitments, nobody's name."""
    return _facts(topic, keeping.kept(now, topics=[topic], using=using, terms=terms).of(topic), now, terms)


def _facts(topic: str, found: Standing, now: datetime, terms: AttestationTerms) -> Facts:
    current, review = found.current, found.review
    return Facts(
        topic=topic,
        seen_at=now,
        usual_every=terms.usual_every,
        waiting_since=found.waiting.given_at if found.waiting else None,
        given_at=current.given_at if current else None,
        reviewed_at=review.at if review else None,
        attester=current.attester if current else None,
        reviewer=review.person if review else None,
        attester_role=current.given_role if current else None,
        reviewer_role=review.by_role if review else None,
        statement_sha256=current.statement_sha256 if current else None,
        document_sha256=current.document_sha256 if current else None,
    )


def due(
    until: datetime | None = None,
    *,
    language: Language = "en",
    clock: Clock = SYSTEM,
    terms: AttestationTerms = DEFAULT,
) -> list[Due]:
    """The topics of the policy in force that fall due until then (all without an end), the most urgent first.

    The caller asked the gate at the operator (`promises.read`).
    """
    now, asked = clock.now(), topics.in_force(clock=clock)
    found = keeping.kept(now, topics=[one.id for one in asked], terms=terms)
    values = policy.terms(clock=clock).plain()
    with wall.within(OPERATOR):
        owners = [str(owner) for owner in found.owners.values() if owner is not None]
        active = frozenset(Accounts().receivers(OPERATOR, (), owners)) if owners else frozenset()
    rows = []
    for one in asked:
        standing = found.of(one.id)
        verdict = judge(_facts(one.id, standing, now, terms), values)
        owner = found.owners.get(one.id)
        rows.append(
            Due(
                topic=one.id,
                title=_in(one, language),
                asks=one.asks.fr if language == "fr" else one.asks.en,
                owner=owner,
                owner_active=owner in active,
                due_at=standing.until(cadence(one.id, values, terms)),
                state=verdict.state,
                code=verdict.code,
                sentence=sentence(verdict, language),
                next_step=advice(verdict, language),
                current=standing.current.attestation_id if standing.current else None,
                waiting=standing.waiting.attestation_id if standing.waiting else None,
            )
        )
    wanted = [row for row in rows if until is None or row.due_at is None or row.due_at <= until]
    return sorted(wanted, key=lambda row: (row.due_at is not None, row.due_at or now, row.topic))


def _in(topic: Topic, language: Language) -> str:
    return topic.title.fr if language == "fr" else topic.title.en


def history(permit: Permit, topic: str | None = None, *, clock: Clock = SYSTEM) -> list[Told]:
    """Every attestation ever given, of a topic or of all, newest first."""
    permit.require(Action.PROMISES_READ)
    _at_home(permit)
    values = policy.terms(clock=clock).plain()
    with wall.within(OPERATOR):
        rows = Attestation.objects.filter(customer_id=OPERATOR)
        found = list((rows.filter(topic=topic) if topic else rows).order_by("-given_at"))
        steps: keeping.Steps = {}
        for step in Step.objects.filter(customer_id=OPERATOR):
            steps.setdefault(step.attestation_id, {})[step.step] = step
    return [_told(row, steps.get(row.attestation_id, {}), values, clock.now()) for row in found]


def opened(permit: Permit, attestation_id: UUID, *, clock: Clock = SYSTEM) -> Opened:
    """One attestation with its words; the look is logged. Raises NotFound."""
    _may_open(permit)
    with wall.within(OPERATOR):
        row = _row(attestation_id)
        key = ring(OPERATOR).key(row.page, row.slot)
        words = Words.decode(unseal(key, bytes(row.sealed), place("words", attestation_id)))
        steps = {one.step: one for one in Step.objects.filter(customer_id=OPERATOR, attestation_id=attestation_id)}
        reasons = {
            name: unseal(key, bytes(step.reason), place(name, attestation_id)).decode()
            for name, step in steps.items()
            if step.reason is not None
        }
        record("attestation.show", by=permit.actor, customer_id=OPERATOR, entity=attestation_id)
    return Opened(
        told=_told(row, steps, policy.terms(clock=clock).plain(), clock.now()),
        statement=words.statement,
        salt=words.salt,
        file_name=words.file_name,
        review_reason=reasons.get("reviewed"),
        withdrawal_reason=reasons.get("withdrawn"),
    )


def document(permit: Permit, attestation_id: UUID) -> Handed:
    """What was handed in, as it was; the look is logged. Raises NotFound."""
    _may_open(permit)
    with wall.within(OPERATOR):
        row = _row(attestation_id)
        kept = Document.objects.filter(customer_id=OPERATOR, attestation_id=attestation_id).first()
        if kept is None:
            raise NotFound(what="document")
        key = ring(OPERATOR).key(row.page, row.slot)
        content = unseal(key, bytes(kept.sealed), place("document", attestation_id))
        words = Words.decode(unseal(key, bytes(row.sealed), place("words", attestation_id)))
        record("attestation.document", by=permit.actor, customer_id=OPERATOR, entity=attestation_id)
    if sha256(content).hexdigest() != row.document_sha256:
        raise NotFound(what="document")
    return Handed(words.file_name or "document", content)


def _told(row: Attestation, steps: dict[str, Step], values: Mapping[str, Value], now: datetime) -> Told:
    review, withdrawal = steps.get("reviewed"), steps.get("withdrawn")
    accepted = review is not None and bool(review.accepted)
    until = review.at + cadence(row.topic, values) if review is not None and accepted else None
    if withdrawal is not None:
        state = "withdrawn"
    elif review is None:
        state = "waiting"
    elif not accepted:
        state = "refused"
    else:
        state = "valid" if until is not None and now < until else "expired"
    return Told(
        attestation_id=row.attestation_id,
        topic=row.topic,
        given_by=row.given_by,
        given_role=row.given_role,
        given_at=row.given_at,
        statement_sha256=row.statement_sha256,
        document_sha256=row.document_sha256,
        document_bytes=row.document_bytes,
        state=state,
        reviewed_by=review.by_account if review else None,
        reviewed_at=review.at if review else None,
        withdrawn_at=withdrawal.at if withdrawal else None,
        valid_until=until,
    )


def _row(attestation_id: UUID) -> Attestation:
    row = Attestation.objects.filter(customer_id=OPERATOR, attestation_id=attestation_id).first()
    if row is None:
        raise NotFound(what="attestation")
    return row


def _may_open(permit: Permit) -> None:
    """Officers who give or review, and whoever takes evidence away."""
    _at_home(permit)
    for action in (Action.ATTESTATIONS_GIVE, Action.EVIDENCE_EXPORT):
        if action in permit.actions:
            permit.require(action)
            return
    permit.require(Action.ATTESTATIONS_REVIEW)


def _at_home(permit: Permit) -> None:
    if permit.customer_id != OPERATOR:
        raise NotFound(what="attestation")
