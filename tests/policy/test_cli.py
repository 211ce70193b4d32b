"""`troth policy`, as a process of its own: lint, diff, simulate, activate, history, terms, agree, template."""

from pathlib import Path

import pytest

from tests.cli.conftest import Troth, troth
from tests.fixtures.policies import pack_text
from tests.fixtures.world import World
from troth.cli.exits import Exit
from troth.policy import queries

__all__ = ["troth"]

WITHIN = "erasure.production_within"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An operator's own pack."""
    path = tmp_path / "ours.yaml"
    path.write_text(pack_text({"P-1": f"{WITHIN}: {{at_most: PT6H}}"}, pack="ours"), encoding="utf-8")
    return path


def test_an_own_pack_from_its_template_to_force(no_policy: None, troth: Troth, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    troth("policy", "template", "--output", str(path))
    assert "already" in troth("policy", "template", "--output", str(path), expect=Exit.CONFLICT).err
    assert troth("policy", "lint", str(path), "--json").json["valid"]
    done = troth("policy", "activate", str(path), "--reason", "our first policy", "--yes", "--json").json
    assert done["pack"] == "ours"
    assert queries.in_force().id == "ours"  # type: ignore[union-attr]  # it was activated just now
    (decided,) = troth("policy", "history", "--json").json
    assert (decided["reason"], decided["state"]) == ("our first policy", "in_force")
    listed = troth("policy", "list", "--json").json
    assert [each["in_force"] for each in listed["kept"]] == [True]
    assert {"agency", "network"} <= set(listed["shipped"])
    assert troth("policy", "show", "--json").json["pack"] == "ours"
    assert "P-1" in troth("policy", "show", "--language", "fr").out


def test_lint_names_line_and_column_and_needs_no_platform(troth: Troth, own: Path) -> None:
    own.write_text(own.read_text(encoding="utf-8").replace("[declared]", "[enforced]").replace("PT6H", "inf"))
    done = troth("policy", "lint", str(own), expect=Exit.INVALID, TROTH_HOME="/nonexistent")
    assert f"{own}:10:16: P-1 is enforced" in done.out
    assert "“inf” is no duration" in done.out
    found = troth("policy", "lint", str(own), "--json", expect=Exit.INVALID).json
    assert not found["valid"]
    assert {"line", "column", "why"} <= set(found["faults"][0])


def test_lint_tells_clauses_that_exclude_each_other(troth: Troth, own: Path) -> None:
    own.write_text(pack_text({"P-1": "audit.kept_for: {at_most: P1Y}", "P-2": "audit.kept_for: {at_least: P2Y}"}))
    done = troth("policy", "lint", str(own), expect=Exit.CONFLICT)
    assert "P-1 and P-2 exclude each other" in done.err


def test_without_confirmation_nothing_comes_into_force(no_policy: None, troth: Troth, own: Path) -> None:
    done = troth("policy", "activate", str(own), "--reason", "try", expect=Exit.USAGE)
    assert "Nothing was changed" in done.err
    troth("policy", "activate", str(own), "--reason", "try", "--dry-run")
    troth("policy", "activate", str(own), "--yes", expect=Exit.USAGE)
    assert queries.in_force() is None
    assert queries.versions() == []


def test_a_difference_and_a_simulation_are_shown(world: World, no_policy: None, troth: Troth, own: Path) -> None:
    world.person(world.customer())
    troth("policy", "activate", "agency", "--reason", "begin", "--yes")
    changed = troth("policy", "diff", "network", "--json").json
    assert "A-4b" in {each["clause_id"] for each in changed["clauses"] if each["what"] == "removed"}
    told = troth("policy", "diff", str(own), "--json").json
    assert told["tightened"] == [WITHIN]
    (within,) = [each for each in told["terms"] if each["term"] == WITHIN]
    assert (within["what"], within["before"]["en"], within["after"]["en"]) == ("tightened", "24 h", "6 h")
    (back,) = [
        each for each in troth("policy", "diff", str(own), "agency", "--json").json["terms"] if each["term"] == WITHIN
    ]
    assert (back["what"], back["before"]["en"], back["after"]["en"]) == ("loosened", "6 h", "24 h")
    assert "one pack, or two" in troth("policy", "diff", "agency", "cloud", "network", expect=Exit.USAGE).err
    found = troth("policy", "simulate", "network", "--json").json
    assert found["against"] == "agency 1"
    assert "passwords_are_hashed" in {each["why"] for each in found["unknown"]}
    assert "stored as hashes" in troth("policy", "simulate", "network").err
    assert queries.in_force().id == "agency"  # type: ignore[union-attr]  # it was activated above


def test_an_effective_date_is_kept(no_policy: None, troth: Troth, own: Path) -> None:
    troth("policy", "activate", str(own), "--reason", "later", "--effective", "2099-01-01", "--yes")
    assert queries.in_force() is None
    (decided,) = troth("policy", "history", "--json").json
    assert (decided["state"], decided["effective_at"]) == ("waiting", "2099-01-01T00:00:00Z")
    done = troth("policy", "activate", str(own), "--reason", "x", "--effective", "2001-01-01", "--yes", expect=None)
    assert "lies in the past" in done.err
    assert done.code == Exit.INVALID


def test_terms_and_agreements(world: World, no_policy: None, troth: Troth, own: Path, tmp_path: Path) -> None:
    troth("policy", "activate", str(own), "--reason", "begin", "--yes")
    customer = str(world.customer())
    path = tmp_path / "agreement.yaml"
    path.write_text(f"reference: MSA 7\nterms:\n  {WITHIN}: {{at_most: PT2H}}\n")
    told = troth("policy", "agree", customer, str(path), "--json").json
    assert told["agreements"][0]["reference"] == "MSA 7"
    rows = {each["term"]: each for each in troth("policy", "terms", "--customer", customer, "--json").json}
    assert rows[WITHIN]["value"] == "2 h"
    assert rows[WITHIN]["derivation"] == "2 h: 6 h, from clause P-1; the agreement with this customer says 2 h"
    assert rows["storage.encrypted"]["derivation"] is None
    assert "6 h, de la clause P-1" in troth("policy", "terms", "--language", "fr").out
    path.write_text(f"reference: MSA 7\nterms:\n  {WITHIN}: {{at_least: P9D}}\n")
    assert "takes at_most" in troth("policy", "agree", customer, str(path), expect=Exit.INVALID).err
    assert len(troth("policy", "agree", customer, "--json").json["agreements"]) == 1


def test_what_is_not_there_is_said(no_policy: None, troth: Troth) -> None:
    assert "policy.no_such_pack" in troth("policy", "simulate", "nothing", expect=Exit.NOT_FOUND).err
    assert "policy.no_such_pack" in troth("policy", "simulate", "nothing.yaml", expect=Exit.NOT_FOUND).err
    done = troth("policy", "show", "agency", "--version", "7", expect=Exit.NOT_FOUND)
    assert "policy.no_such_version" in done.err
    assert troth("policy", "history", "--json").json == []
    assert "nothing is promised yet" in troth("policy", "show").out
