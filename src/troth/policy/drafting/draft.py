"""From a document to a draft: its clauses, what could prove them, what promises nothing, what nothing covers."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from troth.policy.clauses import ClauseKind
from troth.policy.drafting import choosing, terming, wording
from troth.policy.drafting.blocks import blocks
from troth.policy.drafting.choosing import Candidate, Chooser
from troth.policy.drafting.document import Document, Language
from troth.policy.drafting.errors import NoPromises
from troth.policy.drafting.knowledge import Knowledge
from troth.policy.drafting.splitting import Rules, Unit, units
from troth.policy.drafting.terming import Proposal, Terming

COVERED = 0.3
"""From this confidence on the first control is proposed; below it nothing covers the promise."""
SHOWN, _HEARD = 3, 6
"""So many candidates are shown, and so many are heard when terms are sought."""
ALSO = 0.55
"""From this one on the next ones are, too."""


@dataclass(frozen=True, slots=True)
class DraftClause:
    """One promise as it stands in the document, and what is proposed for it."""

    id: str
    start: int
    end: int
    page: int | None
    words: str
    language: Language
    candidates: tuple[Candidate, ...]
    controls: tuple[str, ...]
    kinds: tuple[ClauseKind, ...]
    terms: tuple[Proposal, ...]

    @property
    def covered(self) -> bool:
        """Whether any control is proposed."""
        return bool(self.controls)


@dataclass(frozen=True, slots=True)
class DraftSection:
    """A title of the document, and the promises under it."""

    id: str
    title: str
    clauses: tuple[DraftClause, ...]


@dataclass(frozen=True, slots=True)
class Silent:
    """A sentence that promises nothing: where it stands, why (a stable word), and the words that say so."""

    start: int
    end: int
    page: int | None
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole."""

    document: Document
    language: Language
    title: str
    sections: tuple[DraftSection, ...]
    silent: tuple[Silent, ...]

    @property
    def clauses(self) -> Iterator[DraftClause]:
        """Every clause, in the order of the document."""
        return (clause for section in self.sections for clause in section.clauses)

    @property
    def uncovered(self) -> tuple[DraftClause, ...]:
        """Promises that no control here could prove."""
        return tuple(clause for clause in self.clauses if not clause.covered)


class Drafting:
    """Drafts documents from one `Knowledge`; making it is the slow part (a second), a document is quick."""

    def __init__(
        self,
        knowledge: Knowledge,
        weights: choosing.Weights = choosing.Weights(),  # noqa: B008 - frozen
        thresholds: terming.Thresholds = terming.Thresholds(),  # noqa: B008 - frozen
    ) -> None:
        self._chooser = Chooser(knowledge, weights)
        self._terming = Terming(knowledge, thresholds)
        self._kinds = {each.id: each.kind for each in knowledge.controls}

    def draft(self, document: Document, *, prefix: str = "P", rules: Rules = Rules()) -> Draft:  # noqa: B008 - frozen
        """The draft of a document. Raises NoPromises where no sentence promises anything."""
        whole = units(document, rules)
        language = wording.language(document.text)
        promising = [unit for unit in whole if unit.judgement.promises]
        if not promising:
            raise NoPromises
        sections = []
        for index, (titles, group) in enumerate(groupby(promising, key=lambda unit: unit.titles), start=1):
            clauses = tuple(
                self._clause(document, unit, f"{prefix}-{index}.{place}", language)
                for place, unit in enumerate(group, start=1)
            )
            sections.append(DraftSection(str(index), titles[-1] if titles else "", clauses))
        silent = tuple(
            Silent(unit.start, unit.end, document.page(unit.start), unit.judgement.reason, unit.judgement.words)
            for unit in whole
            if not unit.judgement.promises
        )
        headings = (document.text[each.start : each.end] for each in blocks(document.text) if each.kind == "heading")
        return Draft(document, language, next(headings, ""), tuple(sections), silent)

    def propose(self, unit: Unit) -> tuple[list[Candidate], list[Proposal]]:
        """The controls, best first, and the terms of one unit."""
        candidates = self.heard(unit)
        return candidates[:SHOWN], self._terming.propose(unit.text, (*unit.titles, unit.lead), candidates)

    def heard(self, unit: Unit) -> list[Candidate]:
        """All the controls that are heard when terms are sought."""
        return self._chooser.rank(" ".join(unit.text.split()), unit.titles, most=_HEARD)

    def _clause(self, document: Document, unit: Unit, clause_id: str, language: Language) -> DraftClause:
        candidates, terms = self.propose(unit)
        chosen = tuple(
            each.control
            for place, each in enumerate(candidates)
            if each.confidence >= (COVERED if place == 0 else ALSO)
        )
        return DraftClause(
            id=clause_id,
            start=unit.start,
            end=unit.end,
            page=document.page(unit.start),
            words=unit.text,
            language=wording.language(unit.text, language),
            candidates=tuple(candidates),
            controls=chosen,
            kinds=self._kinds_of(chosen),
            terms=tuple(terms),
        )

    def _kinds_of(self, controls: tuple[str, ...]) -> tuple[ClauseKind, ...]:
        found: list[ClauseKind] = []
        for name in controls:
            kind = self._kinds.get(name, "planned")
            found.append("attested" if name.startswith("attested.") else "probed" if kind == "probed" else "enforced")
        ordered: tuple[ClauseKind, ...] = ("enforced", "probed", "attested")
        return tuple(each for each in ordered if each in found) or ("declared",)
