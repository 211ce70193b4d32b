"""Which code looked and judged: what stands in every evidence, so that an auditor takes the same."""

from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import troth_judge

_SHOWN = 16


@cache
def revision() -> str:
    """Return Troth's version and the digest of the judgement package's sources (path, NUL, text, NUL, in order)."""
    root = Path(troth_judge.__file__).parent
    digest = sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\x00" + path.read_bytes() + b"\x00")
    try:
        number = version("troth")
    except PackageNotFoundError:
        number = "0"
    return f"troth {number}, judge {digest.hexdigest()[:_SHOWN]}"
