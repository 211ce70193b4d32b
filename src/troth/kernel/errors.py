"""The one root of every error that Troth raises on purpose."""

from typing import ClassVar


class TrothError(Exception):
    """Something that a person must know of and can act on.

    Subclasses set `code` (permanent, dotted), `status` (HTTP), `sentence` and `next_step`; both texts are
    format strings over the keyword arguments, which must never hold personal data or key material.
    """

    code: ClassVar[str] = "troth.error"
    status: ClassVar[int] = 500
    sentence: ClassVar[str] = "Something went wrong."
    next_step: ClassVar[str] = "Look at the log of this instant."

    def __init__(self, **data: object) -> None:
        self.data = data
        super().__init__(self.explain())

    def explain(self) -> str:
        """The sentence for a person, filled in."""
        return self.sentence.format(**self.data)

    def advise(self) -> str:
        """What to do next, filled in."""
        return self.next_step.format(**self.data)


class NotFound(TrothError):
    """Nothing here under this id, or it belongs to someone else: the two must look the same."""

    code = "troth.not_found"
    status = 404
    sentence = "There is no {what} with this id here."
    next_step = "Check the id, and that it belongs to the customer you are working for."


class Invalid(TrothError):
    """The input can't be taken as it is; nothing was changed."""

    code = "troth.invalid"
    status = 422
    sentence = "{what} can't be taken: {why}"
    next_step = "Correct it and send it again; nothing was changed."


class Conflict(TrothError):
    """The input is sound but does not fit what is there now."""

    code = "troth.conflict"
    status = 409
    sentence = "{what} does not fit what is there: {why}"
    next_step = "Look at the present state, then decide."
