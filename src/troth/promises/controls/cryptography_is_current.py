"""The cryptography in use is of the versions we know, its keys are young, and its review is not overdue (A-5c)."""

from datetime import timedelta

from cryptography.hazmat.backends.openssl import backend

from troth.keys import queries, standards
from troth.keys.errors import CannotOpen
from troth.keys.sealing import context, new_key, seal, unseal
from troth.promises.control import Control
from troth.promises.probing import canaries, sealed_columns
from troth.promises.scope import Scope
from troth_judge.controls.cryptography_is_current import Facts

_WORDS = b"words of a probe"


def observe(scope: Scope) -> Facts:
    """Sample versions, ask the keys' age, and seal and open something."""
    canaries.ensure(clock=scope.clock)
    versions: set[int] = set()
    sampled = unknown = 0
    for _, value in sealed_columns.drawn(scope):
        sampled += 1
        version = sealed_columns.version(value)
        unknown += version is None
        versions |= {version} if version is not None else set()
    status = queries.status(using=scope.using, clock=scope.clock)
    return Facts(
        opens=_opens(),
        sampled=sampled,
        unknown=unknown,
        versions=tuple(sorted(versions)),
        newest=max(sealed_columns.VERSIONS),
        root_age=status.age,
        root_lives=standards.ROOT_LIVES,
        reviewed=standards.REVIEWED,
        review_again=standards.REVIEW_AGAIN,
        seen_at=scope.now,
        algorithms=tuple(f"{use.purpose}: {use.algorithm}" for use in standards.USES),
        library=backend.openssl_version_text(),
    )


def _opens() -> bool:
    """What is sealed opens with its key in its place, and neither with another key nor in another place."""
    key, where = new_key(), context("probe", 1)
    sealed = seal(key, _WORDS, where)
    for other, elsewhere in ((new_key(), where), (key, context("probe", 2))):
        try:
            unseal(other, sealed, elsewhere)
        except CannotOpen:
            continue
        return False
    return unseal(key, sealed, where) == _WORDS and _WORDS not in sealed


CONTROL = Control(
    id="cryptography_is_current",
    kind="probed",
    title={"en": "Cryptography is current", "fr": "La cryptographie est à jour"},
    sees={
        "en": "The versions that samples of sealed values carry, the age of the root key, the date of the next review "
        "of algorithms, and whether sealing works: a value opens with its key in its place and otherwise never.",
        "fr": "Les versions que portent des échantillons de valeurs scellées, l’âge de la clé racine, la date de la "
        "prochaine revue des algorithmes, et si le scellement fonctionne : une valeur s’ouvre avec sa clé, à sa "
        "place, et jamais autrement.",
    },
    could_lie_if={
        "en": "an algorithm was broken since the review; the control knows dates and versions, not the research.",
        "fr": "un algorithme a été cassé depuis la revue ; le contrôle connaît des dates et des versions, pas la "
        "recherche.",
    },
    every=timedelta(days=1),
    observe=observe,
)
