"""A process that moves an epoch and is killed on the way: at a named step, or before its n-th change on disk.

usage: python -m tests.faults.move_epoch CUSTOMER PAGE SLOT [step NAME N | change N | count | sleep NAME]
"""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import django


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _on_step(name: str, number: int, act: Callable[[], None]) -> Callable[[str], None]:
    seen: Counter[str] = Counter()

    def heard(step: str) -> None:
        seen[step] += 1
        if (step, seen[step]) == (name, number):
            act()

    return heard


def _before_change(number: int, act: Callable[[], None]) -> Counter[str]:
    """Act before the n-th call that changes something on disk."""
    seen: Counter[str] = Counter()

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            seen["changes"] += 1
            if seen["changes"] == number:
                act()
            return function(*arguments, **more)

        return call

    os.fsync = counted(os.fsync)
    for method in ("replace", "unlink", "hardlink_to"):
        setattr(Path, method, counted(getattr(Path, method)))
    return seen


def _sleep() -> None:
    sys.stdout.write("sleeping\n")
    sys.stdout.flush()
    time.sleep(3600)


def main(customer: str, page: str, slot: str, *how: str) -> None:
    django.setup()
    from troth.kernel.actor import job
    from troth.keys import epochs
    from troth.keys.epochs import Drops
    from troth.keys.settling import Run

    steps: list[str] = []
    run = Run(on_step=steps.append)
    seen: Counter[str] = Counter()
    if how[0] == "step":
        run = Run(on_step=_on_step(how[1], int(how[2]), _die))
    elif how[0] == "sleep":
        run = Run(on_step=_on_step(how[1], 1, _sleep))
    else:
        seen = _before_change(int(how[1]) if how[0] == "change" else 0, _die)
    epochs.advance(Drops(slots={UUID(customer): {(int(page), int(slot))}}), by=job("test"), run=run)
    sys.stdout.write("|".join([str(seen["changes"]), *steps]) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
