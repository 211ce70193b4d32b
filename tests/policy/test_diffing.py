"""What changes between two versions."""

from tests.fixtures.policies import pack_text
from troth.policy.diffing import difference
from troth.policy.lexicon import known
from troth.policy.pack import load
from troth.policy.vocabulary.words import BY_NAME

WITHIN = "erasure.production_within"
OLD = {
    "A-1": f"{WITHIN}: {{at_most: P1D}}",
    "A-2": "audit.kept_for: {at_least: P1Y, at_most: P3Y}",
    "A-3": "residency.storage: {one_of: [FR, DE]}",
    "A-4": "storage.encrypted: {is: false}",
    "A-5": "erasure.backups_within: {at_most: P90D}",
}


def pack(clauses: dict[str, str], version: int = 1) -> "object":
    return load(pack_text(clauses, version=version), known())


def terms(new: dict[str, str], old: dict[str, str] = OLD) -> dict[str, str]:
    """Which terms change, and how."""
    found = difference(pack(old), pack(new, 2), BY_NAME)  # type: ignore[arg-type]  # packs, both
    return {each.term: each.what for each in found.terms}


def test_nothing_changes_between_a_pack_and_itself() -> None:
    found = difference(pack(OLD), pack(OLD, 2), BY_NAME)  # type: ignore[arg-type]  # packs, both
    assert (found.clauses, found.terms, found.loosens) == ((), (), False)


def test_terms_are_tightened_loosened_added_removed() -> None:
    assert terms(OLD | {"A-1": f"{WITHIN}: {{at_most: PT12H}}"}) == {WITHIN: "tightened"}
    assert terms(OLD | {"A-1": f"{WITHIN}: {{at_most: P2D}}"}) == {WITHIN: "loosened"}
    assert terms(OLD | {"A-2": "audit.kept_for: {at_least: P2Y, at_most: P4Y}"}) == {"audit.kept_for": "changed"}
    assert terms(OLD | {"A-2": "audit.kept_for: {at_least: P2Y, at_most: P3Y}"}) == {"audit.kept_for": "tightened"}
    assert terms(OLD | {"A-3": "residency.storage: {one_of: [FR, DE, IE]}"}) == {"residency.storage": "loosened"}
    assert terms(OLD | {"A-3": "residency.storage: {one_of: [FR]}"}) == {"residency.storage": "tightened"}
    assert terms(OLD | {"A-4": "storage.encrypted: {is: true}"}) == {"storage.encrypted": "changed"}
    assert terms({name: told for name, told in OLD.items() if name != "A-5"}) == {"erasure.backups_within": "removed"}
    assert terms(OLD | {"A-6": "storage.places: {at_least: 2}"}) == {"storage.places": "added"}


def test_both_values_and_their_clauses_are_told() -> None:
    new = OLD | {"A-9": f"{WITHIN}: {{at_most: PT6H}}"}
    found = difference(pack(OLD), pack(new, 2), BY_NAME)  # type: ignore[arg-type]  # packs, both
    (change,) = found.terms
    assert (change.before.en, change.after.en) == ("24 h", "6 h")  # type: ignore[union-attr]  # both are told
    assert (change.clauses_before, change.clauses_after) == (("A-1",), ("A-9",))
    assert not found.loosens
    assert difference(pack(new, 2), pack(OLD), BY_NAME).loosens  # type: ignore[arg-type]  # packs, both


def test_clauses_are_added_removed_reworded_and_changed() -> None:
    new = {name: told for name, told in OLD.items() if name != "A-3"} | {"B-1": OLD["A-3"]}
    text = pack_text(new, version=2).replace("We say A-5.", "We promise A-5.")
    text = text.replace(
        "- id: A-4\n        kinds: [declared]\n        audience: [public]",
        "- id: A-4\n        kinds: [declared]\n        audience: [staff]",
    )
    found = difference(pack(OLD), load(text, known()), BY_NAME)  # type: ignore[arg-type]  # packs, both
    assert {each.clause_id: (each.what, each.fields) for each in found.clauses} == {
        "A-3": ("removed", ()),
        "B-1": ("added", ()),
        "A-4": ("changed", ("audience",)),
        "A-5": ("reworded", ("words",)),
    }
    assert found.loosens


def test_from_nothing_everything_is_added() -> None:
    found = difference(None, pack(OLD), BY_NAME)  # type: ignore[arg-type]  # a pack
    assert {each.what for each in found.clauses} == {each.what for each in found.terms} == {"added"}
    assert len(found.clauses) == len(OLD)
