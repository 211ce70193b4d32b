"""What can go wrong with the log, each with its permanent code."""

from troth.kernel.errors import TrothError


class EntryTooLarge(TrothError):
    """An action tried to log more than a leaf may hold."""

    code = "audit.entry_too_large"
    status = 500
    sentence = "The log entry of {operation} has {bytes} bytes; a leaf holds at most {at_most}."
    next_step = "Report this with the request id; nothing was changed."


class LogDamaged(TrothError):
    """What is stored of a log no longer gives the root that was signed: nothing is appended to it."""

    code = "audit.log_damaged"
    status = 500
    sentence = "The log {origin} at size {size} does not match its signed checkpoint: {why}"
    next_step = "Keep the database as it is, export what is there, and compare with a checkpoint held elsewhere."


class NotSealedYet(TrothError):
    """The log, or this part of it, has no checkpoint yet."""

    code = "audit.not_sealed_yet"
    status = 409
    sentence = "{what} has no place in the sealed log yet."
    next_step = "Wait until it is sealed (the sealer works several times a second), then ask again."


class NotThatSize(TrothError):
    """A proof was asked between sizes that the log never had in this order."""

    code = "audit.not_that_size"
    status = 422
    sentence = "The log has {size} entries: it can't prove from {old} to {new}."
    next_step = "Ask for 0 < from ≤ to ≤ the present size."
