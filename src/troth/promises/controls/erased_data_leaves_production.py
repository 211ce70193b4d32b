"""What is erased is gone from production within the promised time (clauses A-4b, X-7c; GDPR art. 17).

Reads the ledger of erasures and searches anew for what the newest ones should have taken. A canary's person is erased
every day, so that a month without a customer's deletion is not a month without evidence.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from troth.erasure import evidence
from troth.erasure.evidence import Window
from troth.promises.control import Control
from troth.promises.probing import looking, reach, rehearsals, searching
from troth.promises.scope import Scope
from troth_judge.controls.erased_data_leaves_production import Facts

WINDOW = timedelta(days=30)


def observe(scope: Scope) -> Facts:
    """The ledger of customers, and beside it the tests'."""
    rehearsals.keep_up(now=scope.now, clock=scope.clock)
    tests = reach.tests(scope)
    seen = {one: _window(scope, one) for one in (*tests, *reach.customers(scope))}
    ours = [seen[one] for one in tests]
    theirs = [window for one, window in seen.items() if one not in tests]
    late = [one for window in theirs for one in window.late_ids]
    ended_at = {one: window.gone_at for one, window in seen.items() if window.gone_at is not None}
    return Facts(
        window=WINDOW,
        finished=sum(window.finished for window in theirs),
        slowest=_longest(window.slowest for window in theirs),
        running=sum(window.running for window in theirs),
        oldest_open=_longest(window.oldest_open for window in theirs),
        late=reach.named(late),
        late_count=sum(window.late for window in theirs),
        tests_finished=sum(window.finished for window in ours),
        tests_slowest=_longest(window.slowest for window in ours),
        tests_oldest_open=_longest(window.oldest_open for window in ours),
        survivors=searching.again(scope, since=scope.now - WINDOW, among=ended_at).survivors,
        last_scan=scope.now - max(ended_at.values()) if ended_at else None,
    )


def _window(scope: Scope, customer_id: UUID) -> Window:
    with looking.inside(customer_id, scope.using):
        return evidence.window(customer_id, since=scope.now - WINDOW, now=scope.now, using=scope.using)


def _longest(durations: Iterable[timedelta | None]) -> timedelta | None:
    return max((one for one in durations if one is not None), default=None)


CONTROL = Control(
    id="erased_data_leaves_production",
    kind="observed",
    title={
        "en": "Erased data leaves production in time",
        "fr": "Les données effacées quittent la production à temps",
    },
    terms=("erasure.production_within",),
    sees={
        "en": "Every deletion of the last 30 days, from the owner’s confirmation to the search that found nothing; "
        "those "
        "still running; and a search, now, for what the newest ones should have taken. Once a day a test person of our "
        "own is erased, who stands in no figure.",
        "fr": "Chaque suppression des 30 derniers jours, de la confirmation du propriétaire à la recherche qui n’a "
        "rien "
        "trouvé ; celles en cours ; et une recherche, maintenant, de ce que les plus récentes devaient emporter. "
        "Chaque "
        "jour, une personne d’essai est effacée ; elle ne figure dans aucun chiffre.",
    },
    could_lie_if={
        "en": "data lies where the plan of erasures does not look (a test compares the plan with every table and "
        "folder), "
        "or somebody copied it out of the platform.",
        "fr": "des données se trouvent là où le plan d’effacement ne regarde pas (un test compare le plan à chaque "
        "table "
        "et dossier), ou quelqu’un les a copiées hors de la plateforme.",
    },
    every=timedelta(hours=1),
    observe=observe,
    per_customer=True,
)
