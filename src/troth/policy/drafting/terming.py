"""Which terms a clause sets, and to what: a quantity, a country, a choice or a yes-or-no finds the term whose title
speaks of the same thing.

Guarantees: a number comes from the clause's own characters; a value that fits no term is left to the person, and so is
one that fits two equally well.
"""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from troth.policy import durations
from troth.policy.constraints import Choice, Constraint, Flag, Interval, Operator, Term
from troth.policy.drafting import options, places, titling
from troth.policy.drafting.choosing import Candidate
from troth.policy.drafting.knowledge import Knowledge
from troth.policy.drafting.quantities import Quantity, quantities
from troth.policy.drafting.wording import plain, without_addresses

Written = tuple[tuple[Operator, str | tuple[str, ...]], ...]

_MOST = 30
"""So many quantities of one clause are looked at; a clause that says more is a table."""
_NEXT = 0.75
"""A quantity whose term is taken goes to the next one only if that is nearly as likely."""
_SPEAKS = 0.2
"""What a control that reads the term adds, times its own confidence."""
_EVERY = re.compile(r"(?:^|[._])every$")
_PARTS = re.compile(r"[,;:]\s|\s(?:and|et|whereas|tandis que)\s")
_STRETCHES = re.compile(r"[,;:]\s")
_ONLY = re.compile(r"\b(?:only|exclusively|solely|uniquement|exclusivement|seulement|outside|hors|en dehors)\b")
_NOT = re.compile(r"\b(?:not|never|no|isn't|aren't|unencrypted|pas|jamais|non|aucune?)\b")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which likeness on a term is proposed: few numbers, so that few texts can choose them."""

    likely: float = 0.25  # the value has named its kind: a duration, a country, a list
    counted: float = 0.25  # the value has named what it counts
    strict: float = 0.5  # a word names it, or a rhythm that any attestation could have
    certain: float = 0.8  # only the title says it: a yes-or-no, or a second term for one value


@dataclass(frozen=True, slots=True)
class Said:
    """A clause: its text, what stands above it, and the controls that may prove it."""

    text: str
    above: str
    controls: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One limit, how it is written in a pack, and the words of the clause (`start`, `end` within it) that say it."""

    term: str
    constraint: Constraint
    written: Written
    start: int
    end: int
    confidence: float


