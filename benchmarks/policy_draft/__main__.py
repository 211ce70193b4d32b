"""`python -m benchmarks.policy_draft --policies FOLDER [--nested] [--misses] [--write]`."""

import argparse
import os
from dataclasses import replace
from pathlib import Path

from benchmarks.policy_draft import baseline, labels, limits, tables, trial
from benchmarks.policy_draft.labels import Labelled
from benchmarks.policy_draft.trial import Result
from troth.policy.drafting.choosing import Weights
from troth.policy.drafting.splitting import Rules
from troth.policy.drafting.terming import Thresholds

RESULTS = Path(__file__).with_name("RESULTS.md")
WEIGHTS = (
    Weights(),
    replace(Weights(), covered=0.9),
    replace(Weights(), bayes=0.8),
    replace(Weights(), title=0.7, example=1.3),
)


def main() -> None:
    """Score, print, and write the table if asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.policy_draft", description=__doc__)
    parser.add_argument("--policies", default=os.environ.get("TROTH_POLICIES"), help="the folder of the five texts")
    parser.add_argument("--nested", action="store_true", help="choose the weights anew for each policy, on the others")
    parser.add_argument("--misses", action="store_true", help="name what was missed, by clause id")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    given = parser.parse_args()
    if not given.policies:
        parser.error("name the folder of the five texts (--policies or TROTH_POLICIES)")
    if given.write and not given.nested:
        parser.error("what is written down is nested: add --nested")
    policies = labels.load(Path(given.policies))
    results = {each.pack: trial.run(each, trial.knowledge(frozenset({each.pack}))) for each in policies}
    nested = {each.pack: _nested(each, policies) for each in policies} if given.nested else {}
    honest = {name: result for name, (result, _) in nested.items()}
    parts = [tables.main(results, honest, {each.pack: baseline.run(each) for each in policies})]
    if nested:
        parts.append(tables.chosen({name: thresholds for name, (_, thresholds) in nested.items()}))
    parts += [tables.rules({name: _split(policies, rules) for name, rules in _rules()})]
    parts += [tables.voices(_voices(policies))]
    print("\n\n".join(parts))
    if given.misses:
        for result in (honest or results).values():
            print("\n".join([*result.first_three.missed, *result.terms.missed]))
    if given.write:
        RESULTS.write_text(tables.HEAD + "\n\n".join(parts) + "\n", encoding="utf-8")


def _nested(scored: Labelled, policies: list[Labelled]) -> tuple[Result, Thresholds]:
    """Weights and thresholds chosen on the other four, each drafted without its own pack and without this one."""
    others = [each for each in policies if each.pack != scored.pack]
    known = trial.knowledge(frozenset({scored.pack}))

    def found(weights: Weights) -> float:
        whole = Result()
        for each in others:
            without = trial.knowledge(frozenset({scored.pack, each.pack}))
            whole.add(trial.run(each, without, weights=weights, through=False))
        return whole.first_three.recall

    weights = max(WEIGHTS, key=found)
    thresholds = limits.chosen(others, frozenset({scored.pack}), weights)
    return trial.run(scored, known, weights=weights, thresholds=thresholds), thresholds


def _rules() -> list[tuple[str, Rules]]:
    names = ("wrapped_lines", "points_back", "bare_lists", "conjunctions", "promises_only")
    return [("all", Rules()), *((name, replace(Rules(), **{name: False})) for name in names)]


def _split(policies: list[Labelled], rules: Rules) -> dict[str, float]:
    found = {}
    for each in policies:
        document, whole = trial.split(each, rules)
        promising = [(unit.start, unit.end) for unit in whole if unit.judgement.promises]
        found[each.pack] = trial.splitting(each, document.text, promising)[0].f1
    return found


def _voices(policies: list[Labelled]) -> dict[str, dict[str, float]]:
    plain = Weights()
    trials = {
        "all": (plain, {}),
        "no clauses of other packs": (plain, {"examples": False}),
        "no details of controls": (plain, {"details": False}),
        "no thesaurus": (replace(plain, concepts=0.0), {}),
        "no naive Bayes": (replace(plain, bayes=0.0), {}),
        "naive Bayes alone": (Weights(0.0, 0.0, 0.0, 1.0), {}),
    }
    found: dict[str, dict[str, float]] = {}
    for name, (weights, options) in trials.items():
        found[name] = {
            each.pack: trial.run(
                each, trial.knowledge(frozenset({each.pack}), **options), weights=weights
            ).first_three.recall
            for each in policies
        }
    return found


if __name__ == "__main__":
    main()
