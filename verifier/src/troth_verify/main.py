"""The command line. Exit codes: 0 it verifies, 1 it does not, 2 it could not be read or the question was wrong."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from troth_verify import archive, bundle, certificate, statement
from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.merkle import HASH_BYTES, is_consistent
from troth_verify.note import (
    Key,
    check_proof,
    decode_base64,
    open_checkpoint,
    parse_key,
    parse_proof,
)
from troth_verify.report import Report

VERIFIES, DOES_NOT_VERIFY, CANNOT_READ = 0, 1, 2
TEXT_AT_MOST = 1 << 20
SAMPLE_AT_MOST = 10_000


def run() -> None:
    """Be the command `troth-verify`."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Check what the arguments name, print the report and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        report: Report = options.check(options)
    except (CannotRead, DoesNotVerify) as error:
        return _sorry(error, options.json)
    print(report.json() if options.json else report.text())  # noqa: T201 - the report is this program's output
    return VERIFIES if report.verifies else DOES_NOT_VERIFY


def _sorry(error: Exception, as_json: bool) -> int:
    code = DOES_NOT_VERIFY if isinstance(error, DoesNotVerify) else CANNOT_READ
    says = "".join(c if c.isprintable() else "�" for c in str(error))
    if as_json:
        print(json.dumps({"verifies": False, "error": says}))  # noqa: T201 - the report is this program's output
    else:
        print(f"troth-verify: {says}", file=sys.stderr)  # noqa: T201 - the report is this program's output
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="troth-verify",
        description="Checks Troth's logs, certificates and trust statements offline.",
        epilog="Exit code 0: it verifies. 1: it does not. 2: it can't be read, or can't answer what was asked.",
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print one line of JSON")
    shared.add_argument("--key", help="the public key that you trust: the line name+id+key, or a file that holds it")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    one = commands.add_parser("bundle", parents=[shared], help="check an exported log")
    one.add_argument("path", type=Path, help="the bundle: a folder or a plain tar")
    one.add_argument(
        "--against",
        action="append",
        default=[],
        type=Path,
        metavar="CHECKPOINT",
        help="an earlier checkpoint; repeatable",
    )
    one.set_defaults(check=_bundle)

    one = commands.add_parser("certificate", parents=[shared], help="check a certificate and its log proofs")
    one.add_argument("path", type=Path)
    one.set_defaults(check=_certificate)

    _of_promises(commands, shared)

    one = commands.add_parser("entry", parents=[shared], help="check that one entry stands in a log")
    one.add_argument("path", type=Path, help="a file with the entry's exact bytes")
    one.add_argument("proof", type=Path, help="its tlog-proof")
    one.set_defaults(check=_entry)

    one = commands.add_parser("consistency", parents=[shared], help="check that a log continues an earlier checkpoint")
    one.add_argument("old", type=Path)
    one.add_argument("new", type=Path)
    one.add_argument("proof", type=Path, help="the path: one base64 hash a line")
    one.set_defaults(check=_consistency)
    return parser


def _of_promises(commands: Any, shared: argparse.ArgumentParser) -> None:
    """What judges sealed facts again."""
    one = commands.add_parser(
        "statement", parents=[shared], help="check a trust statement: judge its facts again and derive each state"
    )
    one.add_argument("path", type=Path)
    one.set_defaults(check=_statement)
    one = commands.add_parser("judge", parents=[shared], help="judge an evidence archive again, from its sealed facts")
    one.add_argument("path", type=Path, help="the archive: a folder or a plain tar")
    one.add_argument("--clause", action="append", default=[], help="only this promise; repeatable")
    one.add_argument("--since", type=_instant, help="only from this instant on (ISO 8601)")
    one.add_argument("--until", type=_instant, help="only before this instant (ISO 8601)")
    one.add_argument("--sample", type=int, default=0, metavar="N", help="draw N observations and show them")
    one.add_argument("--seed", default="", help="what the sample is drawn with: the same seed draws the same")
    one.set_defaults(check=_judge)


def _bundle(options: argparse.Namespace) -> Report:
    key = _key(options.key) if options.key else None
    return bundle.check(options.path, key, [_text(path) for path in options.against])


def _certificate(options: argparse.Namespace) -> Report:
    return certificate.check(options.path, _key(options.key))


def _statement(options: argparse.Namespace) -> Report:
    return statement.check(options.path, _key(options.key))


def _judge(options: argparse.Namespace) -> Report:
    question = archive.Question(
        clauses=frozenset(options.clause),
        since=options.since,
        until=options.until,
        sample=max(0, min(options.sample, SAMPLE_AT_MOST)),
        seed=options.seed,
    )
    return archive.check(options.path, _key(options.key), question)


def _instant(text: str) -> datetime:
    """Return an instant; one without a zone is UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _entry(options: argparse.Namespace) -> Report:
    key = _key(options.key)
    report = Report("log entry", str(options.path))
    leaf = _text(options.path).removesuffix("\n").encode()
    head = check_proof(parse_proof(_text(options.proof)), leaf, key)
    report.ok("entry", f"It stands in the log {head.origin}, signed at {head.size} entries.")
    return report


def _consistency(options: argparse.Namespace) -> Report:
    key = _key(options.key)
    report = Report("consistency", str(options.new))
    old, new = open_checkpoint(_text(options.old), key), open_checkpoint(_text(options.new), key)
    path = [decode_base64(line, "the proof") for line in _text(options.proof).splitlines()]
    if old.origin != new.origin or any(len(step) != HASH_BYTES for step in path):
        raise CannotRead("The checkpoints are of two different logs, or the proof holds something that is no hash.")
    if is_consistent(old.size, new.size, old.root, new.root, path):
        report.ok("consistency", f"{new.origin} at {new.size} entries continues itself at {old.size}.")
    else:
        report.failed(
            "consistency", f"{new.origin} at {new.size} entries is not shown to continue itself at {old.size}."
        )
    return report


def _key(given: str | None) -> Key:
    """Return the key given as a line or as a file."""
    if not given:
        raise CannotRead("Give the public key that you trust with --key; without it a signature says nothing.")
    return parse_key(given if given.count("+") > 1 else _text(Path(given)))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > TEXT_AT_MOST:
            raise CannotRead(f"{path} is too long to be what it should be.")
        return path.read_bytes().decode()
    except OSError as error:
        raise CannotRead(f"{path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CannotRead(f"{path} is not UTF-8 text.") from error
