"""Running the stand-alone verifier, which shares no code with this program, in a process of its own."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import typer

from troth.cli.errors import NoVerifier
from troth.cli.exits import Exit

_RUN = "from troth_verify.main import run; run()"
_VERIFIES, _DOES_NOT = 0, 1


def verify(*arguments: str | Path) -> None:
    """Hand over to `troth-verify`; its words are the result, its verdict the exit code."""
    if importlib.util.find_spec("troth_verify") is None:
        raise NoVerifier
    sys.stdout.flush()
    done = subprocess.run([sys.executable, "-c", _RUN, *map(str, arguments)], check=False)
    if done.returncode != _VERIFIES:
        raise typer.Exit(Exit.REFUSED if done.returncode == _DOES_NOT else Exit.INVALID)


def own_key() -> str:
    """The public key with which this installation signs, as one line for verifiers."""
    from troth.audit.note import verifier_key
    from troth.keys.signing import signer

    own = signer()
    return verifier_key(own.name, own.public)
