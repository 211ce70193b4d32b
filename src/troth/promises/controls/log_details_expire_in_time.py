"""What names people beside the log is gone after its day; the entries stay (clause N-2.4b; GDPR art. 5.1 e)."""

from datetime import UTC, datetime, time, timedelta

from troth.audit import evidence
from troth.audit.terms import terms
from troth.kernel.ids import OPERATOR
from troth.promises.control import Control
from troth.promises.probing import reach
from troth.promises.scope import Scope
from troth_judge.controls.log_details_expire_in_time import Facts

_FURTHEST_OF = 50


def observe(scope: Scope) -> Facts:
    """Count what should be gone, and see to which day the newest is set."""
    today, periods = scope.now.astimezone(UTC).date(), terms(scope.customer_id or OPERATOR)
    customers = (*reach.customers(scope, operator=True), *(() if scope.customer_id else reach.tests(scope)))
    due = evidence.overdue(today, customers, everyone=scope.customer_id is None)
    furthest = evidence.furthest(customers[-_FURTHEST_OF:], using=scope.using)
    # A day is over when the next begins: what was good for it becomes overdue then.
    ended = datetime.combine(due.oldest, time(), UTC) + timedelta(days=1) if due.oldest else None
    return Facts(
        there=due.there or due.count > 0,
        overdue=due.count,
        oldest=scope.now - ended if ended is not None else None,
        who_for=periods.who_opens_for,
        address_for=periods.whence_opens_for,
        subject_for=periods.subject_opens_for,
        furthest=timedelta(days=(furthest - today).days) if furthest is not None else None,
    )


CONTROL = Control(
    id="log_details_expire_in_time",
    kind="observed",
    title={"en": "Details of the log expire in time", "fr": "Les détails du journal expirent à temps"},
    terms=("audit.kept_for",),
    sees={
        "en": "Every detail kept beside the log (who, from which address, about whom) whose last day has passed, and "
        "the "
        "periods in force.",
        "fr": "Chaque détail gardé à côté du journal (qui, de quelle adresse, au sujet de qui) dont le dernier jour "
        "est "
        "passé, et les durées en vigueur.",
    },
    could_lie_if={
        "en": "somebody exported the details while they were valid: what left the platform expires nowhere.",
        "fr": "quelqu’un a exporté les détails pendant leur validité : ce qui a quitté la plateforme n’expire nulle "
        "part.",
    },
    every=timedelta(hours=6),
    observe=observe,
)
