"""The draft as a whole: controls, terms, the pack that is written, and that it is the same each time."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml
from benchmarks.policy_draft import scoring
from benchmarks.policy_draft.scoring import Score

from tests.policy import sixth
from troth.cli import drafting
from troth.kernel.errors import TrothError
from troth.policy import pack
from troth.policy.drafting import marks, reading, writing
from troth.policy.drafting.draft import Draft, Drafting
from troth.policy.drafting.errors import NoPromises
from troth.policy.drafting.knowledge import Knowledge
from troth.policy.lexicon import known

FLOORS = {"controls": 0.80, "precision": 0.85, "recall": 0.85}
ROOT = Path(__file__).resolve().parents[2]


@cache
def _knowledge() -> Knowledge:
    return drafting.knowledge()


@cache
def _drafting() -> Drafting:
    return Drafting(_knowledge())


def _draft(text: str) -> Draft:
    return _drafting().draft(reading.parse(text.encode()))


def _scores(name: str) -> tuple[Score, Score]:
    """Controls and terms of the promises that were found in one of our own policies."""
    document, wanted = sixth.document(name), sixth.wanted(name)
    clauses = list(_drafting().draft(document).clauses)
    matched = scoring.matches(
        document.text, [(each.start, each.end) for each in clauses], [(each.start, each.end) for each in wanted]
    )
    controls, terms = Score(), Score()
    for clause in clauses:
        at = matched.get((clause.start, clause.end))
        if at is None:
            continue
        right = next(each for each in wanted if (each.start, each.end) == at)
        if right.controls:
            controls.add(
                scoring.ranked(clause.id, [each.control for each in clause.candidates], right.controls, most=3)
            )
        terms.add(scoring.terms(clause.id, {each.term: each.constraint for each in clause.terms}, right.terms))
    return controls, terms


@pytest.mark.parametrize("name", sixth.NAMES)
def test_the_right_control_is_among_the_first_three(name: str) -> None:
    controls, _ = _scores(name)
    assert controls.recall >= FLOORS["controls"], controls.missed


def test_the_terms_of_our_own_policies_are_exact() -> None:
    whole = Score()
    for name in sixth.NAMES:
        whole.add(_scores(name)[1])
    assert whole.precision >= FLOORS["precision"], whole.missed
    assert whole.recall >= FLOORS["recall"], whole.missed


@pytest.mark.parametrize("name", sixth.NAMES)
def test_every_position_is_exact(name: str) -> None:
    draft = _drafting().draft(sixth.document(name))
    for clause in draft.clauses:
        assert draft.document.text[clause.start : clause.end] == clause.words
        for term in clause.terms:
            assert 0 <= term.start < term.end <= len(clause.words)


@pytest.mark.parametrize(
    ("text", "term", "limit"),
    [
        ("Within 24 hours of a deletion, nothing of it is left in production.", "erasure.production_within", "P1D"),
        ("Les sauvegardes mensuelles sont conservées pendant 6 mois.", "backups.monthly_kept_for", "P6M"),
        ("Servers are patched every month.", "operations.servers_patched_every", "P1M"),
    ],
)
def test_terms_are_found(text: str, term: str, limit: str) -> None:
    (clause,) = _draft(text).clauses
    assert (term, limit) in [(each.term, each.written[0][1]) for each in clause.terms]


def test_both_bounds_of_a_password() -> None:
    (clause,) = _draft("A password has 12 characters minimum and less than 20 characters.").clauses
    (term,) = clause.terms
    assert term.term == "access.password.length"
    assert term.written == (("at_least", "12"), ("at_most", "19"))


def test_a_declared_negative_obliges_to_nothing() -> None:
    (clause,) = _draft("Data at rest is not encrypted.").clauses
    assert clause.terms == ()


def test_evidence_is_words_of_the_clause() -> None:
    for clause in _drafting().draft(sixth.document("sixth.en.md")).clauses:
        for candidate in clause.candidates:
            assert 0 <= candidate.confidence < 1
            assert all(word in clause.words for word in candidate.because)


def test_what_nothing_covers_is_declared_and_listed() -> None:
    draft = _draft("We water the office plants on sunny Tuesdays.")
    (clause,) = draft.uncovered
    assert clause.kinds == ("declared",)
    assert "NOTHING COVERS" in writing.pack_yaml(draft, pack="plants")


def test_a_text_without_a_promise_is_refused() -> None:
    with pytest.raises(NoPromises):
        _draft("We care.")


@pytest.mark.parametrize("name", sixth.NAMES)
def test_the_pack_is_valid_and_its_marks_are_reported(name: str) -> None:
    text = writing.pack_yaml(_drafting().draft(sixth.document(name)), pack="ours")
    made = pack.load(text)
    assert made.id == "ours"
    everything = known({each.id: each.terms for each in _knowledge().controls})
    with pytest.raises(pack.PackInvalid) as raised:
        pack.load(text, everything)
    lines = text.split("\n")
    for fault in raised.value.faults:
        assert "still to be" in fault.why
        assert any(mark in lines[fault.line - 1] for mark in (*marks.UNTRANSLATED.values(), *marks.UNSAID.values()))
    finished = text
    for mark in (*marks.UNTRANSLATED.values(), *marks.UNSAID.values()):
        finished = finished.replace(f'"{mark}"', '"Said."')
    assert len(list(pack.load(finished, everything).clauses)) == len(list(made.clauses))


@pytest.mark.parametrize(
    "words",
    [
        'We delete "everything": {a: [b]} # not a comment\\n',
        "We delete & *anchor !tag | > % @ ` all data.",
        "We delete\u202e all\u200b data\u0085now\ufeff of Ltd.",
        "We delete all data " + "very " * 900 + "soon.",
        "'We delete' all 'data'... --- all of it.",
    ],
)
def test_no_word_of_a_document_becomes_yaml(words: str) -> None:
    draft = _draft("# Title: [x]\n\n" + words)
    text = writing.pack_yaml(draft, pack="ours")
    made = pack.load(text)
    assert len(list(made.clauses)) == len(list(draft.clauses))
    assert yaml.safe_load(text)["pack"] == "ours"


def _run(*arguments: str, seed: str = "0") -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(
        [sys.executable, "-c", _COMMAND, *arguments], capture_output=True, text=True, check=False, env=environment
    )


_COMMAND = "import typer; from troth.cli import drafting; typer.run(drafting.draft)"


def test_the_same_text_gives_the_same_draft() -> None:
    file = str(sixth.FOLDER / "sixth.fr.txt")
    one, other = _run(file, seed="1"), _run(file, seed="77")
    assert one.returncode == 0, one.stderr
    assert one.stdout == other.stdout


def test_the_command_writes_a_new_file_only(tmp_path: Path) -> None:
    target = tmp_path / "ours.yaml"
    file = str(sixth.FOLDER / "sixth.en.md")
    done = _run(file, "-o", str(target), "--pack", "ours")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert pack.load(target).id == "ours"
    before = target.read_bytes()
    assert _run(file, "-o", str(target)).returncode != 0
    assert target.read_bytes() == before


def test_json_says_everything() -> None:
    done = _run(str(sixth.FOLDER / "sixth.en.md"), "--json")
    told = yaml.safe_load(done.stdout)
    text = sixth.document("sixth.en.md").text
    for section in told["sections"]:
        for clause in section["clauses"]:
            assert text[clause["start"] : clause["end"]] == clause["words"]
    assert told["promises_nothing"]


def test_a_bad_id_is_refused() -> None:
    with pytest.raises(TrothError):
        drafting.draft(sixth.FOLDER / "sixth.en.md", pack="No Such")
