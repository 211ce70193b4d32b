"""The identity of this operating-system process towards the database.

Every connection carries it in `application_name`, so that a process which no longer answers can be cut off
(`keys.workers`) without knowing its host. A forked child is another process; a process that was cut off starts anew.
"""

import os
from uuid import UUID

from troth.kernel.ids import new_id

_identity: tuple[int, UUID] | None = None


def identity() -> UUID:
    """This process's id: stable until `renew` or a fork."""
    if _identity is None or _identity[0] != os.getpid():
        return renew()
    return _identity[1]


def renew() -> UUID:
    """Take a new identity, as a process must that was cut off. Connections opened before keep the old: close them."""
    global _identity  # noqa: PLW0603 - one process has one identity
    _identity = (os.getpid(), new_id())
    return _identity[1]


def application_name() -> str:
    """What the database sees of this process."""
    return f"troth:{identity()}"
