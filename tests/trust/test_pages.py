"""What the page says of statements made by hand: every state, every miss, both languages, five packs."""

import gzip
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.utils import translation

import troth.console
from tests.trust import samples
from troth.promises.statement import Statement, TermLine
from troth.trust import assets, marks, pages, strips, views
from troth.trust.views import Asked
from troth_judge.words import LANGUAGES

LARGEST = 100_000
VOID = {"meta", "link", "br", "input", "path", "rect", "circle", "use"}


class Parsed(HTMLParser):
    """A page, strictly: every element closed, every id once, every link inside known."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.inner: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.faults: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.attributes.append((tag, name, value))
            if name == "id" and value:
                self.ids.append(value)
            if name in {"href", "aria-labelledby"} and value and (name != "href" or value.startswith("#")):
                self.inner.append(value.removeprefix("#"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(f"</{tag}> closes nothing")


def rendered(statement: Statement, *, named: bool = False) -> str:
    how = Asked(statement.language, named, "https://localhost")
    return views._html("page", how, views._page(how, statement)).body.decode()


def clause_page(statement: Statement, clause_id: str) -> str:
    how, line = Asked(statement.language, False, "https://localhost"), statement.line(clause_id)
    assert line is not None
    return views._html("clause", how, views._clause(how, statement, line)).body.decode()


SAMPLES: dict[str, Callable[[], Statement]] = {
    "seven": samples.seven,
    "many": samples.many_misses,
    "untouched": samples.untouched,
    "none": samples.no_policy,
    **{
        f"{name}-{language}": partial(samples.of_pack, name, language)
        for name in samples.PACKS
        for language in LANGUAGES
    },
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_is_whole_light_and_asks_nobody_else(name: str) -> None:
    statement = SAMPLES[name]()
    text = rendered(statement)
    found = Parsed(text)
    assert not found.faults
    assert not found.open
    assert len(found.ids) == len(set(found.ids))
    assert set(found.inner) <= set(found.ids)
    for line in statement.lines():
        assert line.clause_id in found.ids
    assert not [each for each in found.attributes if each[1] == "style" or each[1].startswith("on")]
    assert "<script" not in text
    assert "<style" not in text
    loading = {("link", "href"), ("img", "src"), ("script", "src"), ("iframe", "src")}
    loaded = [value for tag, attribute, value in found.attributes if (tag, attribute) in loading]
    assert all(value and value.startswith("/") and not value.startswith("//") for value in loaded)
    fonts = (Path(troth.console.__path__[0]) / "static" / "console").glob("*.woff2")
    weight = len(gzip.compress(text.encode())) + len(assets._stylesheet()[1]) + sum(len(f.read_bytes()) for f in fonts)
    assert weight < LARGEST


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_promise_stands_there_in_its_own_words(language: str) -> None:
    from django.utils.html import escape

    for name in samples.PACKS:
        statement = samples.of_pack(name, language)  # type: ignore[arg-type]
        text = rendered(statement)
        for line in statement.lines():
            assert escape(line.words) in text
        assert f'<html lang="{language}">' in text


def test_each_state_has_its_colour_its_shape_and_its_word() -> None:
    text = rendered(samples.seven())
    with translation.override("en"):
        for state, name in marks.MARKS.items():
            shape = f'<svg class="mark {name}" aria-hidden="true"><use href="#m-{name}"/></svg>'
            assert f'class="state {name}">{shape}<b>{marks.word(state)}' in text
            assert f'<symbol id="m-{name}"' in text


def test_what_stands_beside_the_states() -> None:
    text = rendered(samples.seven())
    assert "This year&#x27;s audit was moved by its auditor" in text
    assert "Approved by a second person" in text
    assert "Without the exception: Not checked in time" in text
    assert "31 January" in text
    assert "Declared, and exceeded" in text
    assert "Gone from production within: <b>24 h</b></p>" in text
    assert 'title="22 November 2026, 06:33:00 UTC">41 minutes ago</time>' in text
    assert "was due" in text


@pytest.mark.parametrize(
    ("value", "derivation", "said"),
    [
        ("24 h", "24 h, from clause A-4b", ""),
        ("24 h", "24 h, de la clause A-4b", ""),
        ("24 h", "24 h, from clause A-4c", "from clause A-4c"),
        ("12 h", "12 h: 24 h, from clause A-4b; the agreement with this customer says 12 h",
         "24 h, from clause A-4b; the agreement with this customer says 12 h"),
    ],
)  # fmt: skip
def test_where_a_term_comes_from_is_said_unless_it_is_here(value: str, derivation: str, said: str) -> None:
    line = TermLine(name="x", title="Within", value=value, derivation=derivation)
    assert pages.term(line, "A-4b") == ("Within", value, said)


def test_the_figure_does_not_flatter() -> None:
    statement = samples.seven()
    text = rendered(statement)
    assert "<strong>1</strong> <span>of 7 promises are proven to be kept right now" in text
    assert "2 are not proven by anything we could show" in text
    assert "For 1 of these, what would prove it is not built yet." in text
    assert "1 more says how we work without promising anything" in text


def test_an_attestation_says_whose_word_it_is_by_role() -> None:
    from troth.trust.templatetags.troth_trust import attested_by

    control = samples.control_page("attested.background_checks")
    row = replace(control.evidence[0], facts={"attester_role": "security_officer", "reviewer_role": "auditor"})
    with translation.override("en"):
        said = attested_by(replace(control, evidence=(row,)))
    assert said == "Attested in the role of security officer; reviewed in the role of auditor."
    assert not attested_by(control)
    assert not attested_by(replace(control, evidence=()))


def test_lines_that_the_log_does_not_bear_out_are_told_of() -> None:
    assert "3 lines of the history are left out" in rendered(replace(samples.seven(), discarded=3))


def test_an_installation_that_has_only_begun_says_so() -> None:
    text = rendered(samples.untouched())
    assert "Nothing has been checked yet" in text
    assert "<strong>0</strong> <span>of 3 promises" in text


def test_without_a_policy_there_is_a_next_step() -> None:
    text = rendered(samples.no_policy())
    assert "No policy is in force yet" in text
    assert "troth policy activate" in text


def test_no_miss_is_ever_hidden() -> None:
    statement = samples.many_misses(200)
    text = rendered(statement)
    assert "200 misses, the last 21 November, 1 h" in text
    assert text.count('<tr id="miss-A-4b-') == pages.REGISTER_AT_MOST
    assert "140 older misses stand on the pages of their clauses." in text
    alone = clause_page(statement, "A-4b")
    assert alone.count('<tr id="miss-A-4b-') == 200
    assert {f"Miss {number}." for number in range(1, 201)} <= set(re.findall(r"Miss \d+\.", alone))


def test_the_newest_miss_is_linked_where_it_stands() -> None:
    found = Parsed(rendered(samples.seven()))
    assert "miss-A-4b-20261002T041200" in found.inner
    assert "miss-A-4b-20261002T041200" in found.ids


def test_every_day_is_in_the_strip() -> None:
    history = samples.history({0: "at_risk", 51: "broken", 52: "broken"})
    with translation.override("en"):
        made = strips.strip(history)
    assert made is not None
    assert made.width == 90
    days = {name: sum(int(length) for length in re.findall(r"h(\d+)v", path)) for name, path in made.paths}
    assert days == {"kept": 87, "broken": 2, "risk": 1}
    assert made.label == "90 days: kept 87, at risk 1, broken 2"
    assert dict(made.paths)["broken"] == "M37 0h2v18h-2z"
    assert strips.strip(()) is None


def test_nothing_from_a_pack_or_a_verdict_is_taken_for_markup() -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=y>'
    bad = replace(samples.LATE, sentence=evil)
    line = samples.line("A-1", evil, "excepted", evil, note=evil, exceeds=evil, misses=(bad,),
                        exception=replace(samples.seven().lines()[5].exception, reason=evil))  # type: ignore[type-var]  # fmt: skip
    statement = samples.statement([(evil, evil, [line])], title=evil)
    for text in (rendered(statement), clause_page(statement, "A-1")):
        assert "<script" not in text
        assert "<img" not in text


def test_only_what_is_meant_for_everybody_is_public() -> None:
    staff = samples.line("A-2", "For staff.", "broken", "Seen.", audience=("staff",))
    whole = samples.statement(
        [
            ("1", "All", [samples.line("A-1", "For all.", "kept", "Seen."), staff]),
            ("2", "Inside", [samples.line("A-3", "For customers.", "declared", "Said.", audience=("customers",))]),
        ]
    )
    shown = pages.for_public(whole)
    assert [line.clause_id for line in shown.lines()] == ["A-1"]
    assert [section.id for section in shown.sections] == ["1"]
    assert (shown.figure.kept, shown.figure.provable, shown.figure.declared) == (1, 1, 0)
    assert sum(shown.counts.values()) == 1


def test_links_stay_in_the_language_of_the_address() -> None:
    assert 'href="/trust/clauses/A-4b"' in rendered(samples.seven())
    assert 'href="/trust/en/clauses/A-4b"' in rendered(samples.seven(), named=True)


def test_a_customers_page_shows_the_same_with_its_own_addresses() -> None:
    from django.template import engines

    template = engines["django"].from_string("{% load troth_trust %}{% trust_marks %}{% statement_body s at %}")
    text = template.render({"s": samples.seven(), "at": "/c/1/promises/"})
    assert 'href="/c/1/promises/A-4b"' in text
    assert "Every miss" in text
