"""A document becomes units: sentences, list items and parts of sentences that each promise one thing, or nothing.

Each rule below is a rule of language, not of any one policy, and can be switched off (`Rules`), so that the benchmark
can show what it is worth on each policy.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from troth.policy.drafting import promising
from troth.policy.drafting.blocks import Block, blocks
from troth.policy.drafting.document import Document
from troth.policy.drafting.errors import PolicyTooLarge
from troth.policy.drafting.sentences import sentences


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules of splitting are on."""

    wrapped_lines: bool = True
    points_back: bool = True
    bare_lists: bool = True
    conjunctions: bool = True
    promises_only: bool = True


@dataclass(frozen=True, slots=True)
class Unit:
    """`text[start:end]`, the titles it stands under, and whether it promises something."""

    start: int
    end: int
    text: str
    titles: tuple[str, ...]
    judgement: promising.Judgement
    lead: str = ""
    """The words that introduce the list in which it stands."""


_POINTS_BACK = re.compile(
    r"(?:This|These|That|Those|It|It['’]s|They|Their|Its|He|She|His|Her|More specifically|Specifically|"
    r"In that case|In this case|Such|"
    r"That is|For example|For instance|Note that|Otherwise|If (?:so|not|in an exceptional)|"
    r"Ce|Cet|Cette|Ces|Cela|Ceci|Celui-ci|Celle-ci|Ceux-ci|Celles-ci|Il|Ils|Elle|Elles|Par exemple|Dans ce cas|"
    r"Par la suite|Sinon|"
    r"Plus précisément|À défaut|C['’]est-à-dire)\b(?!\s+(?:is|are)\s+(?:no|a)\b)"
)
_OF_ITSELF = re.compile(
    r"(?:It|They|Il|Ils|Elle|Elles)\s+(?:\w+\s+)?(?:never|must|will|shall|only|jamais|doit|doivent|ne\s.{0,40}jamais)\b"
)
"""A pronoun that goes on with a promise of its own: "It never leaves…"."""
_IMPERSONAL = re.compile(r"Il (?:y a|est|faut|n['’]y a|convient)\b|It is\b")
_BACK_IN = re.compile(r"(?i)\b(?:do so|this process|ce processus|cette opération|le cas échéant)\b")
_COMPLETES = re.compile(r"(?i)\b(?:for|with|of|to|in|from|by|pour|avec|de|des|du|à|aux|dans|par)\s*:$")
_LONGEST = 1_900
MAX_UNITS = 3_000
_LISTED_NAMES = 5
"""Items of so few words, without a verb, are names (standards, protocols), not promises."""
_IN_ADDITION = re.compile(r"(?:In addition to|Besides|Beyond|Outre|En plus d(?:e|u|es))\s+[^,]{25,160},\s+(?=\S)")
_CONJUNCTION = re.compile(
    r"(?:,\s+(?:and|et)\s+(?=(?:carry|carries|allow|provide|implement|maintain|perform|review|notify|ensure|"
    r"monitor|keep|log|"
    r"encrypt|delete|destroy|test|audit|we|nous|assurons|effectuons|conservons|supprimons|vérifions|chiffrons|"
    r"informons)\s)|"
    r",?\s+(?:and|et)\s+(?=(?:allows|provides|implements|maintains|performs|notifies|ensures|keeps|carries|"
    r"encrypts|deletes|"
    r"destroys|permet|permettent|assure|assurent|effectue|conserve|supprime|vérifie|chiffre)\s))"
)
_CLAUSE = 38
"""Both halves of a divided sentence have at least so many characters."""
_VERB = re.compile(
    r"(?i)\b(?:is|are|was|were|be|been|being|has|have|had|will|shall|must|may|can|do|does|est|sont|sera|seront|"
    r"ont|peut|"
    r"peuvent|doit|doivent|avons|\w{3,}(?:ing|ed|ons|ent))\b"
)


_FINITE = re.compile(r"(?i)\b(?:is|are|has|have|will|shall|must|may|can|est|sont|ont|peut|peuvent|doit|doivent)\b")


def units(document: Document, rules: Rules = Rules()) -> list[Unit]:
    """The units of a document, in order; the titles themselves are none."""
    text = document.text
    found: list[Unit] = []
    titles: list[tuple[str, bool]] = []
    whole = blocks(text, joins=rules.wrapped_lines)
    index = 0
    while index < len(whole):
        block = whole[index]
        if block.kind == "heading":
            titles = _under(
                titles, (text[block.start : block.end], block.numbered), whole[index - 1] if index else None
            )
            index += 1
            continue
        items = _items(whole, index + 1) if block.kind == "paragraph" and text[block.end - 1] == ":" else []
        names = tuple(title for title, _ in titles)
        if (
            block.numbered
            and (match := _RUN_IN.match(text, block.start, block.end))
            and not _FINITE.search(match.group())
        ):
            titles = _under(titles, (match.group().rstrip("."), True), None)
            names = tuple(title for title, _ in titles)
            block = replace(block, start=match.end())
        if items:
            found += _list(text, block, items, names, rules)
        else:
            found += _stretch(text, block.start, block.end, names, rules, item=block.kind == "item")
        index += 1 + len(items)
        if len(found) > MAX_UNITS:
            raise PolicyTooLarge(what="the number of sentences", limit=f"{MAX_UNITS:,}")
    return found


