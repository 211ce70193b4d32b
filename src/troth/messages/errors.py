"""What can go wrong with messages."""

from typing import ClassVar

from troth.kernel.errors import Conflict, Invalid, TrothError


class BadPayload(TrothError):
    """Code queued a message whose payload its kind does not allow: a defect, not a user's fault."""

    code = "messages.payload"
    status = 500
    sentence: ClassVar[str] = "A message of kind {kind} can't be queued: {why}"
    next_step: ClassVar[str] = "Report this with the request id; nothing was changed."


class BadAddress(Invalid):
    """A webhook's address that we would not call."""

    code = "messages.address"
    sentence = "This address can't receive webhooks: {why}"
    next_step = "Give an https address on the public internet, or have the operator allow its network in the settings."


class TooManyEndpoints(Conflict):
    """Each one costs a call per message."""

    code = "messages.endpoints"
    sentence = "There are {limit} webhooks already, which is the limit."
    next_step = "Remove one that nobody needs, or pass the messages on from one of them."
