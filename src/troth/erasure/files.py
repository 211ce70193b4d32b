"""The stores on disk: emptied, and looked through, for one customer.

Guarantees: only folders that the plan names are entered, and only the customer's own folder in each; a link is removed,
never followed; a name that is no customer's folder is never made into a path.
"""

import os
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from troth.erasure import plan

SPOOL = next(store for store in plan.FILES if store.folder == "spool")


def own(home: Path, store: plan.Files, customer_id: UUID) -> Path:
    """Return the customer's folder in a store."""
    return home / store.folder / str(customer_id)


def count(home: Path, store: plan.Files, customer_id: UUID) -> int:
    """Count the customer's files in a store; a folder that stands there empty counts too."""
    folder = own(home, store, customer_id)
    if folder.is_symlink() or folder.is_file():
        return 1
    return sum(1 for _ in folder.rglob("*")) + 1 if folder.is_dir() else 0


def empty(home: Path, store: plan.Files, customer_id: UUID) -> int:
    """Remove the customer's folder from a store; return how many files went. Again is harmless."""
    gone = count(home, store, customer_id)
    folder = own(home, store, customer_id)
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.is_dir():
        shutil.rmtree(folder)
    return gone


def uploads(home: Path, before: datetime) -> list[Path]:
    """Return uploads on their way that nobody has written to since an instant: they tell not whose they are."""
    spool = home / SPOOL.folder
    if not spool.is_dir():
        return []
    found = [path for path in spool.iterdir() if path.is_symlink() or not path.is_dir()]
    return [path for path in found if path.lstat().st_mtime < before.timestamp()]


def naming(home: Path, target_id: UUID, *, apart: Iterable[Path] = ()) -> int:
    """Count files and folders anywhere below the home whose name carries the id, wherever somebody put them.

    `apart` are folders of which the plan says why nothing of a customer lies in them.
    """
    text, passed = str(target_id), {home / name for name in plan.OTHER_PLACES} | set(apart)
    found = 0
    for at, below, names in os.walk(home):
        folder = Path(at)
        below[:] = [name for name in below if folder / name not in passed]
        found += sum(1 for name in (*below, *names) if text in name)
    return found


def strange(home: Path, apart: Iterable[Path] = ()) -> list[str]:
    """Return the folders in the home that the plan does not know."""
    known = {store.folder for store in plan.FILES} | plan.OTHER_PLACES.keys()
    known |= {place.name for place in apart if place.parent == home}
    return sorted(path.name for path in home.iterdir() if path.is_dir() and path.name not in known)
