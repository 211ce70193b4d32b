"""Sealing and opening what stands behind an entry's commitments.

Each group is bound to its kind, its customer and its event: `who`, `ids` and `whence` under the customer's stable key
`log-openings`; `subject` under the subject's own key, so that it dies with it.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from troth.audit.entry import Composed, Openings, SubjectRef, pack, unpack
from troth.audit.terms import LogTerms
from troth.keys import sealing
from troth.keys.errors import CannotOpen

KEY_NAME = "log-openings"

_WHO, _IDS, _WHENCE, _SUBJECT = b"/who", b"/ids", b"/whence", b"/subject"


class Sealed(NamedTuple):
    """An entry's openings as they are stored. A part that never was, has expired or was erased is None."""

    who: bytes | None = None
    ids: bytes | None = None
    who_until: date | None = None
    whence: bytes | None = None
    whence_until: date | None = None
    subject: bytes | None = None
    subject_until: date | None = None


NONE = Sealed()


def seal(
    composed: Composed,
    *,
    customer_id: UUID,
    event_id: UUID,
    key: bytes | None,
    subject: SubjectRef | None,
    at: datetime,
    terms: LogTerms,
) -> Sealed:
    """Seal an entry's openings. Without the customer's key only the subject's is kept."""
    place = sealing.context("log-opening", customer_id, event_id)

    def under(this: bytes | None, kind: bytes, openings: Openings) -> bytes | None:
        return sealing.seal(this, pack(openings), place + kind) if this is not None and openings else None

    who = under(key, _WHO, composed.who)
    ids = under(key, _IDS, composed.ids) if composed.number <= terms.ids_at_most else None
    whence = under(key, _WHENCE, composed.whence)
    about = under(subject.key if subject else None, _SUBJECT, composed.subject)
    today = at.toordinal()
    return Sealed(
        who=who,
        ids=ids,
        who_until=_day(today, terms.who_opens_for) if who or ids else None,
        whence=whence,
        whence_until=_day(today, terms.whence_opens_for) if whence else None,
        subject=about,
        subject_until=_day(today, terms.subject_opens_for) if about else None,
    )


def _day(today: int, validity: timedelta) -> date:
    """Return the last day on which an opening may be used."""
    return date.fromordinal(today + validity.days)


def unseal(
    sealed: Sealed,
    *,
    customer_id: UUID,
    event_id: UUID,
    key: bytes | None,
    subject: SubjectRef | None,
    today: date,
) -> Openings:
    """Return every opening that still opens today. What is expired, erased or under another's key is left out."""
    opened: Openings = {}
    place = sealing.context("log-opening", customer_id, event_id)
    for kind, this, part, until in (
        (_WHO, key, sealed.who, sealed.who_until),
        (_IDS, key, sealed.ids, sealed.who_until),
        (_WHENCE, key, sealed.whence, sealed.whence_until),
        (_SUBJECT, subject.key if subject else None, sealed.subject, sealed.subject_until),
    ):
        # An expired opening is as good as gone, even where the purge has not come by yet.
        if this is None or part is None or until is None or until < today:
            continue
        try:
            opened |= unpack(sealing.unseal(this, part, place + kind))
        except CannotOpen:
            if kind != _SUBJECT:
                raise
    return opened
