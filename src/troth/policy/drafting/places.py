"""Countries that a sentence names, in English or French, by their ISO 3166-1 codes."""

import re
from collections.abc import Iterator
from typing import Final

from troth.policy.drafting.wording import plain

_NAMES: Final = """
AE united arab emirates|emirats arabes unis; AR argentina|argentine; AT austria|autriche; AU australia|australie;
BE belgium|belgique; BG bulgaria|bulgarie; BR brazil|bresil; CA canada; CH switzerland|suisse; CL chile|chili;
CN china|chine; CO colombia|colombie; CY cyprus|chypre; CZ czech republic|czechia|republique tcheque|tchequie;
DE germany|allemagne; DK denmark|danemark; DZ algeria|algerie; EE estonia|estonie; EG egypt|egypte; ES spain|espagne;
FI finland|finlande; FR france; GB united kingdom|great britain|royaume-uni|grande-bretagne|uk; GR greece|grece;
HK hong kong; HR croatia|croatie; HU hungary|hongrie; IE ireland|irlande; IL israel; IN india|inde; IS iceland|islande;
IT italy|italie; JP japan|japon; KR south korea|coree du sud; LI liechtenstein; LT lithuania|lituanie;
LU luxembourg; LV latvia|lettonie; MA morocco|maroc; MC monaco; MT malta|malte; MX mexico|mexique;
NL netherlands|the netherlands|pays-bas|holland|hollande; NO norway|norvege; NZ new zealand|nouvelle-zelande;
PL poland|pologne; PT portugal; RO romania|roumanie; RS serbia|serbie; RU russia|russie; SE sweden|suede;
SG singapore|singapour; SI slovenia|slovenie; SK slovakia|slovaquie; SN senegal; TH thailand|thailande;
TN tunisia|tunisie; TR turkey|turkiye|turquie; TW taiwan; UA ukraine; US united states of america|united states|
etats-unis d'amerique|etats-unis|usa; VN vietnam; ZA south africa|afrique du sud
"""
_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
UNION: Final = tuple(_MEMBERS.split())  # Treaty on European Union, art. 52, as it stands since 1 February 2020
AREA: Final = tuple(sorted((*UNION, "IS", "LI", "NO")))  # Agreement on the European Economic Area
_UNION: Final = r"european union|union europeenne|\beu\b|\bue\b"
_AREA: Final = r"european economic area|espace economique europeen|\beea\b|\beee\b"


def _table() -> dict[str, str]:
    found = {}
    for entry in " ".join(_NAMES.split()).split(";"):
        code, _, names = entry.strip().partition(" ")
        for name in names.split("|"):
            found[name.strip()] = code
    return found


_BY_NAME: Final = _table()
_COUNTRY: Final = re.compile(
    r"\b(?:"
    + "|".join(re.escape(name).replace("\\ ", r"[\s-]") for name in sorted(_BY_NAME, key=len, reverse=True))
    + r")\b"
)
_TOGETHER: Final = re.compile(f"(?P<area>{_AREA})|(?P<union>{_UNION})")


def countries(text: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Each country, or union of countries, that the text names: its codes and where it stands."""
    said = _same_length(text)
    for match in _COUNTRY.finditer(said):
        name = re.sub(r"\s", " ", match.group())
        yield (_BY_NAME.get(name) or _BY_NAME[name.replace(" ", "-")],), *match.span()
    for match in _TOGETHER.finditer(said):
        if not _is_law(said[match.end() :]):
            yield (AREA if match["area"] else UNION), *match.span()


def _is_law(after: str) -> bool:
    """ "EU General Data Protection Regulation", "EU-U.S.": a name, not a place."""
    return bool(
        re.match(r"(?:['’]s)?[\s-]*(?:u\.?s|general|regulation|directive|law|data protection|standard|gdpr|\d)", after)
    )


def _same_length(text: str) -> str:
    """Plain letters, one for one, so that positions stay."""
    return "".join((plain(sign) or sign)[:1] for sign in text)