def _under(titles: list[tuple[str, bool]], new: tuple[str, bool], before: Block | None) -> list[tuple[str, bool]]:
    """A numbered title opens a section; an unnumbered one stands under the numbered one before it."""
    if new[1]:
        # Two numbered titles in a row: the second stands under the first.
        kept = titles[-1:] if before is not None and before.kind == "heading" and titles and titles[-1][1] else []
        return [*kept, new]
    return [*(title for title in titles if title[1]), new]


def _items(whole: list[Block], index: int) -> list[Block]:
    found = []
    while index < len(whole) and whole[index].kind == "item":
        found.append(whole[index])
        index += 1
    return found


def _list(text: str, lead: Block, items: list[Block], titles: tuple[str, ...], rules: Rules) -> list[Unit]:
    """A list and the words before it: one unit when the items only finish the sentence, else one for each item."""
    parts = sentences(text, lead.start, lead.end)
    opening = parts[-1] if parts else (lead.start, lead.end)
    found = _stretch(text, lead.start, opening[0], titles, rules) if opening[0] > lead.start else []
    words = text[opening[0] : opening[1]]
    if rules.bare_lists and _finishes(words, [text[item.start : item.end] for item in items]):
        return [*found, _unit(text, opening[0], items[-1].end, titles)]
    found.append(_unit(text, *opening, titles))
    for item in items:
        found += _stretch(text, item.start, item.end, titles, rules, item=True, lead=words)
    return found


def _finishes(lead: str, items: list[str]) -> bool:
    names = all(len(item.split()) <= _LISTED_NAMES and not _VERB.search(item) and ":" not in item for item in items)
    if names and not lead.rstrip().endswith(("?",)) and _VERB.search(lead):
        return True
    return bool(_COMPLETES.search(lead.strip()) and not any(_ENDS.search(item) for item in items))


_ENDS = re.compile(r"[.!?]\s*$")


_RUN_IN = re.compile(
    r"[A-ZÀ-Ý][\w’'-]{0,40}(?:,?\s+(?:(?:and|of|the|et|des?|du|la|&)\s+)?[A-ZÀ-Ý][\w’'-]{0,40}){0,7}\.(?=\s+[A-ZÀ-Ý])"
)
"""A title that stands in the line of its paragraph: "Control of Processing. We have…"."""


def _stretch(
    text: str, start: int, end: int, titles: tuple[str, ...], rules: Rules, *, item: bool = False, lead: str = ""
) -> list[Unit]:
    """The units of a paragraph or a list item."""
    parts = [piece for each in sentences(text, start, end) for piece in _pieces(text, *each)]
    if rules.points_back:
        parts = _joined(text, parts)
    if rules.conjunctions:
        parts = [piece for part in parts for piece in _divided(text, *part)]
    found: list[Unit] = []
    for part in parts:
        # What goes on after a semicolon or a conjunction is understood from what stood before it.
        before = found[-1].text if found and text[part[0]].islower() else lead
        found.append(_unit(text, *part, titles, item=item, lead=before, only=rules.promises_only))
    return found


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What no full stop divides for pages is divided at a blank: no sentence is so long."""
    while end - start > _LONGEST:
        stop = text.rfind(" ", start + 1, start + _LONGEST)
        stop = stop if stop > start else start + _LONGEST
        yield start, stop
        start = stop + 1 if text[stop].isspace() else stop
    yield start, end


def _unit(
    text: str, start: int, end: int, titles: tuple[str, ...], *, item: bool = False, lead: str = "", only: bool = True
) -> Unit:
    words = text[start:end]
    judged = promising.judge(words, item=item) if only else promising.Judgement(promises=True, words="")
    return Unit(start, end, words, titles, judged, lead)


def _joined(text: str, parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A sentence that only points back belongs to the one that it points at."""
    found: list[tuple[int, int]] = []
    for start, end in parts:
        words = text[start:end]
        alone = _IMPERSONAL.match(words) or _OF_ITSELF.match(" ".join(words.split()))
        back = (_POINTS_BACK.match(words) and not alone) or _BACK_IN.search(words)
        if found and back and not words.endswith(":"):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _divided(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence whose halves would each be a sentence."""
    if (match := _IN_ADDITION.match(text, start, end)) and end - match.end() >= _CLAUSE:
        yield start, match.start() + len(match.group().rstrip())
        start = match.end()
    for match in _CONJUNCTION.finditer(text, start, end):
        if (
            match.start() - start >= _CLAUSE
            and end - match.end() >= _CLAUSE
            and _VERB.search(text, start, match.start())
        ):
            yield start, match.start() + (text[match.start()] == ",")
            start = match.start() + (text[match.start()] == ",") + 1
    yield start, end
