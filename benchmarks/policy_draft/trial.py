"""One policy drafted with its own pack left out, and what came of it."""

from dataclasses import dataclass, field
from functools import cache

from benchmarks.policy_draft import scoring
from benchmarks.policy_draft.labels import Labelled, Place
from benchmarks.policy_draft.scoring import Score
from troth.cli import drafting
from troth.policy import pack as packs
from troth.policy import shipped as texts
from troth.policy.clauses import Clause, Pack
from troth.policy.constraints import Choice, Constraint
from troth.policy.drafting import reading
from troth.policy.drafting.choosing import Weights
from troth.policy.drafting.document import Document
from troth.policy.drafting.draft import Drafting
from troth.policy.drafting.knowledge import Knowledge, gather
from troth.policy.drafting.splitting import Rules, Unit, units
from troth.policy.drafting.terming import Proposal, Thresholds
from troth.policy.vocabulary.words import BY_NAME

_RULES, _WEIGHTS, _THRESHOLDS = Rules(), Weights(), Thresholds()
PACKS = ("agency", "campaigns", "cloud", "contracts", "network")


@dataclass(slots=True)
class Result:
    """Every score of one policy, or of all together."""

    splitting: Score = field(default_factory=Score)
    clauses: Score = field(default_factory=Score)
    first_three: Score = field(default_factory=Score)
    first: Score = field(default_factory=Score)
    all_in_three: Score = field(default_factory=Score)
    terms: Score = field(default_factory=Score)
    values: Score = field(default_factory=Score)
    through_three: Score = field(default_factory=Score)
    through_terms: Score = field(default_factory=Score)

    def add(self, other: "Result") -> None:
        for name in self.__slots__:
            getattr(self, name).add(getattr(other, name))


@cache
def shipped(name: str) -> Pack:
    return packs.load(texts.text(name))


@cache
def knowledge(without: frozenset[str], *, details: bool = True, examples: bool = True) -> Knowledge:
    """What a draft knows when these packs were never written."""
    drafting.knowledge()  # sets Django up, for the controls
    kept = [shipped(name) for name in PACKS if name not in without] if examples else []
    return gather(drafting.controls(details=details), BY_NAME, kept)


def split(labelled: Labelled, rules: Rules = _RULES) -> tuple[Document, list[Unit]]:
    document = reading.parse(labelled.data)
    return document, units(document, rules)


def splitting(labelled: Labelled, text: str, found: list[Place]) -> tuple[Score, Score, dict[Place, Place]]:
    """Units against places, one to one; and the clauses of which at least one place was found."""
    places = labelled.distinct()
    matched = scoring.matches(text, found, places)
    score = Score(len(matched), len(found), len(places))
    score.missed += [f"{labelled.pack} {place}" for place in places if place not in matched.values()]
    hit = set(matched.values())
    seen = sum(1 for its in labelled.places.values() if hit & set(its))
    return score, Score(seen, len(labelled.places), len(labelled.places)), matched


def run(
    labelled: Labelled,
    known: Knowledge,
    *,
    weights: Weights = _WEIGHTS,
    thresholds: Thresholds = _THRESHOLDS,
    through: bool = True,
) -> Result:
    """Everything about one policy."""
    document, whole = split(labelled)
    drafting_ = Drafting(known, weights, thresholds)
    promising = [unit for unit in whole if unit.judgement.promises]
    found = [(unit.start, unit.end) for unit in promising]
    result = Result()
    result.splitting, result.clauses, matched = splitting(labelled, document.text, found)
    by_place = {matched[unit.start, unit.end]: unit for unit in promising if (unit.start, unit.end) in matched}
    for clause_id, places in labelled.places.items():
        wanted = clause(labelled.pack, clause_id)
        _at_labels(result, drafting_, wanted, [unit_at(document, whole, place) for place in places])
        if through:
            _through(result, drafting_, wanted, [by_place[place] for place in places if place in by_place])
    return result


def clause(name: str, clause_id: str) -> Clause:
    """A clause of a shipped pack."""
    found = shipped(name).clause(clause_id)
    assert found is not None, clause_id
    return found


def _at_labels(result: Result, drafting_: Drafting, clause: Clause, stands: list[Unit]) -> None:
    """Choice and terms where the labels stand, so that an error of splitting is not counted twice."""
    together = Unit(
        stands[0].start,
        stands[-1].end,
        " ".join(unit.text for unit in stands),
        tuple(dict.fromkeys(title for unit in stands for title in unit.titles)),
        stands[0].judgement,
    )
    candidates = [each.control for each in drafting_.propose(together)[0]]
    if clause.controls:
        result.first_three.add(scoring.ranked(clause.id, candidates, clause.controls, most=3))
        result.first.add(scoring.ranked(clause.id, candidates, clause.controls, most=1))
        wanted = clause.controls[:3]
        result.all_in_three.add(Score(len(set(candidates) & set(wanted)), len(candidates), len(wanted)))
    proposed = joined([drafting_.propose(unit)[1] for unit in stands])
    result.terms.add(scoring.terms(clause.id, proposed, clause.terms))
    result.values.add(scoring.values(proposed, clause.terms))


def _through(result: Result, drafting_: Drafting, clause: Clause, stands: list[Unit]) -> None:
    """The same from the tool's own units, as a person gets them; a clause that no unit found is lost."""
    ranked = [each.control for unit in stands for each in drafting_.propose(unit)[0]]
    if clause.controls:
        hit = bool(set(ranked) & set(clause.controls))
        result.through_three.add(Score(int(hit), 1, 1))
    proposed = joined([drafting_.propose(unit)[1] for unit in stands])
    result.through_terms.add(scoring.terms(clause.id, proposed, clause.terms))


def unit_at(document: Document, whole: list[Unit], place: Place) -> Unit:
    """The labelled words, under the titles of the unit in which they begin."""
    above = next((unit for unit in whole if unit.start < place[1] and place[0] < unit.end), None)
    text = document.text[place[0] : place[1]]
    if above is None:
        return Unit(*place, text, (), whole[0].judgement)
    return Unit(*place, text, above.titles, above.judgement, above.lead)


def joined(proposals: list[list[Proposal]]) -> dict[str, Constraint]:
    """A clause that stands in several places obliges to what each of them says; lists of names join."""
    found: dict[str, Constraint] = {}
    for each in (proposal for some in proposals for proposal in some):
        name, constraint = each.term, each.constraint
        before = found.get(name)
        if isinstance(before, Choice) and isinstance(constraint, Choice):
            one_of = None if before.one_of is None or constraint.one_of is None else before.one_of | constraint.one_of
            found[name] = Choice(before.all_of | constraint.all_of, one_of)
        elif before is None:
            found[name] = constraint
    return found
