"""Why a version was brought into force: what somebody typed, sealed under a key of the operator's."""

from uuid import UUID

from troth.keys import sealing

KEY_NAME = "policy-reasons"


def place(activation_id: UUID) -> bytes:
    """What a sealed reason is bound to."""
    return sealing.context("policy-reason", activation_id)
