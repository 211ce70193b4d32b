"""Deciding what is promised: the gate before every write of the policy, and the controls that a pack may cite.

Guarantees: staff with the right to it alone publish, activate and agree; a refusal writes nothing. The writes and their
entries in the log are `policy.actions`.
"""

from datetime import datetime
from uuid import UUID

from troth.access import gate
from troth.access.roles import Action
from troth.kernel import wall
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import OPERATOR
from troth.policy import actions, freshness, lexicon, queries
from troth.policy.agreements import Agreement
from troth.policy.clauses import Pack
from troth.policy.known import Known
from troth.policy.terms import Terms
from troth.promises import catalogue
from troth_judge.judges import CODED


def known() -> Known:
    """Everything that a pack may name: the vocabulary, the topics, and the controls with the terms that they read."""
    return lexicon.known(dict.fromkeys(CODED, ()) | {control.id: control.terms for control in catalogue.CONTROLS})


def publish(pack: Pack, *, by: Actor, clock: Clock = SYSTEM) -> str:
    """Keep a version for ever; return its digest. Raises NotAllowed, PackInvalid, PackChanged."""
    permit = gate.permit(by, OPERATOR, Action.POLICY_ACTIVATE)
    return actions.publish(pack, by=permit.actor, known=known(), clock=clock)


def activate(
    pack_id: str,
    version: int,
    *,
    by: Actor,
    reason: str,
    effective_at: datetime | None = None,
    clock: Clock = SYSTEM,
) -> UUID:
    """Bring a kept version into force, now or then. Raises NotAllowed, NoSuchVersion, ActivationRefused, Invalid."""
    permit = gate.permit(by, OPERATOR, Action.POLICY_ACTIVATE)
    return actions.activate(
        pack_id, version, by=permit.actor, reason=reason, known=known(), effective_at=effective_at, clock=clock
    )


def enact(pack: Pack, *, by: Actor, reason: str, effective_at: datetime | None = None, clock: Clock = SYSTEM) -> UUID:
    """Keep a version and bring it into force, or neither: a decision that is refused leaves no version behind.

    Raises NotAllowed, PackInvalid, PackChanged, ActivationRefused, Invalid.
    """
    permit = gate.permit(by, OPERATOR, Action.POLICY_ACTIVATE)
    cited = known()
    with wall.within(OPERATOR):
        actions.publish(pack, by=permit.actor, known=cited, clock=clock)
        activation_id = actions.activate(
            pack.id, pack.version, by=permit.actor, reason=reason, known=cited, effective_at=effective_at, clock=clock
        )
    # Once more, now that others can see it: what was read while this transaction was open is not to be remembered.
    freshness.forget()
    return activation_id


def agree(customer_id: UUID, agreement: Agreement, *, by: Actor, clock: Clock = SYSTEM) -> int:
    """Put an agreement in the place of a customer's present one. Raises NotAllowed, AgreementRefused, PackInvalid."""
    permit = gate.permit(by, customer_id, Action.AGREEMENTS_MANAGE)
    return actions.agree(customer_id, agreement, by=permit.actor, known=known(), clock=clock)


def terms(customer_id: UUID | None, *, by: Actor) -> Terms:
    """What is owed to everybody, or to one customer. Raises NotAllowed; Elsewhere for another customer's."""
    gate.permit(by, customer_id or OPERATOR, Action.POLICY_READ)
    return queries.terms(customer_id)
