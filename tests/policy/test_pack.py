"""Reading a pack: what is taken, and what is refused with its line and column."""

import json
import time
import unicodedata
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from troth.policy import nodes
from troth.policy.constraints import Choice, Term, Words
from troth.policy.errors import PackInvalid
from troth.policy.pack import Known, canonical, digest, load

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
T = Words("A term", "Un terme")
KNOWN = Known(
    terms={
        term.name: term
        for term in (
            Term(name="erasure.production_within", kind="duration", title=T),
            Term(name="access.length", kind="count", title=T),
            Term(name="residency.storage", kind="countries", title=T),
            Term(name="storage.encrypted", kind="flag", title=T),
            Term(name="storage.kinds", kind="choices", title=T, choices=("block", "object")),
        )
    },
    topics=frozenset({"training"}),
    controls={"erased_data_leaves_production": ("erasure.production_within",)},
)
PACK = """\
pack: agency
version: 1
title: {en: "Security policy", fr: "Politique de sécurité"}
operator: {en: "A campaign agency", fr: "Une agence de campagnes"}
sections:
  - id: "4"
    title: {en: Deletion, fr: Suppression}
    clauses:
      - id: A-4b
        kinds: [enforced, probed]
        audience: [public]
        words: {en: "Within 24 hours nothing is left.", fr: "En 24 heures il ne reste rien."}
        controls: [erased_data_leaves_production]
        terms: {erasure.production_within: {at_most: P1D}}
"""


def test_a_pack_is_read_and_its_canonical_text_says_the_same() -> None:
    pack = load(PACK, KNOWN)
    assert [clause.id for clause in pack.clauses] == ["A-4b"]
    assert load(canonical(pack), KNOWN) == pack
    assert canonical(load(canonical(pack))) == canonical(pack)


def faults(text: str | bytes) -> list[str]:
    """What `load` says is wrong, as lines."""
    with pytest.raises(PackInvalid) as raised:
        load(text, KNOWN)
    return [str(each) for each in raised.value.faults]


