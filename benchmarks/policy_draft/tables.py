"""The results as Markdown."""

from collections.abc import Mapping

from benchmarks.policy_draft.scoring import Score
from benchmarks.policy_draft.trial import Result

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


def main(results: Mapping[str, Result], naive: Mapping[str, Result]) -> str:
    """The scores that have floors."""
    whole, simple = _whole(results), _whole(naive)
    columns = ["", *results, "all", "naive", "floor"]

    def row(name: str, pick: object, floor: str) -> list[str]:
        return [name, *(pick(each) for each in (*results.values(), whole, simple)), floor]  # type: ignore[operator]

    return "## Scores\n" + table(
        columns,
        [
            row("splitting: F1", lambda each: _share(each.splitting.f1), "0.80"),
            row("splitting: precision / recall", lambda each: _pr(each.splitting), ""),
            row("clauses with a place found", lambda each: _share(each.clauses.recall), ""),
            row("right control among the first three", lambda each: _share(each.first_three.recall), "0.80"),
            row("right control first", lambda each: _share(each.first.recall), ""),
            row("all controls: precision / recall of the three", lambda each: _pr(each.all_in_three), ""),
            row("terms exact: precision / recall", lambda each: _pr(each.terms), "0.90"),
            row("values alone: precision / recall", lambda each: _pr(each.values), ""),
            row("end to end: control among the first three", lambda each: _share(each.through_three.recall), ""),
            row("end to end: terms, precision / recall", lambda each: _pr(each.through_terms), ""),
            row("clauses with controls · terms", lambda each: f"{each.first_three.wanted} · {each.terms.wanted}", ""),
        ],
    )


def nested(results: Mapping[str, Result]) -> str:
    """The same with weights and thresholds chosen for each policy on the other four."""
    each = (*results.values(), _whole(results))
    return (
        "## Weights and thresholds chosen on the other four policies\n"
        "The rest is the same; this is what the choice of numbers owes to the policy that is scored.\n\n"
    ) + table(
        ["", *results, "all", "floor"],
        [
            ["control among the first three", *(_share(one.first_three.recall) for one in each), "0.80"],
            ["terms exact: precision / recall", *(_pr(one.terms) for one in each), "0.90"],
        ],
    )


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
