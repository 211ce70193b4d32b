"""What somebody reaches in an afternoon: a full stop ends a clause, the usual controls, the usual term for a number."""

import re
from collections import Counter

from benchmarks.policy_draft import scoring
from benchmarks.policy_draft.labels import Labelled, Place
from benchmarks.policy_draft.scoring import Score
from benchmarks.policy_draft.trial import PACKS, Result, shipped, splitting
from troth.policy import durations
from troth.policy.constraints import Constraint, Interval
from troth.policy.vocabulary.words import BY_NAME

_END = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n(?=\s*[-●•])")
_NUMBER = re.compile(r"\b(\d{1,3}) (hours?|days?|weeks?|months?|years?|heures?|jours?|semaines?|mois|ans?)\b")
_LETTER = {"h": "H", "d": "D", "j": "D", "w": "W", "s": "W", "m": "M", "y": "Y", "a": "Y"}


def run(labelled: Labelled) -> Result:
    """The same scores for the simplest thing that could work."""
    text = labelled.data.decode()
    found: list[Place] = []
    begin = 0
    for match in [*_END.finditer(text), None]:
        end = match.start() if match else len(text)
        if text[begin:end].strip():
            found.append((begin, end))
        begin = match.end() if match else end
    result = Result()
    result.splitting, result.clauses, _ = splitting(labelled, text, found)
    others = [shipped(name) for name in PACKS if name != labelled.pack]
    usual = Counter(control for pack in others for clause in pack.clauses for control in clause.controls)
    common = [name for name, _ in sorted(usual.items(), key=lambda each: (-each[1], each[0]))[:3]]
    terms = Counter(
        name for pack in others for clause in pack.clauses for name in clause.terms if BY_NAME[name].kind == "duration"
    )
    term = min(terms.items(), key=lambda each: (-each[1], each[0]))[0]
    for clause_id, places in labelled.places.items():
        clause = shipped(labelled.pack).clause(clause_id)
        assert clause is not None, clause_id
        if clause.controls:
            result.first_three.add(scoring.ranked(clause_id, common, clause.controls, most=3))
            result.first.add(scoring.ranked(clause_id, common, clause.controls, most=1))
        proposed: dict[str, Constraint] = {}
        if match := next((hit for place in places if (hit := _NUMBER.search(text, *place))), None):
            unit = _LETTER[match[2][0]]
            value = f"PT{match[1]}H" if unit == "H" else f"P{match[1]}{unit}"
            proposed[term] = Interval(at_most=durations.parse(value, "at_most"))
        result.terms.add(scoring.terms(clause_id, proposed, clause.terms))
        result.values.add(scoring.values(proposed, clause.terms))
    result.all_in_three = Score()
    return result
