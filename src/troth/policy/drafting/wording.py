"""Words as they are compared: small letters without accents, light stems, and the language a text is written in.

The stems are rough on purpose (Lovins' idea of endings, far fewer of them): they bring "encrypted", "encryption" and
"encrypt" together and are the same everywhere, which is all that a comparison needs.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from troth.policy.drafting.document import Language

_WORD = re.compile(r"[a-z0-9]+(?:[/.-][a-z0-9]+)*")
_ENGLISH_WORDS = """
the of and to in is are we our ours us for with any that by on be this as or all your you not at from will which
has have it its their they may must shall been who when where than if an under such only each every no upon
within how what whatever so far can could until nothing something us whose
"""
_FRENCH_WORDS = """
le la les de des du et un une dans est sont nous nos notre nôtre pour avec que qui par sur ce cette ces au aux
en ou vos votre vous il elle ne pas se sa son ses leur leurs plus peut peuvent doit doivent toute tous toutes
tout a sans chaque aucun aucune dont lors afin
quel quelle quels quelles soit jusqu etre rien
"""
_LETTERS = "l d s n qu c j m t a i"
_SAYING = {"not", "no", "pas", "sans", "only", "every"}
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_FRENCH = frozenset(_FRENCH_WORDS.split())
STOP = (_ENGLISH | _FRENCH | frozenset(_LETTERS.split())) - _SAYING
_ENDING_LIST = """
isations ization izations isation ational ations ation ateurs ateur ement ements ments ment tions tion sions
sion ings ing ities ity ites ite ances ance ences ence ables able ibles ible ives ive eurs eur ees ee ies ied ed
es er ers ent ant ants ly s e x
"""
_ENDINGS = sorted(_ENDING_LIST.split(), key=len, reverse=True)
_LONGEST = 14
_SHORTEST = 4
"""No stem is cut below so many letters."""


@lru_cache(maxsize=1 << 14)
def plain(text: str) -> str:
    """Small letters, no accents, one kind of apostrophe; the same length is not kept."""
    small = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe").replace("Œ", "OE").lower())
    return "".join(sign for sign in small if not unicodedata.combining(sign))


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word in plain letters, with its position in `text`."""
    for match in re.finditer(r"[^\W_]+(?:[/.][^\W_]+)*", without_addresses(text)):
        for part in _parts(match.group(), match.start()):
            yield plain(part[0]), part[1], part[2]


_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s)>\]]+|[\w.+-]+@[\w.-]+|(?<=\])\([^)\s]*\)")


def without_addresses(text: str) -> str:
    """The text with blanks for web and mail addresses, whose letters say nothing; every position stays."""
    return _ADDRESS.sub(lambda match: " " * len(match.group()), text)


def _parts(word: str, start: int) -> Iterator[tuple[str, int, int]]:
    if "/" in word and not any(sign.isdigit() for sign in word):  # "login/password"; but 24/7 stays one
        for match in re.finditer(r"[^/]+", word):
            yield match.group(), start + match.start(), start + match.end()
    else:
        yield word, start, start + len(word)


def stem(word: str) -> str:
    """The rough stem of a plain word."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            word = word[: -len(ending)]
            break
    if len(word) > _SHORTEST and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    if len(word) > _SHORTEST and word[-1] in "ei":
        word = word[:-1]
    return word[:_LONGEST]


def language(text: str, otherwise: Language = "en") -> Language:
    """English or French, by the small words that only one of them has."""
    english = french = 0
    for match in _WORD.finditer(plain(text)):
        english += match.group() in _ENGLISH - _FRENCH
        french += match.group() in _FRENCH - _ENGLISH
    if english == french:
        return otherwise
    return "en" if english > french else "fr"
