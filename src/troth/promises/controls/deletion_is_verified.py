"""After each erasure everything was searched for survivors, and a search today finds none (clause X-7e)."""

from datetime import timedelta
from uuid import UUID

from troth.erasure import evidence
from troth.erasure.evidence import Scans
from troth.promises.control import Control
from troth.promises.probing import looking, reach, rehearsals, searching
from troth.promises.scope import Scope
from troth_judge.controls.deletion_is_verified import Facts

WINDOW = timedelta(days=30)


def observe(scope: Scope) -> Facts:
    """What the searches wrote down then, and one more search now."""
    rehearsals.keep_up(now=scope.now, clock=scope.clock)
    since = scope.now - WINDOW
    theirs, ours = reach.customers(scope), reach.tests(scope)
    seen = {one: _scans(scope, one) for one in (*ours, *theirs)}
    found = list(seen.values())
    again = searching.again(scope, since=since, among=[one for one, scans in seen.items() if scans.finished])
    return Facts(
        window=WINDOW,
        finished=sum(seen[one].finished for one in theirs),
        tests_finished=sum(seen[one].finished for one in ours),
        fewest_places=min((one.fewest for one in found if one.fewest is not None), default=None),
        unscanned=reach.named([one for each in found for one in each.unscanned_ids]),
        left=reach.named([one for each in found for one in each.left_ids]),
        again=again.count,
        survivors=again.survivors,
    )


def _scans(scope: Scope, customer_id: UUID) -> Scans:
    with looking.inside(customer_id, scope.using):
        return evidence.scans(customer_id, since=scope.now - WINDOW, using=scope.using)


CONTROL = Control(
    id="deletion_is_verified",
    kind="observed",
    title={"en": "Each deletion is followed by a search", "fr": "Chaque suppression est suivie d’une recherche"},
    sees={
        "en": "For every deletion of the last 30 days the places searched after its keys had died, and what was "
        "found; and "
        "once more, now, the tables and folders of the newest ones.",
        "fr": "Pour chaque suppression des 30 derniers jours, les lieux fouillés après la mort de ses clés et ce qui "
        "y fut "
        "trouvé ; et de nouveau, maintenant, les tables et dossiers des plus récentes.",
    },
    could_lie_if={
        "en": "data lies where the plan of erasures does not look; a test compares the plan with every table and "
        "folder.",
        "fr": "des données se trouvent là où le plan d’effacement ne regarde pas ; un test compare le plan à chaque "
        "table "
        "et dossier.",
    },
    every=timedelta(hours=6),
    observe=observe,
    per_customer=True,
)
