"""How much of a title a sentence speaks of, word by word, across the two languages."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from troth.policy.drafting import concepts
from troth.policy.drafting.wording import STOP, stem, words

_WHOLE, _ABOVE = 0.75, 0.4
"""What the rest of the sentence, and what stands above it, weigh against the phrase in which the value stands."""
_BY_CONCEPT = 0.85
_BRIEF = 1.5
"""A title of one word is soon spoken of: it never counts as wholly meant."""
_SPECIFIC = 0.04
"""Each word more that two equal titles share with the sentence: the one that says more of it comes first."""
_FRAME_WORDS = "one two un une deux time times between temps entre long duree attested anew attestation renouvelee sous"
_FRAME = frozenset(_FRAME_WORDS.split())
"""Words by which a title says that it is about a time or a number: its kind has said so, and values fit kinds."""
_RHYTHM = frozenset({"tier", "night"})
"""Concepts in which days, weeks and months are one: what is kept weekly is not what is kept daily."""
_FAINT, _FAINT_ROOTS = 0.5, frozenset(map(stem, ("full", "fully", "complete", "completes", "complet", "new")))
"""Adjectives that go with anything."""
_WITHOUT_RAREST = 0.85
"""A title's rarest word sets it apart from its neighbours: without it the title is hardly meant."""

_EACH_DAY = re.compile(r"(?i)\b(?:(?:every|each|chaque)\s+(?:day|night|jour|nuit|soir)|tous les (?:jours|soirs))\b")


@dataclass(frozen=True, slots=True)
class _Word:
    root: str
    means: frozenset[str]


class Titles:
    """The titles of all terms, each in its languages, and how rare their words are."""

    def __init__(self, titles: Mapping[str, tuple[str, ...]]) -> None:
        self._titles = {name: [list(_words(text)) for text in texts] for name, texts in titles.items()}
        seen: Counter[str] = Counter()
        for texts in self._titles.values():
            seen.update({word.root for text in texts for word in text})
        whole = len(self._titles) + 1
        self._rare = {root: math.log(whole / many) for root, many in seen.items()}
        self.likeness = lru_cache(maxsize=1 << 16)(self._likeness)

    def _likeness(self, name: str, part: str, whole: str, above: str) -> float:
        """From 0 to about 1."""
        near, wide, over = (_heard(text) for text in (part, whole, above))
        return max((self._covered(title, near, wide, over) for title in self._titles[name]), default=0.0)

    def of_its_tier(self, name: str, part: str, whole: str) -> bool:
        """Whether a title of a tier (daily, weekly, …) has it said: nearest to the value, else anywhere."""
        own = {each for title in self._titles[name] for word in title for each in word.means & concepts.TIERS}
        return not own or bool(own & (_tiers(part) or _tiers(whole)))

    def named(self, name: str, text: str) -> bool:
        """Whether the text has the word that sets the title apart, and not only one like it."""
        heard = _heard(text)
        rarest = (max(title, key=lambda word: self._rare[word.root]) for title in self._titles[name] if title)
        return any(heard.hears(word) == 1.0 for word in rarest)

    def _covered(self, title: list[_Word], near: "_Heard", wide: "_Heard", over: "_Heard") -> float:
        weight = said = 0.0
        count, rarest = 0, (0.0, 0.0)
        for word in title:
            rare = self._rare[word.root] * (_FAINT if word.root in _FAINT_ROOTS else 1.0)
            heard = max(near.hears(word), _WHOLE * wide.hears(word), _ABOVE * over.hears(word))
            weight += rare
            said += rare * heard
            count += heard > _ABOVE
            if rare > rarest[0]:
                rarest = (rare, heard)
        if not weight:
            return 0.0
        return (said / (weight + _BRIEF)) * (1.0 if rarest[1] else _WITHOUT_RAREST) + _SPECIFIC * min(count, 4)


def _tiers(text: str) -> frozenset[str]:
    found = _heard(text).means & concepts.TIERS
    return found | {"daily_tier"} if _EACH_DAY.search(text) else found


@lru_cache(maxsize=256)
def _heard(text: str) -> "_Heard":
    return _Heard(text)


class _Heard:
    """A text as the words and concepts in it."""

    def __init__(self, text: str) -> None:
        found = list(_words(text))
        self._roots = {word.root for word in found}
        self.means = frozenset(each for word in found for each in word.means)

    def hears(self, word: _Word) -> float:
        if word.root in self._roots:
            return 1.0
        return _BY_CONCEPT if word.means & self.means else 0.0


def alike(one: str, other: str) -> bool:
    """Whether two short texts share a word or a concept."""
    heard = _heard(other)
    return any(heard.hears(word) for word in _words(one))


def _words(text: str) -> Iterator[_Word]:
    for word, *_ in words(text):
        if word not in STOP and word not in _FRAME and len(word) > 1:
            yield _Word(stem(word), frozenset(concepts.of_word(word)) - _RHYTHM)
