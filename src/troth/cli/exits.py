"""The exit codes of `troth`: stable, so that scripts can branch on them. `docs/cli.md` prints this table."""

from enum import IntEnum
from http import HTTPStatus


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    CONFLICT = 5
    NOT_RUNNING = 6
    INVALID = 7
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """What the code tells a script."""
        return _MEANINGS[self]


_MEANINGS = {
    Exit.DONE: "Done.",
    Exit.FAILED: "It failed; the sentence on standard error says why. Nothing is half-done unless it says so.",
    Exit.USAGE: "The command line itself is wrong: an unknown option, a missing argument, an unconfirmed destruction.",
    Exit.NOT_FOUND: "There is no such customer, dataset, record, erasure or certificate here.",
    Exit.REFUSED: "You may not do this: no right, no reason given, or a proof that does not hold.",
    Exit.CONFLICT: "The present state forbids it: closing, frozen, already there, already running.",
    Exit.NOT_RUNNING: "The platform is not installed or not running here.",
    Exit.INVALID: "The input can't be taken: a value, a file or a schema is wrong. Nothing was changed.",
    Exit.INTERRUPTED: "Stopped by Ctrl-C.",
}

_BY_STATUS = {
    HTTPStatus.NOT_FOUND: Exit.NOT_FOUND,
    HTTPStatus.GONE: Exit.NOT_FOUND,
    HTTPStatus.UNAUTHORIZED: Exit.REFUSED,
    HTTPStatus.FORBIDDEN: Exit.REFUSED,
    HTTPStatus.CONFLICT: Exit.CONFLICT,
    HTTPStatus.LOCKED: Exit.CONFLICT,
    HTTPStatus.BAD_REQUEST: Exit.INVALID,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Exit.INVALID,
    HTTPStatus.UNPROCESSABLE_ENTITY: Exit.INVALID,
    HTTPStatus.SERVICE_UNAVAILABLE: Exit.NOT_RUNNING,
}


def of_status(status: int) -> Exit:
    """The exit code of an error that carries this HTTP status."""
    try:
        return _BY_STATUS.get(HTTPStatus(status), Exit.FAILED)
    except ValueError:
        return Exit.FAILED
