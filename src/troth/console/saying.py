"""Times, durations and figures as a person reads them, in the page's language."""

from datetime import UTC, datetime

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext, pgettext

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def figure(value: int | float | None) -> str:
    """A count with its thousands set apart: 45,211 or 45 211."""
    return "" if value is None else number_format(value, use_l10n=True, force_grouping=True)


def lasting(seconds: float) -> str:
    """A duration in its two largest units: `19 h 40 min`, `61 days`, `340 ms`."""
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 10:  # noqa: PLR2004 - below ten seconds a tenth still says something
        return f"{number_format(round(seconds, 1), 1)} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return (
            _pair(whole // _MINUTE, "min", whole % _MINUTE, "s") if whole < 10 * _MINUTE else f"{whole // _MINUTE} min"
        )
    if whole < 2 * _DAY:
        return _pair(whole // _HOUR, "h", whole % _HOUR // _MINUTE, "min")
    days = whole // _DAY
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": figure(days)}


def _pair(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"


def relative(moment: datetime, now: datetime) -> str:
    """How long ago, or in how long."""
    distance = (now - moment).total_seconds()
    if abs(distance) < 10:  # noqa: PLR2004 - closer than a person can tell
        return gettext("just now") if distance >= 0 else gettext("now")
    told = _rough(abs(distance))
    if distance >= 0:
        return pgettext("time past", "%(time)s ago") % {"time": told}
    return pgettext("time to come", "in %(time)s") % {"time": told}


def _rough(seconds: float) -> str:
    whole = int(seconds)
    if whole < _MINUTE:
        return ngettext("%(count)s second", "%(count)s seconds", whole) % {"count": whole}
    if whole < _HOUR:
        return ngettext("%(count)s minute", "%(count)s minutes", whole // _MINUTE) % {"count": whole // _MINUTE}
    if whole < 2 * _DAY:
        return ngettext("%(count)s hour", "%(count)s hours", whole // _HOUR) % {"count": whole // _HOUR}
    return ngettext("%(count)s day", "%(count)s days", whole // _DAY) % {"count": figure(whole // _DAY)}


def utc(moment: datetime) -> str:
    """The UTC instant to the second: 22 November 2026, 07:14:09 UTC."""
    there = moment.astimezone(UTC)
    return f"{date_format(there, 'j F Y')}, {there:%H:%M:%S} UTC"
