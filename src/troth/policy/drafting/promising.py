"""Whether a sentence promises anything, and the words that say so.

A policy's sentences bind unless they show that they don't: they speak of the document, of a feeling or a wish, define
a word, ask, or speak for someone else. What can be measured (a number,
a negation, an act on data) outweighs such a sign.
"""

import re
from dataclasses import dataclass

from troth.policy.drafting.wording import plain

_SENTENCE = 4
"""Fewer words without a known act or measure are a fragment."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Does it promise; the words that decided; and why not, as a stable key."""

    promises: bool
    words: str
    reason: str = ""


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(alternatives) + r")")


_DOCUMENT = _any(
    r"th(?:is|e present) (?:document|policy|page|section|annex|documentation|statement|notice|note|charter|"
    r"\w+ (?:policy|"
    r"statement|notice))",
    r"(?:le |la |cette |ce )?present\w* (?:document|politique|page|charte|note|annexe|declaration)",
    r"(?:ce|cette) (?:document|politique|page|section|charte|note|annexe)",
    r"the following (?:section|document|definition)",
    r"see (?:also |our |the )?[\w' ]{0,40}(?:page|website|section|annex|for more)",
    r"(?:voir|consultez|cf) [\w' ]{0,40}(?:page|site|section|annexe|pour plus)",
    r"^(?:please )?(?:see|refer to|read|consult|visit|voir|consultez|reportez-vous|veuillez consulter)\b",
    r"for more information",
    r"pour plus d'informations",
    r"in regards? (?:to|of) [^.]{0,80}(?:distinction|document)",
    r"there is a distinction",
    r"il (?:convient|faut) de distinguer",
)
_FEELING = _any(
    r"(?:very |extremely )?seriously",
    r"(?:are|is|remain) (?:aware|conscious|convinced|proud|pleased|delighted)",
    r"understand(?:s)? (?:that|how)",
    r"we (?:believe|know|recogni[sz]e|appreciate|value|care)",
    r"is important to us",
    r"great importance",
    r"core (?:principle|value)s?",
    r"(?:aim|aims|strive|strives|endeavou?r|seek|hope|wish)s? to",
    r"committed to (?:achiev|maintain|provid|offer|be|keep|deliver|protect|your|the )\w*",
    r"highest standards",
    r"peace of mind",
    r"your trust",
    r"trust of (?:our|your)",
    r"integral to",
    r"mission",
    r"nous (?:croyons|savons|pensons|comprenons|sommes (?:conscients|fiers|convaincus|heureux|attaches))",
    r"grande importance",
    r"(?:a|au) coeur de",
    r"(?:nous |s')(?:efforcons|efforce)",
    r"au serieux",
    r"priorite absolue",
    r"confiance de nos",
    r"c'est pourquoi",
    r"that is why",
    r"precieux",
    r"nous tenons a",
    r"plus hauts? (?:niveau|standard)x?s?",
    r"notre (?:mission|engagement|ambition)",
    r"^welcome to",
    r"^bienvenue",
    r"thank you",
    r"merci",
)
_DEFINES = _any(
    r"(?:is|are) defined as",
    r"(?<!by )means (?!of)",
    r"refers? to",
    r"that is to say$",
    r"(?:est|sont) (?:definie?s? comme|entendue?s?)",
    r"designe(?:nt)?\b",
    r"on entend par",
    r"(?:hereinafter|ci-apres)",
)
_OTHERS = _any(
    r"customers? (?:acknowledge|is responsible|are responsible|agree|must|should|shall|remain)s?",
    r"you (?:are responsible|agree|acknowledge|must|should|shall|warrant)",
    r"users? (?:are responsible|must|should)",
    r"does not (?:represent|warrant|guarantee)",
    r"do not (?:represent|warrant|guarantee)",
    r"(?:cannot|can not|can't) (?:be held|guarantee)",
    r"no (?:warranty|guarantee)",
    r"not (?:liable|responsible)",
    r"^(?:vous|le client|les clients|l'utilisateur) (?:etes|est|sont|devez|doit|doivent|reconnai\w+|accepte\w*|"
    r"s'engage\w*)(?: seul\w*)? ?(?:responsable|que|a\b|de\b)?",
    r"ne (?:garantissons|garantit|saurait|pouvons garantir)",
    r"aucune garantie",
    r"decline\w* toute",
)
_WEAK_DETAIL = _any(
    r"note that",
    r"please note",
    r"for example",
    r"for instance",
    r"par exemple",
    r"veuillez noter",
    r"a noter",
    r"is too (?:large|long|broad)",
    r"(?:est|sont) trop",
)
_ANNOUNCES = _any(
    r"(?:include|includes|including|as follows|the following|following|comme suit|suivante?s?|comprend|"
    r"comprennent|notamment)\b[^.]*:?$",
)
_DEED = _any(
    r"(?:encrypt|chiffr|crypt|delet|eras|destroy|destru|supprim|effac|detrui|stor|stock|conserv|retain|"
    r"back(?:ed|s)? ?up|sauvegard|log(?:s|ged)?\b|journalis|"
    r"enregistr|monitor|surveill|notif|inform(?:s|ed)? |replicat|repliqu|restrict|restrei|limit|isolat|separ|"
    r"segregat|cloison|hash|hach|"
    r"review|audit|test|train|form(?:e|es|ons|ation) |sign|verif|check|control|scan|patch|updat|mis(?:e|"
    r"es)? a jour|met(?:tons)? a jour|transfer|transmi|"
    r"process(?:es|ed)?\b|trait(?:e|ees?|ons|ement)|access|acced|host|heberg|located|situe|approv|authenti|"
    r"authoris|authoriz|autoris|prohibit|interdi|"
    r"bind|required|exige|share|partag|publi|provid|fourni|respond|repond|answer|investig|document|certif|"
    r"maintain|keep|kept|tient|tenons|"
    r"prevent|protect|proteg|receiv|recoi|perform|effectu|conduct|carr(?:y|ied)|enforce|appli|implement|nominat|"
    r"nomm|appoint|designat|"
    r"available|disponible|export|propriet|owner|work)",
)
_MEASURE = _any(
    r"\d+ ?%",
    r"\d+ (?:hour|day|week|month|year|minute|heure|jour|semaine|mois|an|caract|charact)",
    r"daily|weekly|monthly|quarterly|annual|yearly|nightly",
    r"quotidien|hebdomadaire|mensuel|trimestriel|annuel",
    r"every (?:day|night|week|month|quarter|year)",
    r"chaque (?:jour|nuit|semaine|mois|trimestre|annee)",
    r"never|not\b|no\b|cannot|isn't|aren't|don't|doesn't|won't|wouldn't|jamais|aucune?\b|ne\b|n'",
    r"only|exclusively|uniquement|exclusivement|seul(?:e|s|es)?\b",
    r"all\b|every\b|each\b|any\b|tou(?:s|te|tes)\b|chaque",
    r"must|shall|will\b|required|doi(?:t|vent)\b",
    r"at all times|at any time|a tout moment|toujours",
    r"two-factor|multi-factor|2fa|https|tls|iso ?\d",
    r"without undue delay|promptly|immediately|sans delai|immediatement",
)


