"""How the keys stand, for staff: nothing here opens one."""

from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.access.roles import Action
from troth.console import progressing, saying
from troth.console.boundary import page
from troth.console.listing import Column, Listing, code, instant, number, state, text
from troth.console.views.accounts import Fact
from troth.console.visit import Visit
from troth.erasure import destroying
from troth.kernel.clock import SYSTEM
from troth.kernel.ids import OPERATOR
from troth.keys import queries
from troth.keys.queries import KeyStatus

ALARMS = {
    "keys.too_few_places": _(
        "Too few key places can be used: if the last is lost, everything is lost. Bring the others back, or add one."
    ),
    "keys.same_medium": _(
        "All key places lie on one disk: if it is lost, all keys go, and with them all data. Put the second on another "
        "disk or host."
    ),
    "keys.no_kit": _("There is no recovery kit in reach. Make one: troth key rotate-kit."),
    "keys.sheets_here": _(
        "Sheets of the recovery kit still lie on this machine. Print each, give it to its holder, delete the files."
    ),
    "keys.kit_not_rehearsed": _(
        "Nobody has rehearsed the recovery kit lately. Bring its holders together: troth key rehearse."
    ),
    "keys.unsettled": _("The last epoch is not finished. Bring every key place back; it finishes itself."),
    "keys.place_down": _("A key place is out of reach. Erasures wait for it and continue by themselves."),
    "keys.place_behind": _("A key place lacks the current root. Bring it up: troth key catch-up."),
    "keys.place_fresh": _("A key place is empty: mount its disk, or fill it: troth key catch-up."),
    "keys.place_readable": _("Others can read a key place. Find out who could, then shut it."),
    "keys.place_missing": _("A key place that holds keys is no longer configured. Configure it again, or retire it."),
}
"""The alarms in both languages; one that is not here is said as the keys' domain says it."""
PLACE_STATES = {
    "ok": ("kept", _("In step")),
    "behind": ("risk", _("Lacks the current root")),
    "half_done": ("running", _("An epoch is being finished")),
    "fresh": ("none", _("Empty")),
    "down": ("broken", _("Out of reach")),
    "readable": ("broken", _("Others can read it")),
}


@page("GET")
def keys(visit: Visit) -> HttpResponse:
    """Epoch, places, recovery kit, workers, alarms."""
    visit.enter(OPERATOR, "keys", Action.KEYS_STATUS)
    found = queries.status()
    told = {
        "sentence": _sentence(found),
        "alarms": [
            {
                "mark": "broken" if alarm.grave else "risk",
                "words": ALARMS.get(alarm.code) or f"{alarm.sentence} {alarm.next_step}",
            }
            for alarm in found.alarms
        ],
        "places": _places(found).arrange(visit.request),
        "workers": _workers(found).arrange(visit.request),
        "facts": [
            Fact(gettext("Epoch"), saying.figure(found.epoch)),
            Fact(gettext("Begun"), time=found.made_at),
            Fact(gettext("Finished"), time=found.settled_at),
            Fact(gettext("Custodian"), found.custodian),
        ],
        "kit": _kit(found),
    }
    return visit.render("keys", told)


def _sentence(found: KeyStatus) -> str:
    sound = sum(place.state == "ok" for place in found.places)
    told = {"epoch": saying.figure(found.epoch), "sound": sound, "all": len(found.places)}
    said = gettext("Epoch %(epoch)s stands in %(sound)s of %(all)s key places.") % told
    if not found.alarms:
        return f"{said} {gettext('Nothing needs you.')}"
    return said


def _places(found: KeyStatus) -> Listing:
    rows = [
        [
            text(place.label),
            state(*PLACE_STATES[place.state], place.state),
            text(f"{place.medium.filesystem} · {place.medium.device}"),
            text(progressing.wording()("meaning", destroying.meaning(place.medium.filesystem))),
        ]
        for place in found.places
    ]
    columns = [
        Column("place", gettext("Place")),
        Column("state", gettext("State")),
        Column("medium", gettext("On"), sortable=False),
        Column("meaning", gettext("What deleting means there"), sortable=False),
    ]
    return Listing("places", columns, rows, caption=gettext("Key places"))


def _workers(found: KeyStatus) -> Listing:
    rows = [
        [
            code(worker.worker_id),
            text(worker.kind),
            state("broken", gettext("Cut off"), "fenced")
            if worker.fenced_at
            else state("kept", gettext("At work"), "alive"),
            number(worker.epoch),
            instant(worker.seen_at),
        ]
        for worker in found.workers
    ]
    columns = [
        Column("worker", gettext("Process"), sortable=False),
        Column("kind", gettext("Kind")),
        Column("state", gettext("State")),
        Column("epoch", gettext("Epoch"), numeric=True),
        Column("seen", gettext("Seen")),
    ]
    return Listing("workers", columns, rows, caption=gettext("Processes that may hold keys"))


def _kit(found: KeyStatus) -> str:
    if found.kit is None:
        return gettext("There is none in reach: if the custodian is lost, everything is lost.")
    told = gettext("Any %(threshold)s of its %(shares)s sheets open it.") % {
        "threshold": found.kit.threshold,
        "shares": found.kit.shares,
    }
    if found.kit.rehearsed is None:
        return f"{told} {gettext('Nobody has rehearsed it yet.')}"
    ago = saying.relative(found.kit.rehearsed, SYSTEM.now())
    return f"{told} {gettext('Rehearsed %(time)s.') % {'time': ago}}"