class Terming:
    """Finds terms; made once for one `Knowledge`."""

    def __init__(self, knowledge: Knowledge, thresholds: Thresholds = Thresholds()) -> None:
        self._terms = knowledge.terms
        self._limits = thresholds
        self._reads = {each.id: each.terms for each in knowledge.controls}
        self._titles = titling.Titles({name: (term.title.en, term.title.fr) for name, term in self._terms.items()})

    def propose(self, text: str, context: Iterable[str], controls: Iterable[Candidate]) -> list[Proposal]:
        """The limits that a clause sets; `context` is what stands above it: titles, and the lead of its list."""
        said = Said(without_addresses(text), " ".join(context), tuple(controls))
        found = [*self._quantities(said), *self._countries(said), *self._choices(said), *self._flags(said)]
        return _merged(found, self._terms)

    def within(self, thresholds: Thresholds) -> "Terming":
        """The same with other thresholds."""
        other = copy.copy(self)
        other._limits = thresholds
        return other

    def _score(self, term: str, said: Said, start: int, end: int) -> float:
        """How much of the term's title the words around a value speak of; a likely control that reads it adds to it."""
        like = self._titles.likeness(term, _part(said.text, start, end), said.text, said.above)
        spoken = (_SPEAKS * each.confidence for each in said.controls if self._speaks(each.control, term))
        return like + max(spoken, default=0.0)

    def _speaks(self, control: str, term: str) -> bool:
        topic = control.removeprefix("attested.")
        return term in self._reads.get(control, ()) or (topic != control and term.startswith(f"attestations.{topic}."))

    def _ranked(self, said: Said, start: int, end: int, names: Iterable[str]) -> list[tuple[float, str]]:
        scored = ((self._score(name, said, start, end), name) for name in names)
        return sorted(scored, key=lambda each: (-each[0], each[1]))

    def _quantities(self, said: Said) -> Iterator[Proposal]:
        """Each quantity and each side of a term once, the likeliest pairs first."""
        pairs = [
            (score, quantity, name)
            for quantity in quantities(said.text)[:_MOST]
            for score, name in self._enough(quantity, said)
        ]
        first: dict[Quantity, str] = {}
        sides: set[tuple[str, str]] = set()
        for score, quantity, name in sorted(pairs, key=lambda each: (-each[0], each[1].start, each[2])):
            made = _limit(quantity, self._terms[name])
            if made is None or (name, made[1][0][0]) in sides:
                continue
            if quantity in first and not self._also(first[quantity], name, score, said):
                continue
            first.setdefault(quantity, name)
            sides.add((name, made[1][0][0]))
            yield Proposal(name, *made, quantity.start, quantity.end, _sure(score))

    def _also(self, first: str, name: str, score: float, said: Said) -> bool:
        """One rhythm may be that of two things that people attest: "quarterly assessments and penetration tests"."""
        both = _attested(first) and _attested(name)
        return both and score >= self._limits.certain and self._titles.named(name, said.text)

    def _enough(self, quantity: Quantity, said: Said) -> list[tuple[float, str]]:
        """The terms that this quantity is likely enough to limit."""
        part = _part(said.text, quantity.start, quantity.end)
        names = [
            name
            for name, term in self._terms.items()
            if _fits(quantity, term) and self._may(name, said) and self._titles.of_its_tier(name, part, said.text)
        ]
        enough = self._limits.counted if quantity.sort == "count" else self._limits.likely
        ranked = self._ranked(said, quantity.start, quantity.end, names)
        near = _NEXT * ranked[0][0] if ranked else 0.0
        return [
            (score, name)
            for score, name in ranked
            if score >= max(near, self._limits.strict if _attested(name) else enough)
        ]

    def _may(self, term: str, said: Said) -> bool:
        """A rhythm is that of an attestation only where the attested control may prove the clause."""
        return not _attested(term) or any(self._speaks(each.control, term) for each in said.controls)

    def _countries(self, said: Said) -> Iterator[Proposal]:
        terms = [name for name, term in self._terms.items() if term.kind == "countries"]
        groups: dict[str, list[tuple[tuple[str, ...], float, int, int]]] = {}
        for codes, start, end in places.countries(said.text):
            ranked = self._ranked(said, start, end, terms)
            if ranked and ranked[0][0] >= self._limits.likely:
                groups.setdefault(ranked[0][1], []).append((codes, ranked[0][0], start, end))
        for name, named in groups.items():
            members = tuple(sorted({code for codes, *_ in named for code in codes}))
            start, end = min(each[2] for each in named), max(each[3] for each in named)
            yield Proposal(name, *self._where(said, name, named, members), start, end, _sure(named[0][1]))

    def _where(
        self, said: Said, name: str, named: list[tuple[tuple[str, ...], float, int, int]], members: tuple[str, ...]
    ) -> tuple[Choice, Written]:
        """Several countries, each named: data is in all of them and in no other. One, or a union: in no other."""
        takes = self._terms[name].takes
        only = any(_ONLY.search(plain(_part(said.text, start, end))) for *_, start, end in named)
        listed = len(members) > 1 and all(len(codes) == 1 for codes, *_ in named)
        operators: tuple[Operator, ...] = ("one_of",)
        if listed and not only:
            operators = ("all_of", "one_of")
        chosen: list[Operator] = [each for each in operators if each in takes] or [takes[0]]
        choice = Choice(
            frozenset(members) if "all_of" in chosen else frozenset(),
            frozenset(members) if "one_of" in chosen else None,
        )
        return choice, tuple((each, members) for each in chosen)

    def _choices(self, said: Said) -> Iterator[Proposal]:
        found: dict[tuple[str, ...], tuple[float, Proposal]] = {}
        for name, term in self._terms.items():
            if term.kind != "choices":
                continue
            named = options.named(said.text, term.choices)
            if not named or (len(named) == 1 and named[0][0] in options.COMMON):
                continue
            start, end = min(each[1] for each in named), max(each[2] for each in named)
            score = self._score(name, said, start, end)
            enough = self._limits.likely if len(named) > 1 or options.is_name(named[0][0]) else self._limits.strict
            # Two terms that know the same words (our certificates, our host's) never both take them.
            if score >= enough and score > found.get(term.choices, (0.0,))[0]:
                members = tuple(each for each in term.choices if each in {known for known, *_ in named})
                operator = term.takes[0]
                made = Proposal(name, _choice(operator, members), ((operator, members),), start, end, _sure(score))
                found[term.choices] = (score, made)
        yield from (made for _, made in found.values())

    def _flags(self, said: Said) -> Iterator[Proposal]:
        for name, term in self._terms.items():
            if term.kind != "flag":
                continue
            for start, end in _phrases(said.text, _STRETCHES):
                part = said.text[start:end]
                score = self._titles.likeness(name, part, part, said.above)
                # Who says that something is not done declares it, and obliges himself to nothing.
                if score >= self._limits.certain and not _NOT.search(plain(part)):
                    yield Proposal(name, Flag(wanted=True), (("is", "true"),), start, end, _sure(score))
                    break


