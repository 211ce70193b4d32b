"""Keeping keys out of core dumps and other processes' sight, as far as Python and Linux allow."""

import ctypes
import logging
import resource
import sys
from typing import Final

_LOG: Final = logging.getLogger(__name__)
_PR_SET_DUMPABLE: Final = 4


def forbid_core_dumps() -> bool:
    """No core file of this process, and no debugger of the same user attached to it; True when both hold.

    A process calls it once at its start. Swap and hibernation are the machine's to forbid: docs/threat-model/keys.md.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):
        return False
    done = bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
    if not done:
        _LOG.warning("keys.dumpable", extra={"errno": ctypes.get_errno()})
    return done