TERMS = "{erasure.production_within: {at_most: P1D}}"


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("pack: agency", "pack: Agency!", "line 1, column 7: the pack's id can't be “Agency!”"),
        ("version: 1", "version: 01", "line 2, column 10: the version is a whole number from 1"),
        ("version: 1", "version: 1.5", "line 2, column 10: the version is a whole number from 1"),
        ("version: 1", "version: -1", "line 2, column 10"),
        ("version: 1\n", "", "line 1, column 1: a pack lacks the field “version”"),
        (', fr: "Politique de sécurité"', "", "line 3, column 8: the pack's title lacks the field “fr”"),
        ('"Politique de sécurité"', '" "', "line 3, column 36: the pack's title (fr) is a text, and not an empty one"),
        ("kinds: [enforced, probed]", "kinds: [enforced, hoped]", "knows enforced, probed, attested, declared, not"),
        ("kinds: [enforced, probed]", "kinds: []", "line 10, column 16: kinds is a list, and not an empty one"),
        ("kinds: [enforced, probed]", "kinds: [probed, probed]", "stands in kinds twice"),
        ("kinds: [enforced, probed]", "kinds: [attested]", "names no control attested.<topic>"),
        ("audience: [public]", "audience: [everyone]", "line 11, column 20: audience knows public, customers, staff"),
        ("controls: [erased_data_leaves_production]", "controls: []", "A-4b is enforced, but names no control that is"),
        ("[erased_data_leaves_production]", "[erased_data_leaves_producton]", "did you mean “erased_data_leaves_pro"),
        ("[erased_data_leaves_production]", "[attested.training]", "attested is not among its kinds"),
        (
            "[erased_data_leaves_production]",
            "[attested.trainings]",
            "no topic of attestation “trainings”; did you mean",
        ),
        (TERMS, "{erasure.soon: {at_most: P1D}}", "line 14, column 17: there is no term “erasure.soon”"),
        (TERMS, "{erasure.production_within: {at_least: P1D}}", "this term takes at_most, not “at_least”"),
        (TERMS, "{erasure.production_within: {at_most: inf}}", "“inf” is no duration"),
        (TERMS, "{erasure.production_within: {at_most: 24}}", "“24” is no duration"),
        (TERMS, "{erasure.production_within: {at_most: P0D}}", "it must be longer than nothing"),
        (TERMS, "{erasure.production_within: {at_most: [P1D]}}", "at_most is one value"),
        (TERMS, "{erasure.production_within: P1D}", "a limit is written {at_most: …}"),
        (TERMS, "{erasure.production_within: {at_most: P1D, at_most: P2D}}", "“at_most” stands here twice"),
        (TERMS, "[erasure.production_within]", "terms is a record"),
        (TERMS, "{access.length: {at_least: 1e9}}", "“1e9” is no count"),
        (TERMS, "{access.length: {at_least: -3}}", "“-3” is no count"),
        (TERMS, "{access.length: {at_least: 20, at_most: 12}}", "nothing can satisfy it"),
        (TERMS, "{residency.storage: {one_of: [FRA]}}", "“FRA” is no country"),
        (TERMS, "{residency.storage: {one_of: [FR, FR]}}", "one_of names something twice"),
        (TERMS, "{residency.storage: {one_of: []}}", "one_of is a list, and not an empty one"),
        (TERMS, "{residency.storage: {one_of: [FR], all_of: [DE]}}", "nothing can satisfy it"),
        (TERMS, "{storage.encrypted: {is: yes}}", "it is true or false"),
        (TERMS, "{storage.kinds: {one_of: [blok]}}", "did you mean “block”?"),
        (TERMS, "{storage.kinds: {one_of: [{}]}}", "each item is one word"),
        ("id: A-4b", "id: A--4b", "the clause's id can't be “A--4b”"),
        ("id: A-4b", "id: " + "A" * 41, "the clause's id is longer than 40 characters"),
        ('words: {en: "Within', 'word: {en: "Within', "a clause has no field “word”"),
        ('words: {en: "Within', 'words: {de: "So", en: "Within', "has no field “de”"),
        ("sections:\n", "sections: none\nextra:\n", "sections is a list"),
    ],
)
def test_every_fault_is_told_with_its_place(was: str, becomes: str, fault: str) -> None:
    assert was in PACK
    found = faults(PACK.replace(was, becomes, 1))
    assert any(fault in each for each in found), found


def test_all_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    broken = PACK.replace("version: 1", "version: x").replace("[public]", "[all]").replace("P1D", "soon")
    found = faults(broken)
    assert [each.split(",")[0] for each in found] == ["line 2", "line 11", "line 14"]


def test_an_id_is_one_clauses_whatever_its_case() -> None:
    clause = PACK[PACK.index("      - id: A-4b") :]
    assert "another clause has the id “a-4B” (on line 9)" in faults(PACK + clause.replace("A-4b", "a-4B"))[0]
    section = PACK[PACK.index('  - id: "4"') :]
    found = faults(PACK + section.replace("A-4b", "A-5"))
    assert "another section has the id “4” (on line 6)" in found[0]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"", "line 1, column 1: the file is empty"),
        (b"# only a comment\n", "the file is empty"),
        (b"[]", "a pack is a record"),
        (b"just words", "a pack is a record"),
        (b"pack: \xff\xfe", "line 1, column 7: this is no UTF-8"),
        ("pack: agency".encode("utf-16"), "this is no UTF-8"),
        (b"pack: a\x00b", "line 1, column 8: the character U+0000 can't be seen"),
        ("a: b\nwords: access\u202edetpyrcne".encode(), "line 2, column 14: the character U+202E can't be seen"),
        ("pack: a\u200bgency".encode(), "U+200B"),
        ("pack: a\u00adb".encode(), "U+00AD"),
        (b"a: \x1b[31mred", "U+001B"),
        (b"a: &x [1]\nb: *x", "line 1, column 4: anchors (&) and aliases (*)"),
        (b"a: *x", "anchors (&) and aliases (*)"),
        (b"a: !!python/object/apply:os.system [id]", "line 1, column 4: a tag (!)"),
        (b"a: !!int 1", "a tag (!)"),
        (b"%YAML 1.1\n---\na: 1", "a directive (%)"),
        (b"a: 1\n---\nb: 2", "a pack is one document"),
        (b"a: 1\na: 2", "line 2, column 1: “a” stands here twice (first on line 1)"),
        (b"? [a]\n: 1", "the name of a field is a plain word"),
        (b"<<: {a: 1}", "a pack has no field “<<”"),
        (b"a: [1, 2", "this is no YAML"),
        (b"a: 'x\n", "this is no YAML"),
        (b"\ta: 1", "line 1, column 1: a tab has no place"),
        (b"a: " + b"[" * 100 + b"]" * 100, "nested deeper than"),
        (b"a: [" + b"x," * 60_000 + b"]", "more than 50000 pieces"),
        (b"a: " + b"x" * 1_100_000, "the file is larger than 1024 KiB"),
    ],
    ids=lambda given: repr(given[:30]),
)
def test_a_hostile_file_is_refused_at_its_place(text: bytes, fault: str) -> None:
    found = faults(text)
    assert any(fault in each for each in found), found


