"""A worker that kills itself, as `kill -9` would, amid a look: `python -m tests.promises.killed CONTROL POINT`."""

import os
import signal
import sys
from typing import Any

import django


def main(control: str, deadly: str) -> int:
    """Look, unless the point is reached first: within the observer, before the evidence, or after it."""
    django.setup()
    from troth.kernel.actor import job
    from troth.promises import actions, checking, evidence, intervals

    def deadly_before(module: Any, name: str) -> None:
        def die(*_: object, **__: object) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(module, name, die)

    if deadly == "looking":
        deadly_before(checking, "_facts")
    elif deadly == "sealing":
        deadly_before(evidence, "seal")
    elif deadly == "deriving":
        real = evidence.seal

        def seal(*given: Any, **more: Any) -> Any:
            event_id = real(*given, **more)
            deadly_before(intervals, "settle")
            return event_id

        evidence.seal = seal
    actions.check(control, by=job("test"))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
