"""Judges whether the key places hold the current root, all of them, and no dead one (clauses A-4b, A-7a, X-7b)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified

MOVING = timedelta(minutes=15)
"""An epoch whose old root still lies somewhere after so long does not move, it is stuck."""


@dataclass(frozen=True, slots=True)
class Facts:
    """How many places there are, and how many of them are in which state."""

    places: int
    wanted: int
    holding: int
    old_roots: int
    behind: int
    down: int
    readable: int
    media: int
    epoch: int
    settled: bool
    epoch_age: timedelta | None
    faults: tuple[str, ...]


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:  # noqa: PLR0911 - one answer to each question
    """Roots that others can read, that are too few, or that outlive their epoch, break it; the rest threatens it."""
    if facts.readable:
        return broken("key_places.readable", places=facts.readable)
    if not facts.places or not facts.epoch:
        return unverified("key_places.none")
    if facts.old_roots and (facts.settled or facts.epoch_age is None or facts.epoch_age > MOVING):
        return broken("key_places.old_root", places=facts.old_roots)
    if facts.holding < facts.wanted:
        return broken("key_places.too_few", holding=facts.holding, wanted=facts.wanted)
    away = facts.behind + facts.down + facts.old_roots
    if away or not facts.settled:
        return at_risk("key_places.away", holding=facts.holding, away=away)
    if facts.media < 2:  # noqa: PLR2004 - one medium is none when it fails
        return kept("key_places.one_disk", holding=facts.holding, epoch=facts.epoch)
    return kept("key_places.kept", holding=facts.holding, epoch=facts.epoch)


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "key_places.kept": {
        "en": "{holding:key place holds|key places hold} the root of epoch {epoch}, and no older one.",
        "fr": "{holding:dépôt de clés détient|dépôts de clés détiennent} la racine de l’époque {epoch}, et aucune plus "
        "ancienne.",
    },
    "key_places.one_disk": {
        "en": "{holding:key place holds|key places hold} the root of epoch {epoch}, and no older one; all lie on one "
        "disk.",
        "fr": "{holding:dépôt de clés détient|dépôts de clés détiennent} la racine de l’époque {epoch}, et aucune plus "
        "ancienne ; tous sur un même disque.",
    },
    "key_places.readable": {
        "en": "{places:key place is|key places are} open to other users of the machine.",
        "fr": "{places:dépôt de clés est ouvert|dépôts de clés sont ouverts} à d’autres utilisateurs de la machine.",
    },
    "key_places.old_root": {
        "en": "{places:key place still holds|key places still hold} a root key that should be gone.",
        "fr": "{places:dépôt de clés détient|dépôts de clés détiennent} encore une clé racine qui devrait avoir "
        "disparu.",
    },
    "key_places.too_few": {
        "en": "Only {holding:key place holds|key places hold} the current root, of {wanted} at least.",
        "fr": "Seulement {holding:dépôt de clés détient|dépôts de clés détiennent} la racine actuelle, sur {wanted} au "
        "moins.",
    },
    "key_places.away": {
        "en": "{away:key place does|key places do} not hold the current root yet; {holding} do.",
        "fr": "{away:dépôt de clés ne détient|dépôts de clés ne détiennent} pas encore la racine actuelle ; {holding} "
        "la détiennent.",
    },
    "key_places.none": {
        "en": "No key place was found.",
        "fr": "Aucun dépôt de clés n’a été trouvé.",
    },
}
_BACK = {
    "en": "Bring the missing key place back, or add another: `troth key status` says which, and how.",
    "fr": "Rétablissez le dépôt manquant, ou ajoutez-en un : `troth key status` dit lequel, et comment.",
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "key_places.too_few": _BACK,
    "key_places.away": _BACK,
    "key_places.one_disk": {
        "en": "Put the second place on another disk or host: TROTH_KEY_PLACES, then `troth key catch-up --new FOLDER`.",
        "fr": "Mettez le second dépôt sur un autre disque ou hôte : TROTH_KEY_PLACES, puis `troth key catch-up --new "
        "FOLDER`.",
    },
    "key_places.readable": {
        "en": "Take the rights away (`chmod -R go-rwx`), then rotate the keys: `troth key rotate`.",
        "fr": "Retirez les droits (`chmod -R go-rwx`), puis renouvelez les clés : `troth key rotate`.",
    },
    "key_places.old_root": {
        "en": "The platform destroys old roots by itself once every place is usable; if it does not, `troth key "
        "status` says why.",
        "fr": "La plateforme détruit d’elle-même les anciennes racines dès que chaque dépôt est utilisable ; sinon, "
        "`troth key status` dit pourquoi.",
    },
}
