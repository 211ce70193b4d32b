"""The thresholds of terms, chosen without the policy that is scored: by the other four and by policies of our own.

The rule: all points of a coarse grid; F1 of the terms of all texts together; of those within `NEAR` of the best the one
nearest to their middle, so that no single clause decides. What the tool ships with is the rule's choice on all texts.
"""

from dataclasses import astuple
from functools import cache
from itertools import product
from statistics import fmean

from tests.policy import sixth

from benchmarks.policy_draft import scoring, trial
from benchmarks.policy_draft.labels import Labelled
from benchmarks.policy_draft.scoring import Score
from troth.policy.constraints import Constraint
from troth.policy.drafting.choosing import Candidate, Weights
from troth.policy.drafting.draft import Drafting
from troth.policy.drafting.splitting import Rules, Unit, units
from troth.policy.drafting.terming import Terming, Thresholds

GRID = tuple(
    Thresholds(likely, round(share * likely, 3), strict, certain)
    for likely, share, strict, certain in product((0.2, 0.25, 0.3, 0.35, 0.4), (0.8, 1.0), (0.4, 0.5, 0.6), (0.6, 0.8))
)
NEAR = 0.01

Ranked = list[tuple[Unit, list[Candidate]]]
Task = tuple[str, Ranked, dict[str, Constraint]]


@cache
def _drafting(without: frozenset[str], weights: Weights) -> Drafting:
    return Drafting(trial.knowledge(without), weights)


def chosen(others: list[Labelled], without: frozenset[str], weights: Weights) -> Thresholds:
    """Those that suit the other policies, each drafted without its own pack, and our own texts."""
    tasks = [(without | {each.pack}, task) for each in others for task in _tasks(each, without, weights)]
    tasks += [(without, task) for name in sixth.NAMES for task in _own(name, without, weights)]
    found = {thresholds: _score(tasks, thresholds).f1 for thresholds in GRID}
    best = max(found.values())
    near = [each for each, f1 in found.items() if f1 >= best - NEAR]
    middle = [fmean(values) for values in zip(*(astuple(each) for each in near), strict=True)]
    return min(
        near, key=lambda each: (sum((a - b) ** 2 for a, b in zip(astuple(each), middle, strict=True)), each.likely)
    )


def _tasks(labelled: Labelled, without: frozenset[str], weights: Weights) -> list[Task]:
    document, whole = trial.split(labelled)
    known = without | {labelled.pack}
    return [
        (
            clause_id,
            [_ranked(trial.unit_at(document, whole, place), known, weights) for place in places],
            dict(trial.clause(labelled.pack, clause_id).terms),
        )
        for clause_id, places in labelled.places.items()
    ]


def _own(name: str, without: frozenset[str], weights: Weights) -> list[Task]:
    document = sixth.document(name)
    whole = units(document, Rules())
    return [
        (
            f"{name} {each.start}",
            [_ranked(trial.unit_at(document, whole, (each.start, each.end)), without, weights)],
            each.terms,
        )
        for each in sixth.wanted(name)
    ]


def _ranked(unit: Unit, without: frozenset[str], weights: Weights) -> tuple[Unit, list[Candidate]]:
    return unit, _drafting(without, weights).heard(unit)


def _score(tasks: list[tuple[frozenset[str], Task]], thresholds: Thresholds) -> Score:
    whole = Score()
    for without, (name, ranked, wanted) in tasks:
        terming = _terming(without).within(thresholds)
        proposed = trial.joined(
            [terming.propose(unit.text, (*unit.titles, unit.lead), heard) for unit, heard in ranked]
        )
        whole.add(scoring.terms(name, proposed, wanted))
    return whole


@cache
def _terming(without: frozenset[str]) -> Terming:
    return Terming(trial.knowledge(without))
