"""Words for every verdict, in both languages, and what can go wrong on the way to one."""

import ast
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

import troth_judge
from troth_judge import judges, judging, sentences, words
from troth_judge.facts import Value
from troth_judge.judges import CODED, JUDGES, Judge
from troth_judge.verdict import STATES, Verdict, broken, kept, plain, unverified

ROOT = Path(troth_judge.__file__).parent
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
MAKERS = {"kept", "at_risk", "broken", "unverified"}


def _codes(path: Path) -> set[str]:
    """Every code that a module can emit: the first argument of each constructor; where it is computed, any literal."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in MAKERS and node.args:
            found |= set(_literals(node.args[0]) or _all_literals(tree))
    return found


def _all_literals(tree: ast.Module) -> set[str]:
    """Every literal in the functions of a module that has the form of a code."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    texts = [node.value for one in functions for node in ast.walk(one) if isinstance(node, ast.Constant)]
    return {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}


def _literals(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return _literals(node.body) + _literals(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return []


@pytest.mark.parametrize("name", sorted(JUDGES))
def test_every_code_that_a_judge_can_say_has_words(name: str) -> None:
    codes = _codes(ROOT / "controls" / f"{name}.py")
    assert codes
    assert sorted(codes - sentences.codes()) == []


@pytest.mark.parametrize("name", sorted(JUDGES))
def test_no_words_are_for_nothing_and_none_are_taken_twice(name: str) -> None:
    own = set(JUDGES[name].sentences)
    assert own <= _codes(ROOT / "controls" / f"{name}.py")
    assert not own & set(sentences.GENERAL)
    for other, judge in JUDGES.items():
        assert other == name or not own & set(judge.sentences), other


@pytest.mark.parametrize("code", sorted(sentences._ALL))
def test_both_languages_say_the_same_things(code: str) -> None:
    said = sentences._ALL[code]
    assert set(said) == set(words.LANGUAGES)
    told = {}
    for language, template in said.items():
        assert template.strip()[-1:] in {".", "…"}, code
        assert "!" not in template
        assert "successfully" not in template
        told[language] = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
        assert words.fill(template, {}, language).count("{") == 0  # type: ignore[arg-type]  # one of the two
    assert told["en"] == told["fr"], code


def test_every_code_of_the_derivation_has_words() -> None:
    for module in ("state.py", "judging.py"):
        assert _codes(ROOT / module) <= sentences.codes()
    assert {"evidence.stale", "declared", "declared.exceeded", "evidence.altered", "evidence.unsealed"} <= (
        sentences.codes()
    )


def test_every_state_has_its_word() -> None:
    assert set(sentences.STATE_WORDS) == set(STATES)
    for language in words.LANGUAGES:
        assert len({said[language] for said in sentences.STATE_WORDS.values()}) == len(STATES)


def test_what_is_written_out() -> None:
    said = {
        "n": 1,
        "m": 1_234,
        "nothing": 0,
        "ids": tuple("abcdefg"),
        "span": "PT19H40M",
        "at": "2026-11-22T07:14:00Z",
        "share": 0.5,
    }
    template = "{n:deletion|deletions} {m:row|rows} {nothing:x|xs} {ids:list} {ids:count} {span:duration} {at:instant}"
    assert words.fill(template, said, "en") == (
        "1 deletion 1,234 rows 0 xs a, b, c, d, e and 2 more 7 19 h 40 min 22 November 2026, 07:14 UTC"
    )
    assert words.fill("{nothing:ligne|lignes} {m} {share} {at:instant}", said, "fr") == (
        "0 ligne 1\u202f234 0,5 22 novembre 2026, 07:14 UTC"
    )
    assert words.fill("{gone} {n:duration}", said, "en") == "? 1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("PT0S", "0 s"),
        ("PT0.000412S", "0 ms"),
        ("PT0.2S", "0.2"),
        ("PT45S", "45 s"),
        ("PT3M5S", "3 min 5 s"),
        ("PT41M", "41 min"),
        ("PT3H12M", "3 h 12 min"),
        ("P1D", "24 h"),
        ("P1DT5H", "29 h"),
        ("P61D", "61 days"),
        ("P3DT4H", "3 days 4 h"),
        ("-PT5M", "−5 min"),
    ],
)
def test_durations_as_people_say_them(text: str, said: str) -> None:
    if text == "PT0.2S":
        with pytest.raises(ValueError, match="ISO"):
            words.duration_words(text, "en")
        return
    assert words.duration_words(text, "en") == said


def test_a_template_reaches_nothing() -> None:
    assert words.fill("{n.__class__} {0} {}", {"n": 1}, "en") == "? ? ?"


def test_parameters_are_plain() -> None:
    verdict = kept("x", ids=[f"{n}" for n in range(80)], span=timedelta(hours=1))
    assert len(verdict.params["ids"]) == 50  # type: ignore[arg-type]  # a tuple
    assert verdict.params["span"] == "PT1H"
    assert verdict == kept("x", ids=tuple(f"{n}" for n in range(80)), span=timedelta(hours=1))
    assert {verdict: 1}[verdict] == 1
    with pytest.raises(TypeError):
        plain({})["a"] = 1  # type: ignore[index]  # that is the point


@dataclass(frozen=True, slots=True)
class Facts:
    """Of the judges below."""

    n: int


def _with(judge: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "JUDGES", {"made_up": Judge(Facts, judge, {}, {})})  # type: ignore[arg-type]  # any callable


def _raises(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    raise ZeroDivisionError


RAW = b'{"n":1}'


@pytest.mark.parametrize(
    ("judge", "code"),
    [
        (lambda facts, terms: kept("x") if terms["a.b"] else broken("x"), "terms.missing"),
        (_raises, "judge.failed"),
        (lambda facts, terms: "kept", "judge.failed"),
        (lambda facts, terms: Verdict("declared", "x"), "judge.failed"),
        (lambda facts, terms: None, "judge.failed"),
    ],
)
def test_a_judge_that_fails_has_proven_nothing(judge: object, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _with(judge, monkeypatch)
    found = judging.judge("made_up", RAW, {})
    assert (found.state, found.code) == ("unverified", code)


def test_bytes_that_are_no_facts_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(lambda facts, terms: kept("x"), monkeypatch)
    assert judging.judge("made_up", RAW, {}).state == "kept"
    for raw in (b"", b"{}", b'{"n":"1"}', b'{"n":1,"m":2}'):
        assert judging.judge("made_up", raw, {}) == unverified("judge.failed", error="facts")
    assert judging.judge("made_up", None, {}).code == "evidence.error"
    assert judging.judge("made_up", RAW, {}, error="x.y").code == "evidence.error"
    assert judging.judge("nobody", RAW, {}).code == "judge.failed"


def test_the_package_needs_the_standard_library_alone() -> None:
    import sys

    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                top = name.partition(".")[0]
                assert top == "troth_judge" or top in sys.stdlib_module_names, (path, name)
                assert top not in {"os", "socket", "subprocess", "time", "random"}, (path, name)


@pytest.mark.parametrize("name", sorted(JUDGES))
def test_a_judge_reads_no_clock(name: str) -> None:
    text = (ROOT / "controls" / f"{name}.py").read_text(encoding="utf-8")
    assert ".now(" not in text
    assert "open(" not in text
    assert name == "attested" or name in CODED
