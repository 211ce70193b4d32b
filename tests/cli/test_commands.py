"""The commands against a real installation, each as a process of its own."""

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Troth, run
from tests.fixtures.world import World, logged, logged_leaves
from troth.cli.exits import Exit

SCHEMA = (ROOT / "src/troth/cli/demo/data/schema.json").read_text(encoding="utf-8")
HEADER = "reference,name,email,phone,job,age,balance,month\n"
ANA = "C-1,Ana Conceição,Ana@Example.com,+33 1 99 00 12 34,admin.,41,2500,may\n"
BEN = "C-2,Ben Fairweather,ben@example.org,+33 1 99 00 12 35,services,39,5000,june\n"
ZOE = "C-3,Zoë Œillet,zoe@example.net,,retired,67,10,june\n"


@dataclass(frozen=True)
class Place:
    """A customer with a dataset."""

    customer_id: str
    name: str

    @property
    def where(self) -> tuple[str, ...]:
        return ("--customer", self.customer_id)


@pytest.fixture(scope="module")
def place(world: World, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A customer with three people, brought in through the command line alone."""
    name = f"Farol {secrets.token_hex(4)}"
    made = run("customer", "add", name, "--json").json
    found = Place(made["id"], name)
    run("dataset", "add", "people", *found.where, "--schema", "-", stdin=SCHEMA)
    done = run(
        "import", "-", *found.where, "--dataset", "people", "--format", "csv", "--reason", "test", "--json",
        stdin=HEADER + ANA + BEN + ZOE,
    ).json  # fmt: skip
    assert (done["stored"], done["rejected"]) == (3, 0)
    return found


def _find(place: Place, kind: str, value: str, expect: int = 0) -> list[dict[str, object]]:
    done = run(
        "record",
        "find",
        *place.where,
        "--by",
        kind,
        "--reason",
        "ticket 7",
        "--json",
        stdin=value + "\n",
        expect=expect,
    )
    return done.json if done.out else []


def test_a_customer_is_found_by_name_and_by_id(place: Place, troth: Troth) -> None:
    by_name = troth("customer", "show", place.name.upper(), "--json").json
    assert by_name["id"] == place.customer_id
    assert [each["name"] for each in by_name["datasets"]] == ["people"]
    assert place.customer_id in [each["id"] for each in troth("customer", "list", "--json").json]
    troth("customer", "show", "Nobody & Sons", expect=Exit.NOT_FOUND)
    troth("customer", "add", place.name, expect=Exit.CONFLICT)
    troth("customer", "add", " ", expect=Exit.INVALID)


def test_a_dataset_shows_what_is_sealed_and_what_not(place: Place, troth: Troth) -> None:
    shown = troth("dataset", "show", "people", *place.where, "--json").json
    kinds = {field["name"]: field.get("kind", "personal") for field in shown["schema"]["fields"]}
    assert kinds["email"] == "identifier"
    assert kinds["balance"] == "personal"
    assert shown["records"] == 3
    assert [each["name"] for each in troth("dataset", "list", *place.where, "--json").json] == ["people"]
    words = troth("dataset", "show", "people", *place.where).out
    assert "counted by month" in words
    troth("dataset", "add", "bad", *place.where, "--schema", "-", stdin="{", expect=Exit.INVALID)
    troth("dataset", "show", "none", *place.where, expect=Exit.NOT_FOUND)


@pytest.mark.parametrize(
    ("kind", "value"), [("email", "ana@example.COM"), ("phone", "+33199001234"), ("reference", "C-1")]
)
def test_a_person_is_found_by_each_identifier(place: Place, kind: str, value: str) -> None:
    (found,) = _find(place, kind, value)
    assert found["values"]["name"] == "Ana Conceição"  # type: ignore[index]


def test_nobody_found_is_an_empty_answer_and_its_own_exit_code(place: Place) -> None:
    assert _find(place, "email", "nobody@example.com", expect=Exit.NOT_FOUND) == []


def test_a_look_is_logged_with_user_and_reason_as_commitments(place: Place, world: World) -> None:
    from uuid import UUID

    _find(place, "email", "ben@example.org")
    operation, leaf = logged_leaves(UUID(place.customer_id))[-1]
    assert operation == "record.found"
    assert leaf["route"] == "troth record find"
    assert "ticket 7" not in json.dumps(leaf)
    assert "ben@" not in json.dumps(leaf)
    assert "reason" in leaf["commitments"]  # type: ignore[operator]


def test_no_reason_no_look_and_the_refusal_is_logged(place: Place, troth: Troth) -> None:
    from uuid import UUID

    where = ("record", "find", *place.where, "--by", "email")
    troth(*where, stdin="ana@example.com\n", expect=Exit.USAGE)
    done = troth(*where, "--reason", "  ", stdin="ana@example.com\n", expect=Exit.REFUSED)
    assert "access.reason_needed" in done.err
    assert done.out == ""
    assert logged(UUID(place.customer_id))[-1] == "records.find"


def test_an_identifier_in_the_arguments_is_refused_before_anything_happens(place: Place, troth: Troth) -> None:
    where = ("record", "find", *place.where, "--reason", "x")
    troth(*where, "--by", "email", "ana@example.com", expect=Exit.USAGE)
    troth(*where, "--by", "ana@example.com", expect=Exit.INVALID)


def test_a_correction_reads_its_values_from_standard_input(place: Place, troth: Troth) -> None:
    (found,) = _find(place, "reference", "C-3")
    done = troth(
        "record", "correct", str(found["id"]), *place.where, "--reason", "moved",
        "--field", "email", "--field", "age", "--json", stdin="zoe.oeillet@example.net\n68\n",
    ).json  # fmt: skip
    assert sorted(done["fields"]) == ["age", "email"]
    (now,) = _find(place, "email", "zoe.oeillet@example.net")
    assert now["values"]["age"] == 68  # type: ignore[index]
    troth(
        "record",
        "correct",
        str(found["id"]),
        *place.where,
        "--reason",
        "x",
        "--field",
        "age",
        stdin="old\n",
        expect=Exit.INVALID,
    )
    troth("record", "correct", str(found["id"]), *place.where, "--reason", "x", "--field", "age", expect=Exit.USAGE)


def test_a_scan_streams_json_lines_and_keeps_personal_texts_out_of_the_arguments(place: Place, troth: Troth) -> None:
    where = ("record", "scan", *place.where, "--dataset", "people", "--reason", "count")
    lines = troth(*where, "--where", "age >= 40 and balance > 1000").out.splitlines()
    assert [json.loads(line)["values"]["reference"] for line in lines] == ["C-1"]
    assert troth(*where, "--where", 'month = "june"', "--count", "--json").json == {"matched": 2}
    refused = troth(*where, "--where", 'name = "Ana Conceição"', expect=Exit.INVALID)
    assert "cli.personal_argument" in refused.err
    assert troth(*where, "--where", "-", "--count", "--json", stdin='job = "services"').json == {"matched": 1}
    troth(*where, "--where", "age >", expect=Exit.INVALID)


def test_an_export_replaces_identifiers_and_says_what_it_is(place: Place, troth: Troth) -> None:
    where = ("record", "export", *place.where, "--dataset", "people", "--reason", "x", "--purpose", "mailing", "--json")
    fields = ("--recipient", "printer", "--field", "email", "--field", "month")
    done = troth(*where, *fields, "--where", "age > 40").json
    text = Path(done["path"]).read_text(encoding="utf-8")
    assert text.splitlines()[0] == "email,month"
    assert "@" not in text
    assert len(text.splitlines()) == done["rows"] + 1
    assert Path(done["manifest"]).is_file()
    troth(*where, *fields, "--digest", "sha256", expect=Exit.INVALID)
    refused = troth(*where, *fields, "--where", 'email = "ana@example.com"', expect=Exit.INVALID)
    assert "cli.personal_argument" in refused.err


def test_a_subject_is_shown_without_who_it_is(place: Place, troth: Troth) -> None:
    done = troth("subject", "show", *place.where, "--by", "reference", "--reason", "x", "--json", stdin="C-2\n")
    assert "Ben" not in done.out
    assert sorted(done.json["identifiers"]) == ["email", "phone", "reference"]
    troth("subject", "show", *place.where, "--reason", "x", expect=Exit.INVALID)


def test_an_import_is_whole_or_not_at_all(place: Place, troth: Troth, tmp_path: Path) -> None:
    where = ("import", *place.where, "--dataset", "people", "--reason", "test", "--json")
    bad = tmp_path / "bad.csv"
    bad.write_text(HEADER + "C-8,Eve,eve@example.com,,x,30,1,may\nC-9,Max,max@example.com,,x,young,1,may\n")
    refused = troth(*where, str(bad), expect=Exit.INVALID)
    assert "young" not in refused.err
    told = "".join(refused.err.split())
    named = Path(told[told.index("reason:") + len("reason:") : told.index(".jsonl")] + ".jsonl")
    assert '"line":3' in named.read_text(encoding="utf-8").replace(" ", "")
    assert _find(place, "reference", "C-8", expect=Exit.NOT_FOUND) == []
    taken = troth(*where, str(bad), "--max-rejected", "1", "--dry-run").json
    assert (taken["stored"], taken["rejected"], taken["dry_run"]) == (1, 1, True)
    assert _find(place, "reference", "C-8", expect=Exit.NOT_FOUND) == []
    taken = troth(*where, str(bad), "--max-rejected", "1").json
    assert (taken["stored"], taken["rejected"]) == (1, 1)
    assert '"line":3' in Path(taken["rejected_file"]).read_text(encoding="utf-8").replace(" ", "")
    again = troth(*where, str(bad), "--max-rejected", "9", "--on-duplicate", "skip").json
    assert again["stored"] == 0
    troth(*where, str(tmp_path / "none.csv"), expect=Exit.INVALID)
    troth(*where, "-", expect=Exit.INVALID)


def test_accounts_and_keys_come_and_go_without_a_password_being_set(world: World, troth: Troth) -> None:
    where = ("--customer", str(world.customer("Keys")))
    invited = troth("account", "invite", *where, "--role", "owner", "--json", stdin="o@example.com\n").json
    assert "/enrol/" in invited["link"]
    (listed,) = troth("account", "list", *where, "--json").json
    assert (listed["state"], listed["role"], listed["mail"]) == ("invited", "owner", "o@example.com")
    account = listed["id"]
    troth("api-key", "add", *where, "--account", account, "--name", "early", expect=Exit.NOT_FOUND)
    assert troth("account", "reinvite", account, *where, "--json").json["link"] != invited["link"]
    troth("account", "invite", *where, "--role", "emperor", stdin="e@example.com\n", expect=Exit.INVALID)
    troth("account", "invite", *where, "--role", "owner", stdin="o@example.com\n", expect=Exit.CONFLICT)


def test_an_api_key_is_shown_once(world: World, troth: Troth) -> None:
    customer_id = world.customer("Once")
    owner = world.person(customer_id)
    where = ("--customer", str(customer_id))
    made = troth("api-key", "add", *where, "--account", str(owner.account_id), "--name", "robot", "--json").json
    assert made["key"].startswith("troth_")
    listed = troth("api-key", "list", *where, "--json")
    assert made["key"] not in listed.out
    troth("api-key", "revoke", made["id"], *where)
    (now,) = troth("api-key", "list", *where, "--json").json
    assert now["revoked_at"] is not None


def test_the_log_is_shown_exported_and_verified(place: Place, troth: Troth, tmp_path: Path) -> None:
    from troth.audit.sealer import seal_once

    _find(place, "reference", "C-1")
    while seal_once():
        pass
    why = ("--reason", "audit of June")
    shown = troth("log", "show", *place.where, *why, "--json", "--limit", "500").json
    assert {"customer.add", "dataset.added", "record.found"} <= {entry["operation"] for entry in shown}
    opened = [entry["opened"] for entry in shown if entry["operation"] == "record.found"]
    assert any(each.get("reason") == "ticket 7" for each in opened)
    troth("log", "show", *place.where, expect=Exit.REFUSED)
    checkpoint = tmp_path / "checkpoint.txt"
    checkpoint.write_text(troth("log", "checkpoint", *place.where, *why).out, encoding="utf-8")
    while seal_once():
        pass
    bundle = tmp_path / "bundle"
    troth("log", "export", *place.where, *why, "--output", str(bundle))
    troth("log", "export", *place.where, *why, "--output", str(bundle), expect=Exit.CONFLICT)
    assert "It verifies." in troth("log", "verify", str(bundle), "--against", str(checkpoint)).out
    entries = next(bundle.glob("entries-*.jsonl"))
    entries.write_bytes(entries.read_bytes().replace(b'"done"', b'"dome"', 1))
    troth("log", "verify", str(bundle), expect=Exit.REFUSED)
    troth("log", "verify", str(tmp_path), expect=Exit.INVALID)


def test_the_operators_own_log_needs_no_reason(troth: Troth) -> None:
    assert isinstance(troth("log", "show", "--json").json, list)


def test_key_status_says_what_to_worry_about(troth: Troth) -> None:
    seen = troth("key", "status", "--json").json
    assert seen["epoch"] >= 1
    assert len(seen["places"]) == 2
    assert "keys.same_medium" in {alarm["code"] for alarm in seen["alarms"]}
    assert "▲" in troth("key", "status").err


def test_every_listing_survives_a_narrow_terminal_and_a_plain_locale(place: Place, troth: Troth) -> None:
    for arguments in (("customer", "list"), ("dataset", "list", *place.where), ("key", "status")):
        troth(*arguments, COLUMNS="40")
        done = troth(*arguments, PYTHONIOENCODING="ascii:replace", LC_ALL="C")
        assert "\x1b[" not in done.out


def test_a_broken_pipe_is_no_error(place: Place) -> None:
    command = f"{sys.executable} -m troth.cli customer list --json | head -c 1"
    environment = {name: value for name, value in os.environ.items() if name != "TROTH_PROCESS"}
    environment["PYTHONPATH"] = str(ROOT / "src")
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment, check=False)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_person_is_not_erased_without_the_name(place: Place, troth: Troth) -> None:
    where = ("subject", "erase", *place.where, "--by", "reference", "--reason", "asked")
    troth(*where, stdin="C-2\n", expect=Exit.USAGE)
    troth(*where, "--confirm", "Somebody Else", stdin="C-2\n", expect=Exit.USAGE)
    dry = troth(*where, "--dry-run", "--json", stdin="C-2\n").json
    assert dry["goes"]["vault_record"] == 1
    assert len(_find(place, "reference", "C-2")) == 1


def test_a_customer_goes_only_on_a_named_owners_word(place: Place, world: World, troth: Troth) -> None:
    where = ("customer", "delete", place.customer_id, "--reason", "letter of 3 June", "--confirm", place.name)
    troth(*where, expect=Exit.REFUSED)
    stranger = world.person(world.customer("Else"))
    troth(*where, "--on-behalf-of", str(stranger.account_id), expect=Exit.REFUSED)
    assert troth("customer", "show", place.customer_id, "--json").json["state"] == "active"
