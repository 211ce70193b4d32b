"""Every write to attestations. Each one is a person's, and audits in its own transaction."""

from datetime import datetime
from hashlib import sha256
from os import urandom
from uuid import UUID

from django.db import connections

from troth.access.permit import Permit
from troth.access.post import Accounts
from troth.access.roles import Action
from troth.audit.actions import record
from troth.kernel import wall
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import Invalid, NotFound
from troth.kernel.ids import OPERATOR, new_id
from troth.keys.actions import lease
from troth.keys.rings import ring
from troth.keys.sealing import seal, unseal
from troth.messages.actions import queue
from troth.messages.kinds import Payload
from troth.promises import tasks
from troth.promises.attesting import keeping
from troth.promises.attesting.errors import AttestationOver, NotAPerson, OwnAttestation
from troth.promises.attesting.models import Attestation, Document, Owner, Step
from troth.promises.attesting.rules import SALT_BYTES, Handed, Words, clean_document, clean_text, person, place
from troth.promises.attesting.terms import DEFAULT, AttestationTerms
from troth.promises.attesting.topics import titled
from troth_judge.judges import ATTESTED


def assign(permit: Permit, topic: str, account_id: UUID | None, *, clock: Clock = SYSTEM) -> None:
    """Have an account answer for a topic: it is reminded. None leaves the topic to all officers.

    Raises NotFound for a topic that there is not, or an account that is no active one of the operator's.
    """
    permit.require(Action.ATTESTATIONS_GIVE)
    _at_home(permit)
    titled(topic)
    with wall.within(OPERATOR):
        if account_id is not None and not Accounts().receivers(OPERATOR, (), [str(account_id)]):
            raise NotFound(what="active account")
        assignment = Owner.objects.create(
            customer_id=OPERATOR,
            assignment_id=new_id(),
            topic=topic,
            account_id=account_id,
            assigned_at=clock.now(),
        )
        record(
            "attestation.assign",
            by=permit.actor,
            customer_id=OPERATOR,
            entity=assignment.assignment_id,
            detail={"topic": topic, "to": "nobody" if account_id is None else "an account"},
        )


def give(
    permit: Permit,
    topic: str,
    *,
    statement: str | None = None,
    document: Handed | None = None,
    clock: Clock = SYSTEM,
    terms: AttestationTerms = DEFAULT,
) -> UUID:
    """Attest a topic, by a statement, a document or both; return the attestation's id. It counts once reviewed.

    Raises NotAPerson, NotFound (the topic), Invalid.
    """
    permit.require(Action.ATTESTATIONS_GIVE)
    account_id = _person(permit)
    title = titled(topic)
    words = clean_text("The statement", statement, terms.statement_at_most)
    handed = clean_document(document, terms)
    if words is None and handed is None:
        raise Invalid(what="The attestation", why="it needs a statement or a document")
    said = Words(urandom(SALT_BYTES), words, handed.name if handed else None)
    with wall.within(OPERATOR):
        row = _store(permit, topic, said, handed, account_id=account_id, at=clock.now())
        told: Payload = {
            "topic": topic,
            "title": {"en": title.en, "fr": title.fr},
            "attestation": str(row.attestation_id),
        }
        queue("attestation_given", customer_id=OPERATOR, payload=told, clock=clock)
        tasks.enqueue(ATTESTED + topic, None)
    return row.attestation_id


def _store(
    permit: Permit, topic: str, said: Words, handed: Handed | None, *, account_id: UUID, at: datetime
) -> Attestation:
    (slot,) = lease(OPERATOR, 1)
    attestation_id = new_id()
    row = Attestation(
        customer_id=OPERATOR,
        attestation_id=attestation_id,
        topic=topic,
        given_by=account_id,
        given_role=permit.actor.role,
        given_at=at,
        attester=person(said.salt, account_id),
        page=slot.page,
        slot=slot.slot,
        sealed=seal(slot.key, said.encode(), place("words", attestation_id)),
        statement_sha256=said.statement_sha256,
        document_sha256=sha256(handed.content).hexdigest() if handed else None,
        document_bytes=len(handed.content) if handed else None,
    )
    detail = keeping.given_detail(row)
    row.event_id = record(keeping.GIVEN, by=permit.actor, customer_id=OPERATOR, entity=attestation_id, detail=detail)
    row.save(force_insert=True)
    if handed is not None:
        Document.objects.create(
            customer_id=OPERATOR,
            attestation_id=attestation_id,
            sealed=seal(slot.key, handed.content, place("document", attestation_id)),
        )
    return row


