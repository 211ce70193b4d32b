"""A worker that kills itself, as `kill -9` would, when an erasure reaches a point: `python -m tests.erasure.killed`."""

import os
import signal
import sys
import time
from pathlib import Path
from uuid import UUID

import django

SECONDS = 40


def main(customer: str, erasure: str, deadly: str) -> int:
    """Work on an erasure until it is done, or the point is reached."""
    django.setup()
    from django.conf import settings

    from tests.erasure.conftest import IMPATIENT
    from troth.audit import sealer
    from troth.erasure import engine
    from troth.erasure.rules import State
    from troth.erasure.terms import ErasureTerms
    from troth.erasure.work import Surroundings

    def reached(point: str) -> None:
        if point == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    around = Surroundings(home=Path(settings.TROTH_HOME), terms=ErasureTerms(pace=IMPATIENT), reached=reached)
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        sealer.seal_once()
        if engine.run(UUID(customer), UUID(erasure), around).state is State.DONE:
            return 0
        time.sleep(0.02)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
