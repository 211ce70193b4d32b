"""The key places, two at least, hold the same: the current root, and no other (clauses A-4b, A-7a, X-7b).

A root that only one place holds is lost with that place; a root that should be dead keeps alive what was erased.
"""

import time
from datetime import timedelta
from typing import Final

from troth.keys import queries
from troth.keys.queries import KeyStatus
from troth.keys.terms import TERMS
from troth.promises.control import Control
from troth.promises.scope import Scope
from troth_judge.controls.key_places_agree import Facts

_LOOKS: Final = 4
_PAUSE: Final = 0.25


def observe(scope: Scope) -> Facts:
    """Look; and look again while an epoch is just moving, for that takes fractions of a second."""
    status = queries.status(using=scope.using, clock=scope.clock)
    for _ in range(_LOOKS):
        if status.settled_at is not None and all(place.state == "ok" for place in status.places):
            break
        time.sleep(_PAUSE)
        status = queries.status(using=scope.using, clock=scope.clock)
    return _facts(status)


def _facts(status: KeyStatus) -> Facts:
    states = [place.state for place in status.places]
    holding = [place for place in status.places if place.state in {"ok", "half_done"}]
    return Facts(
        places=len(states),
        wanted=TERMS.places_wanted,
        holding=len(holding),
        old_roots=states.count("half_done"),
        behind=states.count("behind") + states.count("fresh"),
        down=states.count("down"),
        readable=states.count("readable"),
        media=len({place.medium.device_number for place in holding}),
        epoch=status.epoch,
        settled=status.settled_at is not None,
        epoch_age=status.age,
        faults=tuple(sorted({alarm.code for alarm in status.alarms if alarm.grave}))[:50],
    )


CONTROL = Control(
    id="key_places_agree",
    kind="observed",
    title={"en": "The key places agree", "fr": "Les dépôts de clés concordent"},
    sees={
        "en": "Every key place: whether it can be used, whether anybody else may read it, whether it holds the root of "
        "the current epoch, and whether a root of another epoch is still there.",
        "fr": "Chaque dépôt de clés : s’il est utilisable, si quelqu’un d’autre peut le lire, s’il détient la racine "
        "de l’époque en cours, et si une racine d’une autre époque s’y trouve encore.",
    },
    could_lie_if={
        "en": "a place’s disk keeps versions or snapshots of deleted files; the platform sees the folder, not the "
        "medium beneath it.",
        "fr": "le disque d’un dépôt garde des versions ou des instantanés de fichiers supprimés ; la plateforme voit "
        "le dossier, pas le support en dessous.",
    },
    every=timedelta(minutes=15),
    observe=observe,
)
