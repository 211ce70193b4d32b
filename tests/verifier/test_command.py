"""The command: what it says, its exit codes, and hostile input, which never ends in a traceback."""

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from troth_verify.main import main


def test_as_a_process_it_verifies(vectors: Path, key: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from troth_verify.main import run; run()",
            "bundle",
            str(vectors / "bundle.tar"),
            "--key",
            key,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("It verifies.\n")


@pytest.mark.parametrize("name", ["bundle", "bundle.tar", "since.tar"])
def test_frozen_bundles_verify_for_good(vectors: Path, key: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    against = str(vectors / "earlier.txt")
    assert main(["bundle", str(vectors / name), "--key", key, "--against", against, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["verifies"] is True
    assert said["facts"]["entries"] == 11
    results = {check["check"]: check["result"] for check in said["checks"]}
    assert results["earlier"] == results["entries"] == results["overall"] == results["signature"] == "ok"
    assert results["openings"] == ("not_checked" if name == "since.tar" else "ok")


def test_the_key_may_stand_in_a_file(vectors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bundle", str(vectors / "bundle"), "--key", str(vectors / "bundle" / "key.txt")]) == 0
    assert "not checked" in capsys.readouterr().out.lower()


def test_without_a_key_it_says_so(vectors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bundle", str(vectors / "bundle")]) == 0
    assert "Not checked: whose key signed" in capsys.readouterr().out


def test_one_entry_and_continuity_verify(vectors: Path, key: str) -> None:
    assert main(["entry", str(vectors / "entry.json"), str(vectors / "entry.tlog-proof"), "--key", key]) == 0
    checkpoints = [str(vectors / "earlier.txt"), str(vectors / "bundle" / "checkpoint.txt")]
    proof = str(vectors / "consistency.txt")
    assert main(["consistency", *checkpoints, proof, "--key", key]) == 0
    assert main(["consistency", *reversed(checkpoints), proof, "--key", key]) == 1


def test_another_entry_does_not_stand_there(vectors: Path, key: str, tmp_path: Path) -> None:
    other = tmp_path / "entry.json"
    other.write_text((vectors / "entry.json").read_text().replace("record.read", "record.find"))
    assert main(["entry", str(other), str(vectors / "entry.tlog-proof"), "--key", key]) == 1


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["bundle"], ["bundle", "x", "--unknown"]])
def test_a_wrong_command_is_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["bundle", "/nowhere"],
        ["bundle", "/dev/null"],
        ["certificate", "/nowhere", "--key", "KEY"],
        ["certificate", "BUNDLE/checkpoint.txt", "--key", "KEY"],
        ["certificate", "BUNDLE/bundle.json"],
        ["entry", "/nowhere", "/nowhere", "--key", "KEY"],
        ["bundle", "BUNDLE", "--key", "no key"],
        ["bundle", "BUNDLE", "--key", "a+b+c"],
        ["bundle", "BUNDLE", "--against", "/nowhere"],
        ["bundle", "BUNDLE", "--against", "BUNDLE/bundle.json"],
    ],
)
def test_what_cannot_be_read_is_code_2(
    arguments: list[str], vectors: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [one.replace("BUNDLE", str(vectors / "bundle")).replace("KEY", key) for one in arguments]
    assert main(filled) == 2
    assert capsys.readouterr().err.startswith("troth-verify: ")
    assert main([*filled, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["verifies"] is False


def _rewrite(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda bundle: (bundle / name).write_bytes(content) and None


def _manifest(**changes: object) -> Callable[[Path], None]:
    def change(bundle: Path) -> None:
        manifest = json.loads((bundle / "bundle.json").read_text())
        (bundle / "bundle.json").write_text(json.dumps(manifest | changes))

    return change


ENTRIES, OPENINGS = "entries-000000000000.jsonl", "openings-000000000000.jsonl"
HOSTILE: dict[str, Callable[[Path], object]] = {
    "no manifest": lambda bundle: (bundle / "bundle.json").unlink(),
    "no key": lambda bundle: (bundle / "key.txt").unlink(),
    "no checkpoint": lambda bundle: (bundle / "checkpoint.txt").unlink(),
    "no proof": lambda bundle: (bundle / "overall.tlog-proof").unlink(),
    "no entries": lambda bundle: (bundle / ENTRIES).unlink(),
    "manifest is no JSON": _rewrite("bundle.json", b"{"),
    "manifest is a list": _rewrite("bundle.json", b"[]"),
    "manifest nests deep": _rewrite("bundle.json", b"[" * 90_000),
    "manifest is huge": _rewrite("bundle.json", b" " * 300_000),
    "manifest is no text": _rewrite("bundle.json", b"\xff\xfe"),
    "a number is huge": _rewrite("bundle.json", b'{"size": ' + b"9" * 100_000 + b"}"),
    "size is a string": _manifest(size="11"),
    "size is true": _manifest(size=True),
    "size is a fraction": _manifest(size=11.0),
    "size is below from": _manifest(**{"from": 12}),
    "from is negative": _manifest(**{"from": -1}),
    "from without its peaks": _manifest(**{"from": 1}),
    "another version": _manifest(version=2),
    "another customer": _manifest(customer="01a20335-6213-7c45-9d2b-4b4e2a3a5667"),
    "customer is a path": _manifest(customer="../../etc/passwd"),
    "customer is missing": _manifest(customer=None),
    "a huge line": _rewrite(ENTRIES, b"x" * 100_000),
    "no end of line": _rewrite(ENTRIES, b'{"v":1}'),
    "an empty file of entries": _rewrite(ENTRIES, b""),
    "bytes that are no text": _rewrite(ENTRIES, bytes(range(256)) * 5 + b"\n"),
    "openings are no JSON": _rewrite(OPENINGS, b"{\n"),
    "openings are a list": _rewrite(OPENINGS, b"[]\n"),
    "openings nest deep": _rewrite(OPENINGS, b"[" * 90_000 + b"\n"),
    "openings without index": _rewrite(OPENINGS, b"{}\n"),
    "an index beyond the log": _rewrite(OPENINGS, b'{"index": 999999999999, "openings": {}}\n'),
    "an index that is no number": _rewrite(OPENINGS, b'{"index": "0", "openings": {}}\n'),
    "openings out of order": _rewrite(OPENINGS, b'{"index": 5}\n{"index": 4}\n'),
    "promised openings are gone": lambda bundle: (bundle / OPENINGS).unlink(),
    "openings of no entries": lambda bundle: (bundle / OPENINGS).rename(bundle / "openings-000000000011.jsonl"),
    "a folder inside": lambda bundle: (bundle / "more").mkdir(),
    "a link inside": lambda bundle: (bundle / "link.txt").symlink_to("/etc/passwd"),
    "a link for the entries": lambda bundle: (bundle / ENTRIES).rename(bundle / "moved") and _link(bundle),
    "a strange name": lambda bundle: (bundle / "-rf *").write_text(""),
    "a hidden name": lambda bundle: (bundle / ".hidden").write_text(""),
    "a name of entries that is no number": lambda bundle: (bundle / "entries-zero.jsonl").write_text(""),
    "a second file of entries": lambda bundle: (bundle / "entries-000000000011.jsonl").write_text("{}\n"),
    "a fifo": lambda bundle: os.mkfifo(bundle / "pipe"),
}


def _link(bundle: Path) -> None:
    (bundle / ENTRIES).symlink_to(bundle / "moved")


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_bundle_gets_a_sentence(
    what: str, bundle: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    HOSTILE[what](bundle)
    assert main(["bundle", str(bundle), "--key", key]) in {1, 2}
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert said.out or said.err.startswith("troth-verify: ")


def _tar(bundle: Path, *, change: Callable[[tarfile.TarInfo], None] | None = None, mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=tarfile.USTAR_FORMAT) as archive:  # type: ignore[call-overload]
        for file in sorted(bundle.iterdir()):
            member = archive.gettarinfo(file, file.name)
            if change:
                change(member)
            with file.open("rb") as stream:
                archive.addfile(member, stream if member.isreg() else None)
    return out.getvalue()


def _set(**values: object) -> Callable[[tarfile.TarInfo], None]:
    def change(member: tarfile.TarInfo) -> None:
        if member.name == "README.txt":
            for name, value in values.items():
                setattr(member, name, value)

    return change


TARS: dict[str, Callable[[Path], bytes]] = {
    "cut in a file": lambda bundle: _tar(bundle)[:5000],
    "cut in a header": lambda bundle: _tar(bundle)[:300],
    "cut before its end mark": lambda bundle: _tar(bundle).rstrip(b"\0"),
    "compressed": lambda bundle: _tar(bundle, mode="w:gz"),
    "climbing out": lambda bundle: _tar(bundle, change=_set(name="../README.txt")),
    "absolute": lambda bundle: _tar(bundle, change=_set(name="/etc/passwd")),
    "a link": lambda bundle: _tar(bundle, change=_set(type=tarfile.SYMTYPE, linkname="/etc/passwd")),
    "a device": lambda bundle: _tar(bundle, change=_set(type=tarfile.CHRTYPE)),
    "a name twice": lambda bundle: _tar(bundle, change=_set(name="key.txt")),
    "a size beyond the file": lambda bundle: _claim(_tar(bundle), b"77777777777\0"),
    "a size that is no number": lambda bundle: _claim(_tar(bundle), b"not a number"),
    "a size in binary": lambda bundle: _claim(_tar(bundle), b"\x80" + b"\0" * 10 + b"\1"),
    "a wrong sum": lambda bundle: _tar(bundle).replace(b"README", b"XEADME", 1),
    "zeroes": lambda _: b"\0" * 10_240,
    "empty": lambda _: b"",
    "noise": lambda _: bytes(range(256)) * 100,
}


def _claim(tar: bytes, size: bytes) -> bytes:
    """Claim another size for the first file, with a header that is otherwise right."""
    header = bytearray(tar[:512])
    header[124:136] = size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + tar[512:]


@pytest.mark.parametrize("what", TARS)
def test_a_hostile_tar_gets_a_sentence(
    what: str, bundle: Path, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hostile.tar"
    path.write_bytes(TARS[what](bundle))
    assert main(["bundle", str(path), "--key", key]) == 2
    assert capsys.readouterr().err.startswith("troth-verify: ")


def test_a_plain_tar_made_by_another_tool_is_as_good(bundle: Path, key: str, tmp_path: Path) -> None:
    path = tmp_path / "other.tar"
    path.write_bytes(_tar(bundle))
    assert main(["bundle", str(path), "--key", key]) == 0


def test_nothing_in_a_file_steers_the_terminal(
    bundle: Path, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = bundle.rename(tmp_path / "odd\x1b[2J\nIt verifies.")
    (odd / "key.txt").write_text("\x1b]0;x\x07+1+2")
    assert main(["bundle", str(odd), "--key", key]) == 2
    (odd / "bundle.json").unlink()
    assert main(["bundle", str(odd), "--key", key]) == 2
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_bytes_bring_it_down(bundle: Path, key: str, data: st.DataObject) -> None:
    names = sorted(path.name for path in bundle.iterdir())
    path = bundle / data.draw(st.sampled_from(names))
    original = path.read_bytes()
    cut = data.draw(st.integers(0, len(original)))
    path.write_bytes(
        original[:cut] + data.draw(st.binary(max_size=60)) + original[cut + data.draw(st.integers(0, 60)) :]
    )
    try:
        assert main(["bundle", str(bundle), "--key", key]) in {0, 1, 2}
    finally:
        path.write_bytes(original)
