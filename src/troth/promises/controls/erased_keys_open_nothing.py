"""What was erased can be opened by nothing that exists, not even from an old copy of the database (A-4b, X-7b, X-7e).

Every day a canary's person is erased, of whom a copy is kept: the sealed record, and the sealed path to its key, taken
before. Each look tries all with every root in every key place and every key of today; a living one is opened first.
"""

from datetime import timedelta

from troth.keys import old_copies
from troth.keys.old_copies import OldCopy, Reach
from troth.promises.control import Control
from troth.promises.probing import canaries, kept_copies, looking, rehearsals
from troth.promises.probing.canaries import Canary
from troth.promises.probing.kept_copies import Copy
from troth.promises.scope import Scope
from troth_judge.controls.erased_keys_open_nothing import Facts

_TRIED = 200
"""So many at a time: the newest and the oldest, each half."""
_NAMED = 50


def observe(scope: Scope) -> Facts:
    """Open the living, then try the erased."""
    rehearsals.keep_up(now=scope.now, clock=scope.clock)
    living = canaries.ensure(clock=scope.clock)
    reached = old_copies.reach()
    twins = [_opens_living(canary, reached, scope) for canary in living]
    erased = _erased(scope)
    opened = tuple(str(copy.subject_id) for copy in erased if _opens(copy, _now(copy, scope), reached))
    return Facts(
        twins=len(twins),
        twins_opened=sum(twins),
        roots=len(reached.roots),
        places_unseen=reached.unseen,
        tried=len(erased),
        opened=opened[:_NAMED],
        oldest=max((scope.now - copy.kept_at for copy in erased), default=None),
    )


def _opens_living(canary: Canary, reached: Reach, scope: Scope) -> bool:
    copy = kept_copies.take(canary.customer_id, canary.record_id, now=scope.now)
    return copy is not None and _opens(copy, None, reached)


def _erased(scope: Scope) -> list[Copy]:
    """Copies whose subject is gone from the database; the one that is being erased right now is not judged yet."""
    gone = [copy for copy in kept_copies.copies() if not kept_copies.standing(copy).lives]
    return gone if len(gone) <= _TRIED else gone[: _TRIED // 2] + gone[-_TRIED // 2 :]


def _now(copy: Copy, scope: Scope) -> OldCopy | None:
    """The same page as it is today: its other keys live on, and none of them may fit."""
    with looking.inside(copy.customer_id, scope.using):
        return old_copies.take(copy.customer_id, copy.page, copy.slot, using=scope.using)


def _opens(copy: Copy, now: OldCopy | None, reached: Reach) -> bool:
    return old_copies.opens(copy.sealed, copy.bound_to, old_copies.candidates(copy.path, now, reached))


CONTROL = Control(
    id="erased_keys_open_nothing",
    kind="probed",
    title={"en": "Erased keys open nothing", "fr": "Les clés effacées n’ouvrent rien"},
    sees={
        "en": "Sealed copies of canaries, taken from the database while they lived and kept after their erasure. Each "
        "is tried with every root key in every key place and with every key that lives today. A living canary’s copy "
        "is opened first, by the very same search.",
        "fr": "Des copies scellées de canaris, prises dans la base de leur vivant et gardées après leur effacement. "
        "Chacune est essayée avec chaque clé racine de chaque dépôt de clés et avec chaque clé vivante. La copie d’un "
        "canari vivant est d’abord ouverte, par la même recherche.",
    },
    could_lie_if={
        "en": "a root key survives where the platform does not look: in a snapshot of a key place’s disk, in a backup "
        "that somebody made of it, or in the memory of a process that was never ended.",
        "fr": "une clé racine survit là où la plateforme ne regarde pas : dans un instantané du disque d’un dépôt de "
        "clés, dans une sauvegarde que quelqu’un en a faite, ou dans la mémoire d’un processus jamais arrêté.",
    },
    every=timedelta(hours=1),
    observe=observe,
)
