"""A bundle holds all that was signed, and the offline verifier finds whatever was done to it."""

import json
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from troth import audit
from troth.audit import bundles, note, queries, sealer
from troth.audit.errors import NotSealedYet, NotThatSize
from troth.kernel.actor import Actor
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.keys import actions as keys
from troth.keys import signing
from troth_verify import bundle as verifier
from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.note import Key
from troth_verify.report import Report

ACTOR = Actor(kind="api_key", route="GET /x", account_id=new_id(), key_id=new_id(), source_address="203.0.113.7")
ENTRIES = "entries-000000000000.jsonl"


def _trusted() -> Key:
    signer = signing.signer()
    return Key(signer.name, signer.public)


def _customer(*batches: int) -> UUID:
    customer_id = new_id()
    with within(customer_id):
        keys.create_customer(customer_id)
    for batch in batches:
        _write(customer_id, batch)
    return customer_id


def _write(customer_id: UUID, count: int) -> None:
    with within(customer_id):
        for at in range(count):
            ids = [new_id(), new_id()] if at % 10 == 0 else None
            audit.record("record.read", by=ACTOR, customer_id=customer_id, reason="asked", ids=ids)
    while sealer.seal_once():
        pass


def _check(path: Path, *against: str | None, key: Key | None = None) -> Report:
    return verifier.check(path, key or _trusted(), [note_ for note_ in against if note_])


