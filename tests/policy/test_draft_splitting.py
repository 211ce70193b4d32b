"""Sentences, lists and titles of self-written policies, and what promises nothing."""

from itertools import pairwise

import pytest
from benchmarks.policy_draft import scoring
from hypothesis import given
from hypothesis import strategies as st

from tests.policy import sixth
from troth.policy.drafting import reading
from troth.policy.drafting.errors import PolicyTooLarge
from troth.policy.drafting.splitting import MAX_UNITS, Rules, Unit, units

FLOOR = 0.80


def _units(text: str, rules: Rules = Rules()) -> list[Unit]:  # noqa: B008 - frozen
    return units(reading.parse(text.encode()), rules)


def _promises(text: str) -> list[str]:
    return [unit.text for unit in _units(text) if unit.judgement.promises]


def test_wrapped_lines_are_one_sentence() -> None:
    first = (
        "Everything that a customer deletes is removed from every production system that we run\nwithin 24 hours of it."
    )
    assert _promises(f"1. Deletion\n{first} Backups follow in time.\n") == [first, "Backups follow in time."]


def test_abbreviations_and_decimals_end_nothing() -> None:
    assert (
        len(_promises("We log names, e.g. of files, at Example Inc. and keep 2.5 GB of logs. We delete the rest.")) == 2
    )


def test_a_list_of_measures_is_one_promise_for_each() -> None:
    found = _promises("We do the following:\n\n- encrypt all stored data;\n- test the code; and\n- scan the hosts.\n")
    assert found == ["encrypt all stored data;", "test the code;", "scan the hosts."]


def test_a_list_of_names_finishes_its_sentence() -> None:
    text = "Files are exchanged with our customers by:\n\n- HTTPS\n- SFTP\n"
    assert _promises(text) == ["Files are exchanged with our customers by:\n\n- HTTPS\n- SFTP"]
    separate = [unit.text for unit in _units(text, Rules(bare_lists=False))]
    assert separate[1:] == ["HTTPS", "SFTP"]


def test_a_sentence_that_points_back_stays_with_the_one_before() -> None:
    text = "Data is copied to a second place. This copy is read only. They never leave the country."
    assert _promises(text) == [
        "Data is copied to a second place. This copy is read only.",
        "They never leave the country.",
    ]


def test_titles_stand_above_their_clauses() -> None:
    text = "1. Access\n\nStaff need a reason.\n\n2. Logs\n\nEvery access is logged.\n"
    assert [unit.titles for unit in _units(text)] == [("Access",), ("Logs",)]


def test_a_title_in_the_line_of_its_paragraph_is_a_title() -> None:
    (unit,) = _units("1.2 Control of Processing. We process data only as instructed by the customer.\n")
    assert unit.titles == ("Control of Processing",)
    assert unit.text == "We process data only as instructed by the customer."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("We take the security of your data very seriously.", "feeling_or_wish"),
        ("Nous comprenons que la confiance se mérite.", "feeling_or_wish"),
        ("This policy describes how we work.", "about_the_document"),
        ("Le présent document décrit nos pratiques.", "about_the_document"),
        ("How do we protect your data?", "question"),
        ("Personal data means information about a person.", "definition"),
        ("Customer acknowledges that no system is perfect.", "speaks_for_others"),
        ("See our website for more.", "about_the_document"),
    ],
)
def test_what_promises_nothing_says_why(text: str, reason: str) -> None:
    (unit,) = _units("Intro line of the text that binds: we delete all data.\n\n" + text + " ")[1:]
    assert not unit.judgement.promises
    assert unit.judgement.reason == reason


@pytest.mark.parametrize("name", sixth.NAMES)
def test_a_policy_that_no_rule_was_made_for_is_split(name: str) -> None:
    document, wanted = sixth.document(name), sixth.wanted(name)
    found = [(unit.start, unit.end) for unit in units(document) if unit.judgement.promises]
    matched = scoring.matches(document.text, found, [(each.start, each.end) for each in wanted])
    score = scoring.Score(len(matched), len(found), len(wanted))
    assert score.f1 >= FLOOR, score


@given(st.text(alphabet=st.sampled_from(list("aZé .;:!?\n-•1#*\"'()[]’\t")), max_size=400))
def test_units_are_in_order_apart_and_exact(text: str) -> None:
    document = reading.Document(text, "txt", "")
    found = units(document)
    for unit in found:
        assert document.text[unit.start : unit.end] == unit.text
        assert unit.text.strip() == unit.text
    for one, other in pairwise(found):
        assert one.end <= other.start


def test_hostile_texts_end() -> None:
    assert units(reading.parse(b"A" * 300_000))
    assert units(reading.parse(b"A and B of " * 20_000))
    assert units(reading.parse(b"x" + b" " * 300_000 + b"y"))
    assert units(reading.parse(b"1." * 100_000 + b"a"))
    with pytest.raises(PolicyTooLarge):
        units(reading.parse(b"We delete data. " * (MAX_UNITS + 1)))
