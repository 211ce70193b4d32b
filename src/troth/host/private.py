"""Secrets of the installation itself: files of 0600 in a folder of 0700, refused when anyone else could read them."""

import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from troth.host.config import Config
from troth.host.errors import Exposed
from troth.host.placement import made

_SHARED = 0o077


def check(path: Path, wanted: str = "0600") -> None:
    """Raise `Exposed` when anyone but us could read it."""
    status = path.stat()
    if status.st_mode & _SHARED or status.st_uid not in {os.geteuid(), 0}:
        raise Exposed(path=path, mode=f"{stat.S_IMODE(status.st_mode):04o}", wanted=wanted)


def write(path: Path, content: bytes) -> None:
    """Replace a secret in one step, never readable by others for an instant."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)


def folder(config: Config) -> Path:
    """The folder of secrets, made where it is missing."""
    if not config.secrets.exists():
        made(config.secrets, 0o700)
    check(config.secrets, "0700")
    return config.secrets


def prepare(config: Config) -> None:
    """Make the installation's own secret, once."""
    path = folder(config) / "installation"
    if not path.exists():
        write(path, secrets.token_bytes(32))
    check(path)


def derived(config: Config, purpose: str) -> str:
    """A secret for one purpose, derived from the installation's. Before the first start: one for this process only."""
    path = config.secrets / "installation"
    if path.exists():
        check(path)
        material = path.read_bytes()
    else:
        material = secrets.token_bytes(32)
    return HKDF(SHA256(), 32, None, f"troth {purpose} 1".encode()).derive(material).hex()
