"""Are the locks in date? Every requirement of pyproject.toml must be met by what its lock pins. Needs no network."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {"runtime": (), "dev": ("dev",), "build": ("build",)}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def findings(requirements: list[str], lock: str) -> Iterator[str]:
    """Requirements that the lock lacks or pins outside their range."""
    pins: dict[str, list[str]] = {}
    for name, version in _PIN.findall(lock):
        pins.setdefault(canonicalize_name(name), []).append(version)
    for text in requirements:
        wanted = Requirement(text)
        versions = pins.get(canonicalize_name(wanted.name), [])
        if not versions:
            yield f"{text}: not locked"
        elif not all(wanted.specifier.contains(version, prereleases=True) for version in versions):
            yield f"{text}: locked at {', '.join(versions)}"


def main() -> int:
    """Check all locks."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = []
    for name, extras in LOCKS.items():
        wanted = [
            *project["dependencies"],
            *(line for extra in extras for line in project["optional-dependencies"][extra]),
        ]
        path = ROOT / "requirements" / f"{name}.txt"
        lock = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(ROOT)}: {finding}; run `make lock`" for finding in findings(wanted, lock)]
        if "index-url" in lock or "find-links" in lock:
            found.append(f"{path.relative_to(ROOT)}: names a registry")
    sys.stdout.write("".join(f"{finding}\n" for finding in found) or "locks: in date\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