def judge(text: str, *, item: bool = False) -> Judgement:
    """Does this sentence, or list item, promise something?"""
    said = plain(" ".join(text.split()))
    if said.rstrip().endswith("?"):
        return Judgement(promises=False, words="?", reason="question")
    measures, deeds = _MEASURE.findall(said), _DEED.findall(said)
    binds = min(len(set(measures)), 2) + min(len(set(deeds)), 2) / 2
    for pattern, reason, weight in (
        (_DOCUMENT, "about_the_document", 4),
        (_DEFINES, "definition", 4),
        (_OTHERS, "speaks_for_others", 4),
        (_FEELING, "feeling_or_wish", 2),
        (_WEAK_DETAIL, "detail", 3),
    ):
        match = pattern.search(said)
        # A measure says that the sentence binds all the same; only a strong one outweighs a strong sign.
        if match is not None and binds < weight * (0.7 if item else 1):
            return Judgement(promises=False, words=match.group().strip(), reason=reason)
    if said.endswith(":"):
        return Judgement(promises=False, words=said.split()[-1], reason="announces")
    if deeds or measures:
        return Judgement(promises=True, words=" ".join(dict.fromkeys([*measures[:2], *deeds[:2]])).strip())
    if item or len(said.split()) >= _SENTENCE:
        return Judgement(promises=True, words="")  # an act that no list of ours knows is an act all the same
    return Judgement(promises=False, words="", reason="no_deed")
