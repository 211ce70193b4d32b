"""What is stored of customers is sealed wherever it lies (clauses A-5b, X-2c, K-4b; exceeds N-2.2f).

A canary's record holds a text that stands nowhere else. It is looked for in the raw pages of tables, in the
write-ahead log and in the files of the installation; samples of every sealed column are looked at by their form.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from troth.erasure import files, plan
from troth.promises.control import Control
from troth.promises.probing import canaries, looking, plain_bytes, samples, sealed_columns
from troth.promises.probing.canaries import Canary
from troth.promises.probing.plain_bytes import Budget
from troth.promises.scope import Scope
from troth_judge.controls.stored_data_is_encrypted import Facts

_MEBI: Final = 1024 * 1024
_TABLES: Final = ("vault_record", "vault_identifier", "vault_change", "api_replay")
_TABLES_BYTES, _WAL_BYTES, _FILES_BYTES = 64 * _MEBI, 32 * _MEBI, 64 * _MEBI
_FILES_AT_MOST: Final = 5_000
_HEAD: Final = 4_096
_PASSING: Final = timedelta(hours=1)
"""An upload on its way is in the clear for seconds; older, it lies about."""


def observe(scope: Scope) -> Facts:
    """Look into rows, pages, the write-ahead log and files."""
    canary, _ = canaries.ensure(clock=scope.clock)
    hits: list[str] = []
    budget = Budget(_FILES_BYTES)
    sealed, rows_hit, raw = _row(canary, scope)
    hits += rows_hit
    hits += _in_tables(canary, scope, searched := Budget(_TABLES_BYTES))
    hits += _in_log(canary, logged := Budget(_WAL_BYTES))
    hits += _in_files(canary, scope.home, budget)
    sampled, unsealed = _samples(scope)
    clear = list(_clear_files(scope))
    return Facts(
        found=sealed,
        raw=raw,
        searched_bytes=searched.read + logged.read + budget.read,
        searched_files=searched.files + logged.files + budget.files,
        hits=tuple(sorted(set(hits)))[:50],
        sampled=sampled,
        unsealed=unsealed,
        plain_folders=tuple(_plain_folders(scope.home))[:50],
        clear_files=len(clear),
        clear_oldest=max(clear, default=None),
    )


def _row(canary: Canary, scope: Scope) -> tuple[bool, list[str], str]:
    """Whether the canary's record is stored sealed; where its text shows through SQL; and what its raw page says."""
    with looking.inside(canary.customer_id, scope.using) as cursor:
        cursor.execute(
            "select sealed, (ctid::text::point)[0]::bigint, pg_relation_filepath('vault_record') from vault_record"
            " where customer_id = %s and record_id = %s",
            [canary.customer_id, canary.record_id],
        )
        row = cursor.fetchone()
        hits = [f"rows of {name}" for name in plain_bytes.rows_with(cursor, canary.marker.encode())]
    if row is None:
        return False, hits, "no"
    blob, block, path = bytes(row[0]), int(row[1]), row[2]
    folder = _data()
    page = plain_bytes.block_of(folder / path, block) if folder is not None else None
    if page is not None and plain_bytes.holds(page, canary.marker.encode()):
        hits.append("pages of vault_record")
    # The sealed bytes themselves on the page show that it is the right one, and that it was written out.
    raw = "no" if page is None else "seen" if blob in page else "not_written_yet"
    return sealed_columns.version(blob) is not None, hits, raw


def _data() -> Path | None:
    place: Any = settings.TROTH_POSTGRES
    return place.data if place is not None and place.data.is_dir() else None


def _in_tables(canary: Canary, scope: Scope, budget: Budget) -> list[str]:
    folder = _data()
    if folder is None:
        return []
    with looking.at_all(scope.using) as cursor:
        cursor.execute("select t, pg_relation_filepath(t) from unnest(%s::text[]) t", [list(_TABLES)])
        paths = cursor.fetchall()
    share = budget.left // len(paths)
    found = []
    for name, path in paths:
        part = Budget(share)
        if plain_bytes.search(folder / path, canary.marker.encode(), part):
            found.append(f"pages of {name}")
        budget.read, budget.files = budget.read + part.read, budget.files + part.files
    return found