def review(
    permit: Permit,
    attestation_id: UUID,
    *,
    accepted: bool,
    reason: str | None = None,
    clock: Clock = SYSTEM,
    terms: AttestationTerms = DEFAULT,
) -> None:
    """Accept what somebody else attested, or refuse it with a reason. Its time begins now.

    Raises NotAPerson, OwnAttestation, AttestationOver, NotFound, Invalid.
    """
    permit.require(Action.ATTESTATIONS_REVIEW)
    account_id = _person(permit)
    given_reason = clean_text("The reason", reason, terms.reason_at_most)
    if not accepted and given_reason is None:
        raise Invalid(what="The refusal", why="it needs a reason")
    with wall.within(OPERATOR):
        row = _open(attestation_id)
        if row.given_by == account_id:
            raise OwnAttestation
        _write(permit, row, "reviewed", account_id=account_id, at=clock.now(), reason=given_reason, accepted=accepted)


def withdraw(
    permit: Permit,
    attestation_id: UUID,
    *,
    reason: str,
    clock: Clock = SYSTEM,
    terms: AttestationTerms = DEFAULT,
) -> None:
    """Take an attestation back, reviewed or not, with the reason. It stays in the history.

    Raises NotAPerson, AttestationOver, NotFound, Invalid.
    """
    permit.require(Action.ATTESTATIONS_GIVE)
    account_id = _person(permit)
    given_reason = clean_text("The reason", reason, terms.reason_at_most)
    if given_reason is None:
        raise Invalid(what="The withdrawal", why="it needs a reason")
    with wall.within(OPERATOR):
        row = _open(attestation_id, unless=("withdrawn",))
        _write(permit, row, "withdrawn", account_id=account_id, at=clock.now(), reason=given_reason, accepted=None)


def _write(
    permit: Permit,
    row: Attestation,
    step: str,
    *,
    account_id: UUID,
    at: datetime,
    reason: str | None,
    accepted: bool | None,
) -> None:
    key = ring(OPERATOR).key(row.page, row.slot)
    salt = Words.decode(unseal(key, bytes(row.sealed), place("words", row.attestation_id))).salt
    made = Step(
        customer_id=OPERATOR,
        attestation_id=row.attestation_id,
        step=step,
        accepted=accepted,
        given_by=row.given_by,
        by_account=account_id,
        by_role=permit.actor.role,
        at=at,
        person=person(salt, account_id),
        reason=None if reason is None else seal(key, reason.encode(), place(step, row.attestation_id)),
    )
    made.event_id = record(
        keeping.OPERATIONS[step],
        by=permit.actor,
        customer_id=OPERATOR,
        entity=row.attestation_id,
        detail=keeping.step_detail(made),
    )
    made.save(force_insert=True)
    # Looked at now, not when its turn comes: what was withdrawn must not be shown as kept for hours.
    tasks.enqueue(ATTESTED + row.topic, None)


def _open(attestation_id: UUID, *, unless: tuple[str, ...] = ("reviewed", "withdrawn")) -> Attestation:
    """The attestation, under a lock of its own: its row can't be locked by who may not change it."""
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"attestation {attestation_id}"])
    row = Attestation.objects.filter(customer_id=OPERATOR, attestation_id=attestation_id).first()
    if row is None:
        raise NotFound(what="attestation")
    there = Step.objects.filter(customer_id=OPERATOR, attestation_id=attestation_id, step__in=unless).first()
    if there is not None:
        raise AttestationOver(step=there.step)
    return row


def _at_home(permit: Permit) -> None:
    if permit.customer_id != OPERATOR:
        raise NotFound(what="attestation")


def _person(permit: Permit) -> UUID:
    """The account of a person who signed in: who runs the shell, a job or a key has no word to give."""
    _at_home(permit)
    account_id = permit.actor.account_id
    if permit.actor.kind != "account" or account_id is None or permit.actor.customer_id != OPERATOR:
        raise NotAPerson
    return account_id