def _attested(term: str) -> bool:
    return term.startswith("attestations.")


def _phrases(text: str, between: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    begin = 0
    for match in between.finditer(text):
        yield begin, match.start()
        begin = match.end()
    yield begin, len(text)


def _part(text: str, start: int, end: int) -> str:
    """The phrase, between commas and conjunctions, in which a value stands."""
    return next((text[low:high] for low, high in _phrases(text, _PARTS) if low <= start < high), text[start:end])


def _fits(quantity: Quantity, term: Term) -> bool:
    if quantity.sort == "count":
        if term.kind != "count":
            return False
        if "%" in {quantity.unit, term.unit.en}:
            return quantity.unit == term.unit.en
        return titling.alike(quantity.unit, f"{term.unit.en} {term.unit.fr}")
    if quantity.firm and quantity.side and quantity.side not in term.takes:
        return False
    if term.kind == "duration":
        return bool(_EVERY.search(term.name)) == (quantity.sort == "rhythm")
    return term.kind == "count" and quantity.sort == "rhythm" and quantity.value == "P1Y" and "a_year" in term.name


def _limit(quantity: Quantity, term: Term) -> tuple[Constraint, Written] | None:
    """The constraint, on the side that the words say if the term takes it, else on the one that the term is about."""
    value = "1" if term.kind == "count" and quantity.sort == "rhythm" else quantity.value
    said = quantity.side if quantity.side in term.takes and quantity.sort != "rhythm" else ""
    operator: Operator = said or term.takes[0]
    if operator not in {"at_least", "at_most"}:
        return None
    side: durations.Side = "at_least" if operator == "at_least" else "at_most"
    try:
        bound = durations.parse(value, side) if term.kind == "duration" else int(value)
    except ValueError:
        return None
    made = Interval(at_least=bound) if side == "at_least" else Interval(at_most=bound)
    return made, ((operator, value),)


def _choice(operator: Operator, members: tuple[str, ...]) -> Choice:
    return Choice(frozenset(members)) if operator == "all_of" else Choice(one_of=frozenset(members))


def _sure(score: float) -> float:
    return round(min(0.99, 0.3 + 0.7 * score), 2)


def _merged(found: list[Proposal], terms: Mapping[str, Term]) -> list[Proposal]:
    """One proposal for each term: two bounds of one interval join; of two that say the same bound the surer stays."""
    by_term: dict[str, Proposal] = {}
    for each in sorted(found, key=lambda one: (-one.confidence, one.start)):
        before = by_term.get(each.term)
        if before is None:
            by_term[each.term] = each
        elif isinstance(each.constraint, Interval) and isinstance(before.constraint, Interval):
            joined = _joined(before, each)
            if joined is not None:
                by_term[each.term] = joined
    order = list(terms)
    return sorted(by_term.values(), key=lambda one: (one.start, order.index(one.term)))


def _joined(one: Proposal, other: Proposal) -> Proposal | None:
    a, b = one.constraint, other.constraint
    if not isinstance(a, Interval) or not isinstance(b, Interval):
        return None
    if {operator for operator, _ in one.written} & {operator for operator, _ in other.written}:
        return None
    made = Interval(
        a.at_least if a.at_least is not None else b.at_least, a.at_most if a.at_most is not None else b.at_most
    )
    if made.at_least is not None and made.at_most is not None and made.at_least > made.at_most:  # type: ignore[operator]  # one kind on both sides
        return None
    written = tuple(sorted((*one.written, *other.written)))
    return Proposal(
        one.term,
        made,
        written,
        min(one.start, other.start),
        max(one.end, other.end),
        min(one.confidence, other.confidence),
    )
