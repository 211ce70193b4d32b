"""The results as Markdown."""

from collections.abc import Mapping
from dataclasses import fields

from benchmarks.policy_draft.scoring import Score
from benchmarks.policy_draft.trial import Result
from troth.policy.drafting.terming import Thresholds

FLOOR = 0.90
"""Of terms, precision and recall alike."""

HEAD = """# How well a policy is drafted

`python -m benchmarks.policy_draft --policies FOLDER --nested --write` wrote this file; FOLDER holds the five texts,
which are not in the repository. Each policy was drafted with its own pack left out. What is counted, why so, and what
the figures don't say: `docs/policy-draft.md`.

"""


def _whole(results: Mapping[str, Result]) -> Result:
    whole = Result()
    for each in results.values():
        whole.add(each)
    return whole


def _share(value: float) -> str:
    return f"{value:.3f}"


def _pr(score: Score) -> str:
    return f"{_share(score.precision)} / {_share(score.recall)}"


def table(columns: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(results: Mapping[str, Result], nested: Mapping[str, Result], naive: Mapping[str, Result]) -> str:
    """The scores that have floors: with numbers chosen on the other policies, if they were."""
    honest = nested or results
    simple, columns = _whole(naive), ["", *results, "all", "naive", "floor"]

    def row(name: str, pick: object, floor: str = "", of: Mapping[str, Result] = honest) -> list[str]:
        return [name, *(pick(each) for each in (*of.values(), _whole(of), simple)), floor]  # type: ignore[operator]

    rows = [
        row("splitting: F1", lambda each: _share(each.splitting.f1), "0.80"),
        row("splitting: precision / recall", lambda each: _pr(each.splitting)),
        row("clauses with a place found", lambda each: _share(each.clauses.recall)),
        row("right control among the first three", lambda each: _share(each.first_three.recall), "0.80"),
        row("right control first", lambda each: _share(each.first.recall)),
        row("all controls: precision / recall of the three", lambda each: _pr(each.all_in_three)),
        row("terms exact: precision / recall", lambda each: _pr(each.terms), "0.90"),
        row("terms exact: F1", lambda each: _share(each.terms.f1)),
        row("values alone: precision / recall", lambda each: _pr(each.values)),
        row("end to end: control among the first three", lambda each: _share(each.through_three.recall)),
        row("end to end: terms, precision / recall", lambda each: _pr(each.through_terms)),
        row("clauses with controls · terms", lambda each: f"{each.first_three.wanted} · {each.terms.wanted}"),
    ]
    whole, sighted = _whole(honest).terms, _whole(results).terms
    floor = "above" if min(whole.precision, whole.recall) >= FLOOR else "**below**"
    note = (
        f"Terms are {floor} their floor; `docs/policy-draft.md` names the classes of errors. All terms: "
        f"{whole.hits} right of {whole.proposed} proposed and {whole.wanted} wanted. Note: as shipped, with "
        f"weights and thresholds set while all five were in sight, {_pr(sighted)}."
    )
    told = "Weights and thresholds chosen for each policy on the other four and on policies of our own.\n\n"
    return "## Scores\n" + (told if nested else "") + table(columns, rows) + (f"\n\n{note}" if nested else "")


def chosen(found: Mapping[str, Thresholds]) -> str:
    """Which thresholds the other texts chose for each policy."""
    rows = [
        [each.name, *(f"{getattr(one, each.name):.2f}" for one in found.values()), f"{each.default:.2f}"]
        for each in fields(Thresholds)
    ]
    return "## The thresholds of terms that the other texts chose\n" + table(["", *found, "shipped"], rows)


def rules(found: Mapping[str, Mapping[str, float]]) -> str:
    """F1 of splitting without each rule."""
    names = list(next(iter(found.values())))
    rows = [
        [name if name == "all" else f"without {name.replace('_', ' ')}", *(_share(each[pack]) for pack in names)]
        for name, each in found.items()
    ]
    return "## Splitting without each of its rules (F1)\n" + table(["", *names], rows)


def voices(found: Mapping[str, Mapping[str, float]]) -> str:
    """The right control among the first three, without each of its voices."""
    names = list(next(iter(found.values())))
    rows = [[name, *(_share(each[pack]) for pack in names)] for name, each in found.items()]
    return "## The right control among the first three, without each voice\n" + table(["", *names], rows)