def _in_log(canary: Canary, budget: Budget) -> list[str]:
    folder = _data()
    if folder is None:
        return []
    segments = [path for path in (folder / "pg_wal").glob("0000*") if path.is_file()]
    newest = sorted(segments, key=lambda path: path.stat().st_mtime, reverse=True)[:2]
    marker = canary.marker.encode()
    return ["write-ahead log" for path in newest if plain_bytes.search(path, marker, budget)]


def _in_files(canary: Canary, home: Path, budget: Budget) -> list[str]:
    """Folders below the home with a file that holds the text; keys and the database itself apart."""
    marker, apart = canary.marker.encode(), _apart(home)
    found = []
    for number, path in enumerate(plain_bytes.files_below(home, apart)):
        if number >= _FILES_AT_MOST or not budget.left:
            break
        if plain_bytes.search(path, marker, budget):
            found.append(f"folder {path.relative_to(home).parts[0]}")
    return found


def _apart(home: Path) -> set[Path]:
    place: Any = settings.TROTH_POSTGRES
    keys = {Path(folder) for folder in (*settings.TROTH_KEY_PLACES, settings.TROTH_CUSTODIAN)}
    own = {home / name for name in ("secrets", "postgres", "recovery-kit", "run", "tls")}
    return keys | own | ({place.data, place.socket} if place is not None else set())


def _samples(scope: Scope) -> tuple[int, tuple[str, ...]]:
    sampled, unsealed = 0, set()
    for column, value in sealed_columns.drawn(scope):
        sampled += 1
        if sealed_columns.version(value) is None:
            unsealed.add(column)
    return sampled, tuple(sorted(unsealed))


def _plain_folders(home: Path) -> Iterator[str]:
    """Folders that the platform does not know, with legible bytes in them."""
    keys = [Path(folder) for folder in (*settings.TROTH_KEY_PLACES, settings.TROTH_CUSTODIAN)]
    for name in files.strange(home, keys):
        if any(_legible(path) for path in plain_bytes.files_below(home / name, set())):
            yield name


def _clear_files(scope: Scope) -> Iterator[timedelta]:
    """How old each file is that the platform itself leaves legible for a while: exports, rejected rows, uploads."""
    for store in plan.FILES:
        for path in plain_bytes.files_below(scope.home / store.folder, set()):
            age = _age(path, scope.now)
            if age is not None and (store.folder != "spool" or age > _PASSING) and _legible(path):
                yield age


def _age(path: Path, now: datetime) -> timedelta | None:
    try:
        return max(now - datetime.fromtimestamp(path.stat().st_mtime, UTC), timedelta(0))
    except FileNotFoundError:
        return None


def _legible(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return samples.legible(file.read(_HEAD))
    except OSError:
        return False


CONTROL = Control(
    id="stored_data_is_encrypted",
    kind="probed",
    title={"en": "Stored customer data is encrypted", "fr": "Les données de clients stockées sont chiffrées"},
    sees={
        "en": "Whether a canary’s words can be found anywhere in the clear: in the raw pages of the tables, in the "
        "write-ahead log, in rows as the database shows them, in the files of the installation. Whether samples of "
        "every sealed column carry a known version and look like nothing. Whether an unknown folder holds legible "
        "files, and which exports or rejected rows still lie in the clear.",
        "fr": "Si les mots d’un canari se trouvent quelque part en clair : dans les pages brutes des tables, dans le "
        "journal d’écriture, dans les lignes telles que la base les montre, dans les fichiers de l’installation. Si "
        "des échantillons de chaque colonne scellée portent une version connue et ne ressemblent à rien. Si un dossier "
        "inconnu contient des fichiers lisibles, et quelles exportations ou lignes rejetées restent en clair.",
    },
    could_lie_if={
        "en": "a dataset’s schema declares a personal field plain: such fields are not sealed. Large tables are "
        "searched at their newest end only; the swap space, the disks of other hosts and copies made by others are out "
        "of sight.",
        "fr": "le schéma d’un jeu de données déclare « plain » un champ personnel : un tel champ n’est pas scellé. Les "
        "grandes tables ne sont fouillées qu’à leur extrémité récente ; l’espace d’échange, les disques d’autres hôtes "
        "et les copies faites par d’autres sont hors de vue.",
    },
    every=timedelta(hours=6),
    observe=observe,
)
