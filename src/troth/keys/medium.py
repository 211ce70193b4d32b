"""What a folder lies on, and what deletion means there: for the certificate and for `troth key status`."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_COPY_ON_WRITE: Final = frozenset({"btrfs", "zfs", "bcachefs", "overlay", "xfs"})
_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
_NETWORK: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "virtiofs"})


@dataclass(frozen=True, slots=True)
class Medium:
    """One medium: its file system, its device, and one sentence on what deletion does there."""

    filesystem: str
    device: str
    device_number: int
    deletion: str
    durable: bool = True


def medium_of(folder: Path) -> Medium:
    """Look the folder's file system up in the mount table; an unknown one says so."""
    try:
        number = folder.stat().st_dev
    except OSError:
        return Medium("unknown", "unknown", -1, "The place can't be reached.", durable=False)
    filesystem, device = _mount(number)
    return Medium(filesystem, device, number, _sentence(filesystem), durable=filesystem not in _MEMORY)


def _mount(number: int) -> tuple[str, str]:
    wanted = f"{os.major(number)}:{os.minor(number)}"
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
    except OSError:
        return "unknown", "unknown"
    for line in lines:
        before, _, after = line.partition(" - ")
        if before.split()[2] == wanted:
            filesystem, device, *_ = after.split()
            return filesystem, device
    return "unknown", "unknown"


def _sentence(filesystem: str) -> str:
    if filesystem in _MEMORY:
        return "Held in memory only: deletion is complete, but a power cut loses the keys."
    if filesystem in _COPY_ON_WRITE:
        return (
            f"{filesystem} may keep overwritten blocks until they are reused, and in snapshots for as long as these "
            "last; the keys were wrapped by the custodian before they were written."
        )
    if filesystem in _NETWORK:
        return (
            f"{filesystem}: the server decides what deletion means; the keys were wrapped by the custodian before they "
            "were written."
        )
    return (
        "Overwritten, deleted and seen gone from the folder; a solid-state disk or a journal may keep old blocks until "
        "they are reused; the keys were wrapped by the custodian before they were written."
    )
