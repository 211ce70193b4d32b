"""Durations, rhythms, counts and shares, in both languages; and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.policy import durations
from troth.policy.drafting import places
from troth.policy.drafting.quantities import duration, number, quantities


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Within 24 hours of it", [("span", "P1D", "at_most")]),
        ("dans un délai de trente jours", [("span", "P30D", "at_most")]),
        ("conservées pendant 6 mois", [("span", "P6M", "at_least")]),
        ("sous 72 heures", [("span", "P3D", "at_most")]),
        ("not kept longer than 13 months", [("span", "P13M", "at_most")]),
        ("retained for 30 (thirty) days", [("span", "P30D", "at_least")]),
        ("at least two years", [("span", "P2Y", "at_least")]),
        ("verified at least every 60 days", [("rhythm", "P60D", "at_most")]),
        ("tous les 60 jours", [("rhythm", "P60D", "at_most")]),
        ("une fois par an", [("rhythm", "P1Y", "at_most")]),
        ("twice a year", [("rhythm", "P6M", "at_most")]),
        ("every\nnight", [("rhythm", "P1D", "at_most")]),
        ("a quarterly review", [("rhythm", "P3M", "at_most")]),
        ("sauvegarde hebdomadaire", [("rhythm", "P7D", "at_most")]),
        ("12 characters minimum and less than 20", [("count", "12", "at_least"), ("count", "19", "at_most")]),
        ("de 8 à 64 caractères", [("count", "8", "at_least"), ("count", "64", "at_most")]),
        ("no more than 10 attempts", [("count", "10", "at_most")]),
        ("more than 8 characters", [("count", "9", "at_least")]),
        ("moins de 10 tentatives", [("count", "9", "at_most")]),
        ("watched 24/7", [("count", "7", "at_least"), ("count", "24", "at_least")]),
        ("no more than 50 % of it", [("count", "50", "at_most")]),
        ("in several locations", [("count", "2", "at_least")]),
        ("chez un autre fournisseur", [("count", "2", "at_least")]),
        ("ISO 27001 certification and a SOC 2 report", []),
        ("see section 4 below", []),
        ("in Q2 2018", []),
        ("the 90s", []),
        ("0 days", []),
    ],
)
def test_what_is_said(text: str, wanted: list[tuple[str, str, str]]) -> None:
    assert [(each.sort, each.value, each.side) for each in quantities(text)] == wanted


@given(st.integers(1, 999), st.sampled_from(["hour", "day", "week", "month", "year", "heure", "jour", "semaine", "an"]))
def test_every_duration_reads_back(amount: int, unit: str) -> None:
    text = f"It is gone within {amount} {unit}s, at the latest"
    (found,) = quantities(text)
    assert found.side == "at_most"
    assert text[found.start : found.end] == f"within {amount} {unit}s"
    if durations_allow(found.value):
        assert durations.parse(found.value, "at_most") > durations.parse("PT1S", "at_most")


def durations_allow(value: str) -> bool:
    try:
        durations.parse(value, "at_most")
    except ValueError:
        return False
    return True


@given(st.integers(1, 99_999))
def test_months_stay_months(amount: int) -> None:
    assert duration(amount, "month") == f"P{amount}M"
    assert duration(amount, "day") == f"P{amount}D"


@given(st.text(max_size=300))
def test_no_text_brings_it_down_and_positions_are_its_own(text: str) -> None:
    found = quantities(text)
    for each in found:
        assert 0 <= each.start < each.end <= len(text)
    assert found == quantities(text)
    for codes, start, end in places.countries(text):
        assert codes
        assert 0 <= start < end <= len(text)


@given(st.text(max_size=20))
def test_a_number_is_whole_or_none(text: str) -> None:
    found = number(text)
    assert found is None or found >= 0


def test_large_numbers_with_separators() -> None:
    assert number("1 000") == 1_000
    assert number("12,000") == 12_000


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("in France only", [("FR",)]),
        ("aux Pays-Bas et en Irlande", [("NL",), ("IE",)]),
        ("outside of the EU", [places.UNION]),
        ("dans l’Espace économique européen", [places.AREA]),
        ("the EU General Data Protection Regulation", []),
        ("the frankly nice spainless day", []),
    ],
)
def test_countries(text: str, codes: list[tuple[str, ...]]) -> None:
    assert [each for each, *_ in places.countries(text)] == codes


@pytest.mark.parametrize(
    "text",
    ["Logs are kept between 12 and 24 months.", "Les journaux sont gardés entre 12 et 24 mois."],
)
def test_a_range_of_time_sets_both_bounds(text: str) -> None:
    assert [(each.side, each.value) for each in quantities(text)] == [("at_least", "P12M"), ("at_most", "P24M")]


@pytest.mark.parametrize(
    "text",
    [
        "Weekly backups are kept for two months.",
        "Les sauvegardes hebdomadaires sont conservées deux mois.",
    ],
)
def test_the_name_of_a_kind_of_backup_is_no_rhythm(text: str) -> None:
    assert [(each.sort, each.value) for each in quantities(text)] == [("span", "P2M")]


def test_backups_that_are_made_have_a_rhythm() -> None:
    assert [(each.sort, each.value) for each in quantities("We make daily backups.")] == [("rhythm", "P1D")]


@pytest.mark.parametrize(
    ("text", "firm"),
    [
        ("No copy is held for longer than 10 years.", True),
        ("Copies are kept at least 10 years.", True),
        ("Les copies sont gardées dix ans au plus.", True),
        ("Copies are kept for 10 years.", False),
    ],
)
def test_words_that_leave_no_doubt_of_the_side(text: str, firm: bool) -> None:
    (found,) = quantities(text)
    assert found.firm is firm