def test_a_billion_laughs_are_not_laughed() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghi")
    )
    began = time.monotonic()
    assert "anchors" in faults(bomb)[0]
    assert time.monotonic() - began < 1


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    began = time.monotonic()
    with pytest.raises(PackInvalid, match="larger than"):
        load(path, KNOWN)
    assert time.monotonic() - began < 1


def test_scalars_are_texts_and_norway_is_no_denial() -> None:
    text = PACK.replace(TERMS, "{residency.storage: {one_of: [NO, FR]}}").replace('id: "4"', "id: 1.10")
    pack = load(text, KNOWN)
    assert pack.sections[0].id == "1.10"
    assert pack.clause("A-4b").terms["residency.storage"] == Choice(one_of=frozenset({"NO", "FR"}))  # type: ignore[union-attr]  # it is there


def test_words_are_compared_in_one_form() -> None:
    apart = PACK.replace("sécurité", unicodedata.normalize("NFD", "sécurité"))
    assert digest(load(apart, KNOWN)) == digest(load(PACK, KNOWN))
    assert digest(load("\ufeff" + PACK.replace("\n", "\r\n"), KNOWN)) == digest(load(PACK, KNOWN))


def test_french_spaces_and_typography_are_seen() -> None:
    text = PACK.replace("Nothing", "x").replace(
        "En 24 heures il ne reste rien.", "En 24\u202fh\u00a0: il n’en reste « rien »…"
    )
    assert "24\u202fh" in load(text, KNOWN).clause("A-4b").words.fr  # type: ignore[union-attr]  # it is there


def test_the_canonical_text_and_its_digest_never_change() -> None:
    vector = json.loads((VECTORS / "policy-pack.json").read_text(encoding="utf-8"))
    pack = load(VECTORS / "policy-pack.yaml")
    assert canonical(pack).decode() == vector["canonical"]
    assert digest(pack) == vector["digest"]
    assert digest(load(vector["canonical"])) == vector["digest"]


def test_without_knowledge_names_are_taken_as_they_are() -> None:
    text = PACK.replace("[erased_data_leaves_production]", "[gone_since]").replace("erasure.", "gone.")
    kept = load(text)
    assert load(canonical(kept)) == kept


@pytest.mark.parametrize("text", [PACK, "a: [1", "a: &x 1", "a: 1\na: 2", "x: !t 1", "", "a: {b: [c, {d: e}]}"])
def test_both_parsers_of_yaml_read_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def outcome() -> object:
        try:
            return nodes.read(text)
        except PackInvalid as error:
            return len(error.faults)

    fast = outcome()
    monkeypatch.setattr(nodes, "_LOADER", yaml.SafeLoader)
    assert outcome() == fast


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_comes_it_is_a_pack_or_refused(raw: bytes) -> None:
    with suppress(PackInvalid):
        load(raw, KNOWN)


@given(st.data())
def test_a_damaged_pack_is_a_pack_or_refused(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(PACK) - 1))
    length = data.draw(st.integers(0, 12))
    with suppress(PackInvalid):
        load(PACK[:place] + data.draw(st.text(max_size=5)) + PACK[place + length :], KNOWN)
