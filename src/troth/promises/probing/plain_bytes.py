"""Looking for a text that should be nowhere in the clear: in rows, in pages of tables, in files. Bounded everywhere.

Guarantees: the text itself is never written anywhere; it is sought in UTF-8, in UTF-16 and in hexadecimal.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db.backends.utils import CursorWrapper

from troth.erasure import plan

BLOCK: Final = 8192
_CHUNK: Final = 4 * 1024 * 1024
_NEWEST: Final = 5_000
_TABLES: Final = (
    "select c.relname, (select string_agg(quote_ident(a.attname) || ' desc', ', ' order by k.place) from pg_index i"
    " cross join unnest(i.indkey) with ordinality k(number, place)"
    " join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number"
    " where i.indrelid = c.oid and i.indisprimary)"
    " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname = any(%s)"
    " and has_table_privilege(c.oid, 'SELECT') order by 1"
)


def spellings(text: bytes) -> tuple[bytes, ...]:
    """The byte strings under which a text could lie."""
    return text, text.decode().encode("utf-16-le"), text.hex().encode(), text.hex().upper().encode()


def holds(data: bytes, text: bytes) -> bool:
    """Whether the text lies in these bytes."""
    return any(each in data for each in spellings(text))


def rows_with(cursor: CursorWrapper, text: bytes) -> list[str]:
    """The tables with a row, among those that show in the present context, that holds the text in any column.

    The newest rows of each table, along its primary key: a canary's log grows, and nobody waits for a look at it.
    """
    cursor.execute(_TABLES, [[table.name for table in plan.TABLES]])
    found = []
    for name, order in cursor.fetchall():
        newest = f'select * from "{name}"' + (f" order by {order}" if order else "") + f" limit {_NEWEST}"
        cursor.execute(
            f"select exists (select 1 from ({newest}) t where position(%s in t::text) > 0"
            " or position(%s in t::text) > 0)",
            [text.decode(), text.hex()],
        )
        if (cursor.fetchone() or (False,))[0]:
            found.append(str(name))
    return found


def end_of(path: Path, at_most: int) -> bytes:
    """The last bytes of a file; nothing of one that is gone or not ours to read."""
    with suppress(OSError), path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - at_most))
        return file.read(at_most)
    return b""


@dataclass
class Budget:
    """How much may still be read, and how much was."""

    left: int
    read: int = 0
    files: int = 0

    def take(self, size: int) -> int:
        """So many bytes of `size` may be read now."""
        granted = min(size, self.left)
        self.left -= granted
        self.read += granted
        return granted


def search(path: Path, text: bytes, budget: Budget) -> bool:
    """Whether a file holds the text, as far as the budget goes; its newest end first."""
    wanted = spellings(text)
    overlap = max(map(len, wanted))
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(0, size - budget.left))
            budget.files += 1
            tail = b""
            while (granted := budget.take(_CHUNK)) and (data := file.read(granted)):
                budget.left += granted - len(data)
                budget.read -= granted - len(data)
                if any(each in tail + data for each in wanted):
                    return True
                tail = data[-overlap:]
    except OSError:
        return False
    return False


def block_of(path: Path, number: int) -> bytes | None:
    """One page of a table's file, as it lies on the disk; None where it can't be read."""
    segment, at = divmod(number * BLOCK, 1024 * 1024 * 1024)
    file_path = path if segment == 0 else path.with_name(f"{path.name}.{segment}")
    with suppress(OSError), file_path.open("rb") as file:
        file.seek(at)
        return file.read(BLOCK)
    return None


def files_below(folder: Path, apart: set[Path]) -> Iterator[Path]:
    """Every file below a folder, links not followed, newest folders in no order; `apart` is not entered."""
    for at, below, names in os.walk(folder):
        below[:] = [name for name in below if Path(at) / name not in apart]
        yield from (Path(at) / name for name in names if not (Path(at) / name).is_symlink())
