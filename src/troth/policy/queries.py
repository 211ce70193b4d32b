"""Reading the policy: what is in force, what it obliges to, and all that ever was.

Guarantees: terms can be read from inside any customer's context, and cost next to nothing (`freshness`). Who may see
them is the gate's question, asked by the caller.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from troth.audit import witness
from troth.audit.queries import sealed
from troth.kernel import wall
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import OPERATOR
from troth.keys import sealing
from troth.keys.rings import ring
from troth.policy import agreements_kept, freshness, packs_kept
from troth.policy.agreements import Agreement
from troth.policy.agreements_kept import Kept
from troth.policy.clauses import Pack
from troth.policy.models import Activation, PackVersion
from troth.policy.packs_kept import Decision, InForce, parsed
from troth.policy.reasons import KEY_NAME, place
from troth.policy.terms import Terms, resolve
from troth.policy.vocabulary.words import BY_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version that is kept."""

    pack: str
    version: int
    digest: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One activation with its reason. `undone`: a newer decision took effect before its date.

    `in_log` is what the log says of it: a row without its entry was put there by nobody who decides.
    """

    number: int
    activation_id: UUID
    pack: str
    version: int
    digest: str
    decided_at: datetime
    effective_at: datetime
    reason: str
    event_id: UUID
    state: Literal["in_force", "past", "waiting", "undone"]
    in_log: Literal["sealed", "waiting", "missing", "differs"]


def current(at: datetime | None = None, *, clock: Clock = SYSTEM) -> InForce | None:
    """The pack in force now, or then, with the decision behind it; None before the first activation."""
    made = freshness.decisions()
    decision = packs_kept.present(made, clock.now()) if at is None else packs_kept.ruling(made, at)
    if decision is None:
        return None
    return InForce(
        pack=parsed(decision.digest),
        digest=decision.digest,
        activation_id=decision.activation_id,
        number=decision.number,
        since=decision.effective_at,
    )


def in_force(at: datetime | None = None, *, clock: Clock = SYSTEM) -> Pack | None:
    """The pack in force now, or then; None before the first activation."""
    found = current(at, clock=clock)
    return found.pack if found else None


def terms(customer_id: UUID | None = None, *, clock: Clock = SYSTEM) -> Terms:
    """What the pack in force obliges to; for a customer, what its agreement asks for besides.

    Where a pack and an agreement can't hold together neither is in force: activation and agreement refuse it.
    """
    made = freshness.decisions()
    decision = packs_kept.present(made, clock.now())
    agreement = None if customer_id in {None, OPERATOR} else freshness.agreement(customer_id)
    return _resolved(decision.digest if decision else None, agreement)


def terms_under(pack: Pack | None, agreement: Agreement | None = None) -> Terms:
    """What a pack would oblige to, were it in force. Raises Collision."""
    obligations = [*(pack.obligations if pack else ()), *(agreement.obligations if agreement else ())]
    return resolve(obligations, BY_NAME)


@lru_cache(maxsize=1_024)
def _resolved(digest: str | None, agreement: Agreement | None) -> Terms:
    return terms_under(parsed(digest) if digest else None, agreement)


def versions() -> list[Version]:
    """Every version that is kept, by pack and number."""
    found = PackVersion.objects.order_by("pack", "version")
    return [
        Version(pack=row.pack, version=row.version, digest=row.digest, published_at=row.published_at) for row in found
    ]


def kept(pack_id: str, version: int | None = None) -> Pack | None:
    """A kept version of a pack: the one asked for, else the newest."""
    found = PackVersion.objects.filter(pack=pack_id).order_by("-version")
    row = (found if version is None else found.filter(version=version)).first()
    return parsed(row.digest) if row else None


def bodies() -> dict[str, str]:
    """The canonical text of every version that was ever activated, by its digest."""
    wanted = {each.digest for each in packs_kept.decisions()}
    return dict(PackVersion.objects.filter(digest__in=wanted).values_list("digest", "body"))


def history(*, clock: Clock = SYSTEM) -> list[Decided]:
    """Every activation ever, newest first, with the reason that was typed."""
    made = packs_kept.decisions()
    names = {row.digest: row for row in PackVersion.objects.all()}
    coming = packs_kept.to_come(made, clock.now())
    present = packs_kept.present(made, clock.now())
    with wall.within(OPERATOR):
        rows = {row.number: row for row in Activation.objects.all()}
        key = ring(OPERATOR).stable(KEY_NAME)
    leaves = sealed(OPERATOR, [row.event_id for row in rows.values()])
    return [
        Decided(
            number=each.number,
            activation_id=each.activation_id,
            pack=names[each.digest].pack,
            version=names[each.digest].version,
            digest=each.digest,
            decided_at=each.decided_at,
            effective_at=each.effective_at,
            reason=sealing.unseal(key, bytes(rows[each.number].reason), place(each.activation_id)).decode(),
            event_id=rows[each.number].event_id,
            state=_state(each, made, present, coming),
            in_log=_in_log(rows[each.number], leaves.get(rows[each.number].event_id), clock),
        )
        for each in made
    ]


def _state(
    each: Decision, made: tuple[Decision, ...], present: Decision | None, coming: list[Decision]
) -> Literal["in_force", "past", "waiting", "undone"]:
    if each == present:
        return "in_force"
    if each in coming:
        return "waiting"
    # It was in force at its own date, or it never was.
    return "past" if packs_kept.ruling(made, each.effective_at) == each else "undone"


def _in_log(
    row: Activation, leaf: tuple[int, dict[str, Any]] | None, clock: Clock
) -> Literal["sealed", "waiting", "missing", "differs"]:
    if leaf is None:
        return "waiting" if clock.now() - row.decided_at < _SEALED_WITHIN else "missing"
    said = leaf[1]
    told = said.get("detail") or {}
    same = (said.get("operation"), said.get("entity"), told.get("digest"), told.get("effective_at")) == (
        "policy.activated",
        str(row.activation_id),
        row.digest,
        row.effective_at.isoformat(),
    )
    return "sealed" if same else "differs"


def doubt(*, clock: Clock = SYSTEM) -> Literal["policy.unsealed", "policy.taken_away"] | None:
    """Why the decision in force is not to be believed: the log does not bear it out, or knows a later one.

    Whoever can write or delete rows could put a milder policy into force; no promise is proven under that.
    """
    made = packs_kept.decisions()
    present = packs_kept.present(made, clock.now())
    if present is None:
        return None
    rows = {row.number: row for row in Activation.objects.all()}
    leaves = sealed(OPERATOR, [row.event_id for row in rows.values()])
    found = leaves.get(rows[present.number].event_id)
    since = clock.now() - present.decided_at
    if found is None:
        return None if timedelta(0) <= since <= _SEALED_AT_LAST else "policy.unsealed"
    if _in_log(rows[present.number], found, clock) != "sealed":
        return "policy.unsealed"
    others = witness.others(OPERATOR, "policy.activated", besides=[row.event_id for row in rows.values()])
    last = max(index for index, _ in leaves.values())
    later = (one for one in others if one.index > last and one.leaf.get("outcome") == "done")
    return "policy.taken_away" if any(later) else None


_SEALED_AT_LAST = timedelta(minutes=5)
_SEALED_WITHIN = timedelta(minutes=1)


def agreement(customer_id: UUID) -> Agreement | None:
    """The customer's agreement; None if there is none."""
    return agreements_kept.newest(customer_id)


def agreements(customer_id: UUID) -> list[Kept]:
    """Every version of the customer's agreement, newest first."""
    return agreements_kept.every(customer_id)