def _verdict(path: Path, *against: str | None) -> int:
    """The exit code, as the command line makes it."""
    try:
        return 0 if _check(path, *against).verifies else 1
    except DoesNotVerify:
        return 1
    except CannotRead:
        return 2


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of 700 entries with openings, as a folder."""
    path = tmp_path_factory.mktemp("made") / "bundle"
    bundles.export(_customer(300, 400), path, openings=True)
    return path


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


@pytest.mark.parametrize("name", ["bundle", "bundle.tar"])
@pytest.mark.parametrize("size", [1, 256, 600])
def test_it_verifies(tmp_path: Path, name: str, size: int) -> None:
    customer_id = _customer(size)
    done = bundles.export(customer_id, tmp_path / name, openings=True)
    report = _check(tmp_path / name, queries.checkpoint(customer_id))
    assert report.verifies
    assert {check.check: check.result for check in report.checks} == dict.fromkeys(
        ("signature", "overall", "entries", "earlier", "openings"), "ok"
    )
    assert (done.since, done.size, done.wrong) == (0, size, 0)
    assert done.opened == size * 4 + -(-size // 10)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_it_can_be_read_in_a_text_editor(made: Path) -> None:
    lines = (made / ENTRIES).read_text().splitlines()
    assert len(lines) == 700
    assert json.loads(lines[5])["operation"] == "record.read"
    opened = json.loads((made / "openings-000000000000.jsonl").read_text().splitlines()[5])["openings"]
    assert opened["account"]["value"] == str(ACTOR.account_id)


def test_an_incremental_bundle_continues_the_earlier_one(tmp_path: Path) -> None:
    customer_id = _customer(130)
    first = bundles.export(customer_id, tmp_path / "one.tar")
    _write(customer_id, 300)
    second = bundles.export(customer_id, tmp_path / "two.tar", since=first.size)
    assert (second.since, second.size) == (130, 430)
    assert _check(tmp_path / "two.tar", first.checkpoint).verifies
    assert "continues the checkpoint of 130" in _check(tmp_path / "two.tar", first.checkpoint).text()
    with pytest.raises(CannotRead, match="begins at entry 130"):
        _check(tmp_path / "two.tar", _older(customer_id))


def _older(customer_id: UUID) -> str:
    """A checkpoint from before the bundle begins."""
    signer = signing.signer()
    origin = f"{signer.name}/{customer_id}"
    return note.sign(note.Checkpoint(origin, 7, b"\0" * 32), signer)


def test_a_log_that_was_cut_shows_against_an_earlier_checkpoint(tmp_path: Path) -> None:
    customer_id = _customer(20)
    bundles.export(customer_id, tmp_path / "before")
    _write(customer_id, 5)
    report = _check(tmp_path / "before", queries.checkpoint(customer_id))
    assert not report.verifies
    assert "Cut: the log had 25 entries before, and ends here at 20." in report.text()


@pytest.mark.parametrize("since", [0, 3])
def test_a_forked_log_shows_against_an_earlier_checkpoint(tmp_path: Path, since: int) -> None:
    """The operator signs another history: only who holds an earlier checkpoint can tell."""
    customer_id = _customer(20)
    bundles.export(customer_id, tmp_path / "bundle", since=since)
    signer = signing.signer()
    forked = note.sign(note.Checkpoint(f"{signer.name}/{customer_id}", 10, b"\1" * 32), signer)
    report = _check(tmp_path / "bundle", forked)
    assert not report.verifies
    assert "Forked: the first 10 entries" in report.text()


def test_another_key_does_not_verify(made: Path) -> None:
    name, public = _trusted().name, _trusted().public
    for stranger in (Key(name, b"\7" + public[1:]), Key("another", public)):
        report = _check(made, key=stranger)
        assert not report.verifies


def test_without_a_key_it_says_what_it_did_not_check(made: Path) -> None:
    report = verifier.check(made, None, [])
    assert report.verifies
    assert {check.check for check in report.checks if check.result == "not_checked"} == {"key", "earlier"}


def _edit(path: Path, change: Callable[[list[bytes]], None]) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    change(lines)
    path.write_bytes(b"".join(lines))


MUTATIONS: dict[str, Callable[[list[bytes]], None]] = {
    "altered": lambda lines: lines.__setitem__(9, lines[9].replace(b"record.read", b"record.find")),
    "removed": lambda lines: lines.__delitem__(9),
    "removed at the end": lambda lines: lines.__delitem__(-1),
    "inserted": lambda lines: lines.insert(9, lines[3]),
    "inserted at the end": lambda lines: lines.append(lines[-1]),
    "reordered": lambda lines: lines.__setitem__(slice(9, 11), [lines[10], lines[9]]),
    "reordered far apart": lambda lines: lines.__setitem__(slice(None), lines[256:512] + lines[:256] + lines[512:]),
    "replaced by another of the log": lambda lines: lines.__setitem__(9, lines[10]),
    "a line feed too many": lambda lines: lines.insert(9, b"\n"),
    "all removed": lambda lines: lines.clear(),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_whatever_is_done_to_entries_shows(copy: Path, mutation: str) -> None:
    (copy / "openings-000000000000.jsonl").unlink()
    _edit(copy / ENTRIES, MUTATIONS[mutation])
    assert _verdict(copy) == 1
    counts = any(word in mutation for word in ("removed", "inserted", "too many"))
    said = _check(copy).text()
    assert ("missing or too many" in said) == counts
    assert ("do not give the signed root" in said) != counts


def test_the_manifest_cannot_make_up_for_it(copy: Path) -> None:
    """Whoever removes an entry and says so in the manifest meets the signature."""
    _edit(copy / ENTRIES, MUTATIONS["removed at the end"])
    manifest = json.loads((copy / "bundle.json").read_text())
    (copy / "bundle.json").write_text(json.dumps(manifest | {"size": 699}))
    assert _verdict(copy) == 1


def test_a_later_beginning_cannot_be_claimed(copy: Path) -> None:
    manifest = json.loads((copy / "bundle.json").read_text())
    (copy / "bundle.json").write_text(json.dumps(manifest | {"from": 256}))
    lines = (copy / ENTRIES).read_bytes().splitlines(keepends=True)
    (copy / ENTRIES).unlink()
    (copy / "entries-000000000256.jsonl").write_bytes(b"".join(lines[256:]))
    (copy / "before.txt").write_text("A" * 43 + "=\n")
    assert _verdict(copy) == 1


@pytest.mark.parametrize("name", ["checkpoint.txt", "overall.tlog-proof", "key.txt", ENTRIES])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_single_changed_byte_goes_unseen(made: Path, tmp_path: Path, name: str, data: st.DataObject) -> None:
    copy = tmp_path / "one"
    if not copy.exists():
        shutil.copytree(made, copy)
    original = (made / name).read_bytes()
    at = data.draw(st.integers(0, len(original) - 1))
    changed = bytearray(original)
    changed[at] ^= data.draw(st.integers(1, 255))
    (copy / name).write_bytes(changed)
    # A key line may end in another kind of space: that is no other key.
    if bytes(changed).strip() != original.strip() or name != "key.txt":
        assert _verdict(copy) != 0
    (copy / name).write_bytes(original)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_changed_opening_goes_unseen(made: Path, tmp_path: Path, data: st.DataObject) -> None:
    copy = tmp_path / "two"
    if not copy.exists():
        shutil.copytree(made, copy)
    name = "openings-000000000000.jsonl"
    lines = (made / name).read_bytes().splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    opening = json.loads(lines[at])
    what = data.draw(st.sampled_from(sorted(opening["openings"])))
    mutation = data.draw(st.sampled_from(["value", "salt", "index", "name"]))
    if mutation == "value":
        opening["openings"][what]["value"] = [str(new_id())] if what == "ids" else "somebody else"
    elif mutation == "salt":
        opening["openings"][what]["salt"] = "A" * 22 + "=="
    elif mutation == "index":
        opening["index"] = (opening["index"] + data.draw(st.integers(1, 699))) % 700
    else:
        opening["openings"]["subject"] = opening["openings"].pop(what)
    lines[at] = json.dumps(opening).encode()
    (copy / name).write_bytes(b"\n".join(lines) + b"\n")
    assert _verdict(copy) in {1, 2}


def test_openings_of_another_entry_are_refused(copy: Path) -> None:
    name = "openings-000000000000.jsonl"
    first, second = (json.loads(line) for line in (copy / name).read_bytes().splitlines()[1:3])
    first["openings"], second["openings"] = second["openings"], first["openings"]
    (copy / name).write_text(json.dumps(first) + "\n" + json.dumps(second) + "\n")
    assert _verdict(copy) == 1


def test_more_entries_than_a_file_holds_go_to_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "ENTRIES_A_FILE", 100)
    customer_id = _customer(250)
    bundles.export(customer_id, tmp_path / "b.tar", openings=True, since=20)
    assert _verdict(tmp_path / "b.tar") == 0
    bundles.export(customer_id, tmp_path / "b", openings=True)
    assert len(list((tmp_path / "b").glob("entries-*"))) == 3
    assert _verdict(tmp_path / "b") == 0
    (tmp_path / "b" / "entries-000000000100.jsonl").unlink()
    assert _verdict(tmp_path / "b") == 1


def test_what_it_refuses_to_export(tmp_path: Path) -> None:
    customer_id = _customer()
    with pytest.raises(NotSealedYet):
        bundles.export(customer_id, tmp_path / "x")
    _write(customer_id, 3)
    with pytest.raises(NotThatSize):
        bundles.export(customer_id, tmp_path / "x", since=4)
    assert list(tmp_path.iterdir()) == []
    bundles.export(customer_id, tmp_path / "x")
    with pytest.raises(FileExistsError):
        bundles.export(customer_id, tmp_path / "x")


def test_memory_does_not_grow_with_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Smaller steps than in earnest, so that a small log already takes several.
    monkeypatch.setattr(bundles, "ROWS_A_READ", 128)
    monkeypatch.setattr("troth_verify.files.READ_BYTES", 32_768)

    def peak(customer_id: UUID, name: str) -> int:
        tracemalloc.start()
        bundles.export(customer_id, tmp_path / name, openings=True)
        assert _verdict(tmp_path / name) == 0
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    small, large = _customer(600), _customer(4_800)
    peak(small, "warm.tar")
    assert peak(large, "large.tar") < peak(small, "small.tar") * 1.3
