"""The words of a term of choices, as a sentence says them in English or French.

A choice is found by its own name ("iso_27001" in "ISO/IEC 27001", "ssh_key" in "SSH keys") or by the words below, which
are dictionary words for what the vocabulary names; a choice that the vocabulary adds later is found by its name.
"""

import re
from functools import cache
from typing import Final

_SAID: Final = {
    "lower": r"lower[ -]?case|small letters|minuscules?",
    "upper": r"upper[ -]?case|capitals?|capital letters|majuscules?",
    "digit": r"numbers?|digits?|numerals?|chiffres?",
    "special": r"special (?:characters?|signs?)|symbols?|punctuation|caractères? spécia(?:l|ux)|symboles?",
    "owner": r"owners?|propriétaires?",
    "administrator": r"admin(?:istrator|istrateur)?s?",
    "manager": r"managers?|gestionnaires?|responsables?",
    "user": r"users?|utilisateurs?",
    "viewer": r"viewers?|read[ -]only users?|spectateurs?|lecteurs?",
    "servers": r"servers?|serveurs?",
    "hosting_provider": r"hosting (?:provider|service|console)s?|hébergeurs?|hébergement",
    "campaign_changes": r"campaign changes|changes to (?:a |the )?campaigns?|modifications? de campagnes?",
    "customer_sign_in": r"customers?['’]? (?:sign|log)[ -]?ins?|comptes? clients?",
    "staff_sign_in": r"staff (?:sign|log)[ -]?ins?|employee (?:sign|log)[ -]?ins?|connexions? du personnel",
    "ssh_key": r"ssh[ -]keys?|clés? ssh",
    "ssh_certificate": r"ssh certificates?|certificats? ssh",
    "password": r"(?<!no )passwords?(?! hash)|(?<!sans )mots? de passe",
    "vpn": r"vpns?|virtual private network|réseau privé virtuel",
    "office_network": r"office network|company network|réseau (?:interne|du bureau)",
    "internet": r"internet",
    "time": r"date(?: and|,) time|timestamps?|date and hour|horodatage|date|time|heure",
    "account": r"user ids?|accounts?|identifiants?|comptes?",
    "entity": r"entity ids?|entities|objects?|urls?|entités?|objets?|ressources?",
    "operation": r"operations?(?: performed)?|actions? performed|opérations?",
    "source_address": r"(?:source )?ip(?: address(?:es)?)?|source address(?:es)?|adresses? (?:ip|source)",
}
_EVERYWHERE = "user account owner manager administrator viewer time entity operation internet password"
COMMON: Final = frozenset(_EVERYWHERE.split())
"""Words of every other sentence: one of them alone lists nothing."""
_ROMAN: Final = {"1": "(?:1|I)", "2": "(?:2|II)", "3": "(?:3|III)", "4": "(?:4|IV)"}


def named(text: str, choices: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """The choices that the text names, each once, with where it stands first."""
    spans = ((choice, _pattern(choice).search(text)) for choice in choices)
    return [(choice, match.start(), match.end()) for choice, match in spans if match is not None]


def is_name(choice: str) -> bool:
    """Whether the choice is a proper name, which stands for itself: "iso_27001"."""
    return choice not in _SAID


@cache
def _pattern(choice: str) -> re.Pattern[str]:
    said = _SAID.get(choice) or _by_name(choice)
    return re.compile(rf"(?i)(?<![\w-])(?:{said})(?![\w-])")


def _by_name(choice: str) -> str:
    """Its parts in a row, however they are joined: "iso_27001" is ISO 27001, ISO/IEC 27001, ISO27001."""
    parts = [_ROMAN.get(part, re.escape(part)) for part in choice.split("_")]
    return r"[\s,/-]*(?:iec[\s/-]*)?".join(parts)
