"""Times, spans and figures as a reader of the public page reads them, in its language."""

from datetime import UTC, date, datetime, timedelta

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext, pgettext

from troth_judge.instants import duration_text
from troth_judge.words import Language, duration_words

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def figure(value: int) -> str:
    """A count with its thousands set apart: 45,211 or 45 211."""
    return number_format(value, use_l10n=True, force_grouping=True)


def span(length: timedelta, language: Language) -> str:
    """A length of time in its two largest units, as the judge's sentences write it."""
    return duration_words(duration_text(length), language)


def relative(moment: datetime, now: datetime) -> str:
    """How long ago, or in how long; to the minute, because the page is made once a minute."""
    distance = (now - moment).total_seconds()
    if abs(distance) < _MINUTE:
        return gettext("just now") if distance >= 0 else gettext("now")
    told = _rough(int(abs(distance)))
    if distance >= 0:
        return pgettext("time past", "%(time)s ago") % {"time": told}
    return pgettext("time to come", "in %(time)s") % {"time": told}


def _rough(whole: int) -> str:
    if whole < _HOUR:
        return ngettext("%(count)s minute", "%(count)s minutes", whole // _MINUTE) % {"count": whole // _MINUTE}
    if whole < 2 * _DAY:
        return ngettext("%(count)s hour", "%(count)s hours", whole // _HOUR) % {"count": whole // _HOUR}
    return ngettext("%(count)s day", "%(count)s days", whole // _DAY) % {"count": figure(whole // _DAY)}


def utc(moment: datetime) -> str:
    """The UTC instant to the second: 22 November 2026, 07:14:09 UTC."""
    there = moment.astimezone(UTC)
    return f"{date_format(there, 'j F Y')}, {there:%H:%M:%S} UTC"


def minute(moment: datetime) -> str:
    """The UTC instant to the minute."""
    there = moment.astimezone(UTC)
    return f"{date_format(there, 'j F Y')}, {there:%H:%M} UTC"


def day(moment: datetime | date, now: datetime | None = None) -> str:
    """The UTC day: `2 October`, with its year unless it is this one's."""
    there = moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
    return date_format(there, "j F" if now is not None and there.year == now.astimezone(UTC).year else "j F Y")


def machine(moment: datetime) -> str:
    """RFC 3339, whole seconds, UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
