"""Every write of the policy: versions kept, versions brought into force, agreements with customers.

Guarantees: each is in the log in its own transaction; one decision at a time (the lock comes before the judgement), so
that no activation and no agreement can slip past one another; what contradicts itself never comes into force.
"""

import unicodedata
from datetime import UTC, datetime
from uuid import UUID

from django.db import connections

from troth.audit.actions import record
from troth.kernel import wall
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.errors import Invalid
from troth.kernel.ids import OPERATOR, new_id
from troth.keys import sealing
from troth.keys.rings import ring
from troth.policy import agreements, collisions, freshness, packs_kept
from troth.policy.agreements import Agreement
from troth.policy.clauses import Pack
from troth.policy.errors import ActivationRefused, AgreementRefused, NoSuchVersion, PackChanged
from troth.policy.known import Known
from troth.policy.models import Activation, AgreementVersion, PackVersion
from troth.policy.pack import canonical, digest, load
from troth.policy.reasons import KEY_NAME, place
from troth.tenancy import queries as tenancy

_LOCK = "troth.policy"
_REASON_LENGTH = 500


def publish(pack: Pack, *, by: Actor, known: Known, clock: Clock = SYSTEM) -> str:
    """Keep a version for ever, and return its digest. Keeping the same again changes nothing.

    Raises:
        PackInvalid: it names what the platform does not know.
        PackChanged: this number of this pack says something else already.
    """
    body = canonical(pack)
    load(body, known)
    named = digest(pack)
    with wall.within(OPERATOR):
        _one_at_a_time()
        kept = PackVersion.objects.filter(pack=pack.id, version=pack.version).first()
        if kept is not None:
            if kept.digest != named:
                raise PackChanged(pack=pack.id, version=pack.version)
            return named
        event_id = record(
            "policy.published",
            by=by,
            customer_id=OPERATOR,
            entity=f"{pack.id}/{pack.version}",
            detail={"pack": pack.id, "version": pack.version, "digest": named},
        )
        PackVersion.objects.create(
            digest=named,
            pack=pack.id,
            version=pack.version,
            body=body.decode(),
            published_at=clock.now(),
            event_id=event_id,
        )
        return named


def activate(
    pack_id: str,
    version: int,
    *,
    by: Actor,
    reason: str,
    known: Known,
    effective_at: datetime | None = None,
    clock: Clock = SYSTEM,
) -> UUID:
    """Decide that a kept version is in force from `effective_at` (now, if not said) on; return the activation's id.

    Of the decisions that have taken effect the newest holds: a later one also undoes those that wait for their date.

    Raises:
        NoSuchVersion: no such version is kept.
        PackInvalid: it names what the platform no longer knows.
        ActivationRefused: it contradicts itself or a customer's agreement; the clauses are named.
        Invalid: the reason is empty or unprintable, or the date lies in the past.
    """
    said = _clean(reason)
    with wall.within(OPERATOR):
        _one_at_a_time()
        kept = PackVersion.objects.filter(pack=pack_id, version=version).first()
        if kept is None:
            raise NoSuchVersion(pack=pack_id, version=version)
        found = collisions.of_pack(load(kept.body, known), known.terms)
        if found:
            raise ActivationRefused(found)
        activation_id = _decide(kept, said, effective_at, by=by, now=clock.now())
    freshness.forget()
    return activation_id


def _decide(kept: PackVersion, reason: str, effective_at: datetime | None, *, by: Actor, now: datetime) -> UUID:
    newest = Activation.objects.order_by("-number").first()
    # A clock that has gone back must not put a decision before the one that it replaces.
    decided = max(now, newest.decided_at) if newest else now
    effective = decided if effective_at is None else effective_at
    if effective.tzinfo is None or effective < decided:
        raise Invalid(what="The effective date", why="it lies in the past, or lacks its time zone")
    effective = effective.astimezone(UTC)
    activation_id = new_id()
    told: dict[str, str | int | list[str]] = {
        "pack": kept.pack,
        "version": kept.version,
        "digest": kept.digest,
        "effective_at": effective.isoformat(),
    }
    event_id = record("policy.activated", by=by, customer_id=OPERATOR, entity=activation_id, reason=reason, detail=told)
    Activation.objects.create(
        activation_id=activation_id,
        number=newest.number + 1 if newest else 1,
        digest=kept.digest,
        decided_at=decided,
        effective_at=effective,
        reason=sealing.seal(ring(OPERATOR).stable(KEY_NAME), reason.encode(), place(activation_id)),
        event_id=event_id,
    )
    return activation_id


def agree(customer_id: UUID, agreement: Agreement, *, by: Actor, known: Known, clock: Clock = SYSTEM) -> int:
    """Put an agreement in the place of the customer's present one; return its number. Without terms it ends it.

    Raises:
        PackInvalid: it names a term that the platform does not know.
        AgreementRefused: it excludes what the policy in force, or one that is to come, obliges to.
        CustomerClosed: the customer is being erased, or is.
    """
    body = agreements.canonical(agreement)
    agreements.load(body, known)
    with wall.within(customer_id):
        _one_at_a_time()
        tenancy.hold_open(customer_id)
        coming = packs_kept.to_come(packs_kept.decisions(), clock.now())
        packs = [None, *(packs_kept.parsed(each.digest) for each in coming)]
        found = [each for pack in packs for each in collisions.of_customer(pack, agreement, customer_id, known.terms)]
        if found:
            raise AgreementRefused(list(dict.fromkeys(found)))
        newest = AgreementVersion.objects.filter(customer_id=customer_id).order_by("-number").first()
        number = newest.number + 1 if newest else 1
        event_id = record(
            "policy.agreed",
            by=by,
            customer_id=customer_id,
            entity=str(number),
            detail={"number": number, "reference": agreement.reference, "body": body},
        )
        AgreementVersion.objects.create(
            customer_id=customer_id,
            number=number,
            reference=agreement.reference,
            body=body,
            decided_at=clock.now(),
            event_id=event_id,
        )
    freshness.forget()
    return number


def _one_at_a_time() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [_LOCK])


def _clean(reason: str) -> str:
    said = " ".join(reason.split())
    if not said:
        raise Invalid(what="The reason", why="it is empty: say why, for whoever reads the log later")
    if len(said) > _REASON_LENGTH or any(unicodedata.category(each)[0] == "C" for each in said):
        raise Invalid(what="The reason", why=f"it is longer than {_REASON_LENGTH} characters, or can't be printed")
    return said
