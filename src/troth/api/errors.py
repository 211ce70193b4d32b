"""What is wrong with a request as such."""

from typing import ClassVar

from troth.kernel.errors import TrothError


class NoSuchRoute(TrothError):
    code: ClassVar[str] = "api.no_such_route"
    status: ClassVar[int] = 404
    sentence: ClassVar[str] = "There is nothing at this address."
    next_step: ClassVar[str] = "Compare the path with /api/docs."


class MethodNotAllowed(TrothError):
    code = "api.method_not_allowed"
    status = 405
    sentence = "This address does not take {method}."
    next_step = "Use one of those in the Allow header."


class LengthRequired(TrothError):
    code = "api.length_required"
    status = 411
    sentence = "A body must come with its Content-Length."
    next_step = "Send the whole body at once instead of in chunks."


class BodyTooLarge(TrothError):
    code = "api.body_too_large"
    status = 413
    sentence = "The body is larger than the {at_most} bytes that this address takes."
    next_step = "Send it in several requests, or use an import."


class BodyTruncated(TrothError):
    code = "api.body_truncated"
    status = 400
    sentence = "The body ended before its Content-Length."
    next_step = "Send it again; nothing was changed."


class NotJson(TrothError):
    code = "api.not_json"
    status = 415
    sentence = "This address takes application/json alone."
    next_step = "Set Content-Type: application/json and encode the body as UTF-8."


class BodyUnreadable(TrothError):
    code = "api.body_unreadable"
    status = 400
    sentence = "The body is no JSON that can be taken: {why}"
    next_step = "Correct it and send it again; nothing was changed."


class BodyInvalid(TrothError):
    """The JSON is sound, its shape is not. `errors` says where, never what was sent there."""

    code = "api.body_invalid"
    status = 422
    sentence = "The request does not have the shape that this address takes."
    next_step = "Look at `errors` and at /api/docs; nothing was changed."

    def __init__(self, errors: list[dict[str, str]]) -> None:
        self.errors = errors
        super().__init__()


class CursorInvalid(TrothError):
    code = "api.cursor_invalid"
    status = 400
    sentence = "This cursor was not given out for this listing."
    next_step = "Start again without a cursor."


class KeyReused(TrothError):
    code = "api.idempotency_key_reused"
    status = 422
    sentence = "This Idempotency-Key came earlier with another request."
    next_step = "Take a fresh key for every new request; repeat a key only with the very same request."


class HeaderInvalid(TrothError):
    code = "api.header_invalid"
    status = 400
    sentence = "The header {name} can't be taken: {why}"
    next_step = "Correct the header and send the request again."


class VersionNeeded(TrothError):
    code = "api.if_match_invalid"
    status = 400
    sentence = 'If-Match must be one ETag of this record, such as "3".'
    next_step = "Send back the ETag with which the record came."


class Unexpected(TrothError):
    """A defect of ours. What it was stands in the server's log under the request's id, never in the answer."""

    code = "api.unexpected"
    status = 500
    sentence = "Something went wrong on our side."
    next_step = "Try again; if it stays, report it with the request id."


class Unavailable(TrothError):
    code = "api.unavailable"
    status = 503
    sentence = "The database does not answer at the moment."
    next_step = "Try again in a few seconds; a write with an Idempotency-Key is safe to repeat."
