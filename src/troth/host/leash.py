"""Run a command that can't outlive the process which started it.

usage: leash.py SIGNAL PARENT USER|- COMMAND…

Run by path with `python -I -S`, so that it starts in milliseconds and needs nothing of ours. It becomes USER (when
root), forbids core dumps (keys live in these processes' memory), asks the kernel for SIGNAL when PARENT dies, and
becomes COMMAND.
PARENT's *thread* is what counts for the kernel: start children from the main thread.
"""

import ctypes
import os
import pwd
import resource
import sys

_PR_SET_PDEATHSIG = 1
_PARENT_GONE = 70


def main(arguments: list[str]) -> None:
    number, parent, user, *command = arguments
    if user != "-":
        entry = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    if sys.platform == "linux":
        # After the change of user: the kernel forgets the request when credentials change.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(_PARENT_GONE)  # it died before the kernel knew of our wish
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
