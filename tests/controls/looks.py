"""How a test looks at a control: observed for real, written as it is sealed, read again, and judged."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from troth.kernel.clock import SYSTEM, Clock
from troth.promises.catalogue import by_id
from troth.promises.scope import Scope
from troth_judge import facts as bytes_of
from troth_judge.judges import judge_of
from troth_judge.sentences import sentence
from troth_judge.verdict import Verdict
from troth_judge.words import LANGUAGES

AT_MOST = 60_000
"""A leaf of the log holds a little more."""


def facts_of(
    control_id: str,
    *,
    clock: Clock = SYSTEM,
    terms: Mapping[str, Any] | None = None,
    customer_id: UUID | None = None,
) -> Any:
    """Observe (one customer's view, or the platform's), and bring the facts through their sealed form."""
    control, judge = by_id(control_id), judge_of(control_id)
    assert control is not None, control_id
    assert control.observe is not None, control_id
    assert judge is not None, control_id
    scope = Scope(
        now=clock.now(), clock=clock, terms=terms or {}, home=Path(settings.TROTH_HOME), customer_id=customer_id
    )
    raw = bytes_of.encode(control.observe(scope))
    assert len(raw) <= AT_MOST
    return bytes_of.decode(judge.facts, raw)


def verdict_of(
    control_id: str,
    *,
    clock: Clock = SYSTEM,
    terms: Mapping[str, Any] | None = None,
    customer_id: UUID | None = None,
) -> Verdict:
    """Observe and judge. Whatever is said must have words in every language."""
    return judged(control_id, facts_of(control_id, clock=clock, terms=terms, customer_id=customer_id), terms)


OBSERVE = """
from tests.controls.looks import facts_of
from troth_judge import facts
import sys
sys.stdout.write("FACTS " + facts.encode(facts_of({0!r})).decode() + "\\n")
"""


def facts_there(installation: Any, control_id: str, *, process: str = "worker") -> Any:
    """The same within an installation of a test's own, by a process of its own."""
    judge = judge_of(control_id)
    assert judge is not None
    out = installation.python(OBSERVE.format(control_id), process=process)
    (line,) = [line for line in out.splitlines() if line.startswith("FACTS ")]
    return bytes_of.decode(judge.facts, line.removeprefix("FACTS ").encode())


def judged(control_id: str, facts: Any, terms: Mapping[str, Any] | None = None) -> Verdict:
    """Judge facts, and read the sentence."""
    judge = judge_of(control_id)
    assert judge is not None
    verdict = judge.judge(facts, terms or {})
    for language in LANGUAGES:
        assert verdict.code in judge.sentences
        words = sentence(verdict, language)
        assert "?" not in words, words
    return verdict
