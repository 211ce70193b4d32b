"""Exceptions as they are read and as they are judged.

Guarantees: an exception counts only between its approval by another account and its end, unless it is withdrawn; one
whose rows are not what the log sealed does not count, and a refusal or a withdrawal that the log knows counts without
its row.
"""

import hmac
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from troth.audit import witness
from troth.audit.queries import sealed
from troth.kernel.ids import OPERATOR
from troth.kernel.wall import within
from troth.keys.rings import ring
from troth.promises.errors import BadException
from troth.promises.models import ExceptionRow, ExceptionStep
from troth.promises.terms import DEFAULT, PromiseTerms
from troth_judge.instants import instant, instant_text
from troth_judge.state import Exemption

KEY_NAME = "promise-exceptions"
ENDINGS = ("refused", "withdrawn")
_STEPS_AT_MOST = 16
ASKED = "promise.exception_asked"
STEPS: Mapping[str, str] = {
    "approved": "promise.exception_approved",
    "refused": "promise.exception_refused",
    "withdrawn": "promise.exception_withdrawn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An exception with all that became of it. `sealed` is false where the log does not bear it out."""

    exception_id: UUID
    pack: str
    clause: str
    reason: str
    asked_by: UUID
    asked_at: datetime
    until: datetime
    steps: Mapping[str, ExceptionStep]
    sealed: bool

    def state(self, now: datetime) -> str:
        """Return what it is: asked, approved, refused, withdrawn or over."""
        for step in ("withdrawn", "refused"):
            if step in self.steps:
                return step
        if now >= self.until:
            return "over"
        return "approved" if "approved" in self.steps else "asked"

    def exemption(self) -> Exemption:
        """Return it as the derivation weighs it."""
        approved, ended = self.steps.get("approved"), self.steps.get("withdrawn") or self.steps.get("refused")
        return Exemption(
            id=str(self.exception_id),
            reason=self.reason,
            asked_by=str(self.asked_by),
            approved_by=str(approved.by_account) if approved else None,
            approved_at=approved.at if approved else None,
            until=self.until,
            withdrawn_at=ended.at if ended else None,
        )


def known(pack: str | None = None, *, now: datetime, limits: PromiseTerms = DEFAULT) -> list[Known]:
    """Return every exception ever asked for, the newest first."""
    with within(OPERATOR):
        rows = ExceptionRow.objects.filter(customer_id=OPERATOR)
        found = list(rows.filter(pack=pack) if pack is not None else rows)
        if not found:
            return []
        steps = list(ExceptionStep.objects.filter(customer_id=OPERATOR))
        leaves = sealed(OPERATOR, [*(one.event_id for one in found), *(one.event_id for one in steps)])
        witnesses = _Witnesses(leaves=leaves, key=key(), now=now, limits=limits)
    steps += _endings(found, steps)
    by_exception: dict[UUID, dict[str, ExceptionStep]] = {}
    for step in steps:
        by_exception.setdefault(step.exception_id, {})[step.step] = step
    told = [_known(one, by_exception.get(one.exception_id, {}), witnesses) for one in found]
    return sorted(told, key=lambda one: one.asked_at, reverse=True)


def _endings(found: Sequence[ExceptionRow], steps: Sequence[ExceptionStep]) -> list[ExceptionStep]:
    """Return the refusals and withdrawals that the log knows and the table does not."""
    there = {(one.exception_id, one.step) for one in steps}
    wanted = {str(one.exception_id): one.exception_id for one in found}
    missed = []
    for place in witness.about(OPERATOR, [STEPS[one] for one in ENDINGS], wanted, each=_STEPS_AT_MOST):
        step, exception_id = str(place.detail.get("step")), wanted[str(place.leaf.get("entity"))]
        if step in ENDINGS and (exception_id, step) not in there:
            at = instant(str(place.detail.get("at")))
            missed.append(
                ExceptionStep(
                    customer_id=OPERATOR, exception_id=exception_id, step=step, at=at, event_id=place.event_id
                )
            )
    return missed


def of_pack(pack: str, *, now: datetime) -> dict[str, Sequence[Exemption]]:
    """Return the exceptions that the log bears out, clause by clause."""
    found: dict[str, list[Exemption]] = {}
    for one in known(pack, now=now):
        if one.sealed:
            found.setdefault(one.clause, []).append(one.exemption())
    return {clause: tuple(exemptions) for clause, exemptions in found.items()}


def clean_reason(reason: str, limits: PromiseTerms = DEFAULT) -> str:
    """Return the reason, one line, as it will be published. Raises BadException."""
    cleaned = " ".join(reason.split())
    if not cleaned:
        raise BadException(what="The exception", why="it needs a reason")
    if len(cleaned) > limits.reason_at_most or any(unicodedata.category(one)[0] == "C" for one in cleaned):
        raise BadException(what="The exception", why=f"its reason is one line of at most {limits.reason_at_most} signs")
    return cleaned


def clean_end(until: datetime, now: datetime, limits: PromiseTerms = DEFAULT) -> datetime:
    """Return the end. Raises BadException for one that is past, too far off, or without a zone."""
    if until.tzinfo is None:
        raise BadException(what="The exception", why="its end has no time zone")
    if until <= now:
        raise BadException(what="The exception", why="its end is not in the future")
    if until - now > limits.exception_at_most:
        raise BadException(what="The exception", why=f"it may last {limits.exception_at_most.days} days at most")
    return until


def key() -> bytes:
    """The key under which accounts are committed to. Call it within the operator."""
    return ring(OPERATOR).stable(KEY_NAME)


def asked_detail(row: ExceptionRow, key: bytes) -> dict[str, str | int | list[str]]:
    """What the log seals of an exception that is asked for: of the reason a digest, for a text may name somebody."""
    return {
        "pack": row.pack,
        "clause": row.clause,
        "reason_sha256": sha256(row.reason.encode()).hexdigest(),
        "until": instant_text(row.until),
        "asked_at": instant_text(row.asked_at),
        "by": _person(row.exception_id, row.asked_by, key),
    }


def step_detail(row: ExceptionStep, key: bytes) -> dict[str, str | int | list[str]]:
    """What the log seals of a decision about it."""
    return {"step": row.step, "at": instant_text(row.at), "by": _person(row.exception_id, row.by_account, key)}


def _person(exception_id: UUID, account_id: UUID, key: bytes) -> str:
    """Commit to an account, for this exception alone: two of them tell that two decided, and not who they are."""
    return hmac.digest(key, exception_id.bytes + account_id.bytes, "sha256").hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Witnesses:
    """What rows are compared with."""

    leaves: Mapping[UUID, tuple[int, dict[str, Any]]]
    key: bytes
    now: datetime
    limits: PromiseTerms

    def asked(self, row: ExceptionRow) -> bool:
        """True if the log has it so, or it was asked a moment ago."""
        return self._bear_out(row.event_id, ASKED, row.exception_id, asked_detail(row, self.key), row.asked_at)

    def stepped(self, row: ExceptionStep) -> bool:
        """True for a decision that the log has so. One that ends it needs no witness: doubt makes nothing better."""
        detail = step_detail(row, self.key) if row.step not in ENDINGS else {}
        return row.step in ENDINGS or self._bear_out(row.event_id, STEPS[row.step], row.exception_id, detail, row.at)

    def _bear_out(self, event_id: UUID, operation: str, entity: UUID, detail: Mapping[str, Any], at: datetime) -> bool:
        place = self.leaves.get(event_id)
        if place is None:
            return at <= self.now <= at + self.limits.sealed_within
        said = (place[1].get("operation"), place[1].get("entity"), place[1].get("detail"))
        return said == (operation, str(entity), detail)


def _known(row: ExceptionRow, steps: Mapping[str, ExceptionStep], witnesses: _Witnesses) -> Known:
    return Known(
        exception_id=row.exception_id,
        pack=row.pack,
        clause=row.clause,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        until=row.until,
        steps=steps,
        sealed=witnesses.asked(row) and all(witnesses.stepped(step) for step in steps.values()),
    )
