"""Which controls could prove a clause: ranked, each with its confidence and the words that led to it.

The measure is an old and plain one: words are stems and concepts (`wording`, `concepts`), rare ones weigh more (TF-IDF,
Salton and Buckley 1988), and a clause is compared with each control's own words and with the clauses that others bound
to it; a naive Bayes over the same features (complement form, Rennie et al. 2003) is the third voice. Nothing is learnt
from the document that is drafted.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth.policy.drafting import concepts, places
from troth.policy.drafting.knowledge import Knowledge
from troth.policy.drafting.wording import STOP, stem, words

_CONCEPT, _STEM, _PAIR = 1.0, 1.0, 0.6
_TITLES = 0.35
"""What a word in the title above a clause weighs against one in the clause."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each voice counts; the benchmark chooses anew for each policy, on the others."""

    title: float = 1.0
    covered: float = 0.5
    example: float = 1.0
    bayes: float = 0.3
    concepts: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A control that may prove the clause."""

    control: str
    confidence: float
    because: tuple[str, ...]


Vector = dict[str, float]


def features(text: str, *, weight: float = 1.0, concept: float = _CONCEPT) -> Vector:
    """The features of a text and how much of each."""
    found: Vector = defaultdict(float)
    before = ""
    for word, *_ in words(text):
        if word in STOP or (len(word) < 2 and not word.isdigit()):  # noqa: PLR2004 - one letter says nothing
            continue
        root = stem(word)
        found["s:" + root] += _STEM * weight
        if before:
            found[f"p:{before} {root}"] += _PAIR * weight
        before = root
        if concept:
            for name in concepts.of_word(word):
                found["c:" + name] += concept * weight
    if concept and next(places.countries(text), None) is not None:
        found["c:country"] += 2 * concept * weight  # any country speaks of countries
    return dict(found)


class Chooser:
    """Compares clauses with everything that is known; made once for one `Knowledge`."""

    def __init__(self, knowledge: Knowledge, weights: Weights = Weights()) -> None:
        self.weights = weights
        self._concept = weights.concepts
        self._ids = [each.id for each in knowledge.controls]
        titles = [
            (each.id, features(text, concept=self._concept))
            for each in knowledge.controls
            for text in (*each.titles, each.id.replace("_", " ").replace("attested.", ""))
        ]
        details = [
            (each.id, features(text, concept=self._concept)) for each in knowledge.controls for text in each.details
        ]
        known = set(self._ids)
        examples = [
            (control, features(text, concept=self._concept), each.clause)
            for each in knowledge.examples
            for text in each.words
            for control in each.controls
            if control in known
        ]
        whole = [vector for _, vector in titles] + [vector for _, vector in details]
        whole += [features(text, concept=self._concept) for each in knowledge.examples for text in each.words]
        self._idf = _idf(whole)
        self._titles = _grouped((name, self._weigh(vector)) for name, vector in titles)
        self._details = _grouped((name, self._weigh(vector)) for name, vector in details)
        self._examples = _grouped((name, self._weigh(vector)) for name, vector, _ in examples)
        self._bayes = _Bayes([*titles, *details, *((name, vector) for name, vector, _ in examples)], self._ids)

    def rank(self, text: str, titles: Iterable[str] = (), *, most: int = 3) -> list[Candidate]:
        """The likeliest controls for these words, best first; ties go by id."""
        raw = features(text, concept=self._concept)
        for title in titles:
            for name, amount in features(title, weight=_TITLES, concept=self._concept).items():
                raw[name] = raw.get(name, 0.0) + amount
        query = self._weigh(raw)
        scores = self.scores(raw, query)
        best = sorted(scores.items(), key=lambda each: (-each[1], each[0]))[:most]
        return [
            Candidate(
                name,
                round(_confidence(score, best[0][1], best[1][1] if len(best) > 1 else 0.0), 2),
                self._why(text, name),
            )
            for name, score in best
            if score > 0
        ]

    def scores(self, raw: Vector, query: Vector) -> dict[str, float]:
        """What each control scores."""
        bayes = self._bayes.shares(raw)
        weights, found = self.weights, {}
        for name in self._ids:
            own = max((_cosine(query, each) for each in self._titles.get(name, ())), default=0.0)
            more = max((_cosine(query, each) for each in self._details.get(name, ())), default=0.0)
            covered = max((_covered(query, each) for each in self._titles.get(name, ())), default=0.0)
            seen = max((_cosine(query, each) for each in self._examples.get(name, ())), default=0.0)
            found[name] = (
                weights.title * max(own, 0.9 * more)
                + weights.covered * covered
                + weights.example * seen
                + weights.bayes * bayes.get(name, 0.0)
            )
        return found

    def _weigh(self, vector: Mapping[str, float]) -> Vector:
        return _unit(
            {name: (1 + math.log1p(amount)) * self._idf.get(name, self._idf[""]) for name, amount in vector.items()}
        )

    def _why(self, text: str, control: str) -> tuple[str, ...]:
        """The words of the text that speak for this control, the weightiest first."""
        profile: Vector = {}
        for each in (*self._titles.get(control, ()), *self._details.get(control, ()), *self._examples.get(control, ())):
            for name, amount in each.items():
                profile[name] = max(profile.get(name, 0.0), amount)
        said: dict[str, float] = {}
        for word, start, end in words(text):
            if word in STOP:
                continue
            names = ["s:" + stem(word), *("c:" + name for name in concepts.of_word(word))]
            amount = max((profile.get(name, 0.0) * self._idf.get(name, 0.0) for name in names), default=0.0)
            surface = text[start:end]
            if amount > 0:
                said[surface] = max(said.get(surface, 0.0), amount)
        return tuple(word for word, _ in sorted(said.items(), key=lambda each: (-each[1], each[0]))[:5])


class _Bayes:
    """Complement naive Bayes over the same features: what speaks against all the others speaks for this one."""

    def __init__(self, rows: list[tuple[str, Vector]], ids: list[str]) -> None:
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in ids}
        self._all: Counter[str] = Counter()
        for name, vector in rows:
            for feature, amount in vector.items():
                self._counts[name][feature] += amount  # type: ignore[assignment]  # Counter of weights
                self._all[feature] += amount  # type: ignore[assignment]  # the same
        self._total = sum(self._all.values())
        self._sizes = {name: sum(counts.values()) for name, counts in self._counts.items()}

    def shares(self, vector: Vector) -> dict[str, float]:
        """For each control, from 0 to 1: how it stands among all for these features."""
        smooth, kinds = 0.5, len(self._all) or 1
        scores = {}
        for name, counts in self._counts.items():
            rest = self._total - self._sizes[name] + smooth * kinds
            own = self._sizes[name] + smooth * kinds
            scores[name] = sum(
                amount
                * (math.log((counts[each] + smooth) / own) - math.log((self._all[each] - counts[each] + smooth) / rest))
                for each, amount in vector.items()
                if each in self._all
            )
        low, high = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
        return {name: (score - low) / (high - low) if high > low else 0.0 for name, score in scores.items()}


def _idf(vectors: list[Vector]) -> dict[str, float]:
    seen: Counter[str] = Counter()
    for vector in vectors:
        seen.update(vector.keys())
    count = len(vectors) + 1
    found = {name: math.log(count / (1 + many)) + 0.2 for name, many in seen.items()}
    found[""] = 0.6 * math.log(count)  # a word that nobody used: part of the clause, and a proof of nothing
    return found


def _grouped(rows: Iterable[tuple[str, Vector]]) -> dict[str, list[Vector]]:
    found: dict[str, list[Vector]] = defaultdict(list)
    for name, vector in rows:
        found[name].append(vector)
    return dict(found)


def _unit(vector: Vector) -> Vector:
    length = math.sqrt(sum(amount * amount for amount in vector.values()))
    return {name: amount / length for name, amount in vector.items()} if length else {}


def _cosine(a: Vector, b: Vector) -> float:
    if len(b) < len(a):
        a, b = b, a
    return sum(amount * b[name] for name, amount in a.items() if name in b)


def _covered(query: Vector, title: Vector) -> float:
    """How much of the title's weight the query speaks of."""
    whole = sum(amount for name, amount in title.items() if not name.startswith("p:"))
    shared = sum(amount for name, amount in title.items() if name in query and not name.startswith("p:"))
    return shared / whole if whole else 0.0


def _confidence(score: float, best: float, second: float) -> float:
    """Between 0 and 1: how strong the score is, and how far it stands from its rival."""
    strength = 1 / (1 + math.exp(-4.0 * (score - 0.9)))
    ahead = (score - second) / best if best and score == best else 0.0
    return min(0.99, strength * (0.75 + 0.5 * min(ahead, 0.5)))
