"""What can be said of the keys without opening any: for `troth key status`, the console and the alarms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

from troth.kernel.clock import SYSTEM, Clock
from troth.keys import cache, recovery, rows, settling
from troth.keys.errors import KeyPlaceDown, KeyPlaceFresh, KeysError, KeysMissing, KeysReadable, UnknownFormat
from troth.keys.medium import Medium
from troth.keys.places import KeyPlace, configured
from troth.keys.settling import Standing
from troth.keys.terms import TERMS, KeyTerms

PlaceState = Literal["ok", "behind", "half_done", "fresh", "down", "readable"]


@dataclass(frozen=True, slots=True)
class PlaceStatus:
    """One key place: whether it can be used, and what deletion means there."""

    label: str
    state: PlaceState
    why: str
    medium: Medium


@dataclass(frozen=True, slots=True)
class KitStatus:
    """The recovery kit: M of N, its age, and the sheets that still lie on this machine."""

    kit: UUID
    threshold: int
    shares: int
    made: datetime
    rehearsed: datetime | None
    sheets: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A process that may hold keys."""

    worker_id: UUID
    kind: str
    host: str
    pid: int
    epoch: int
    seen_at: datetime
    fenced_at: datetime | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something about the keys that a person should act on. `grave`: the next failure loses data or stops erasures."""

    code: str
    sentence: str
    next_step: str
    grave: bool = True


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """The keys' whole state at one instant."""

    epoch: int
    made_at: datetime | None
    settled_at: datetime | None
    age: timedelta | None
    custodian: str
    places: tuple[PlaceStatus, ...]
    kit: KitStatus | None
    workers: tuple[WorkerStatus, ...]
    alarms: tuple[Alarm, ...]


def status(*, using: str = "default", clock: Clock = SYSTEM, terms: KeyTerms = TERMS) -> KeyStatus:
    """Look at everything and change nothing. Never raises for a broken place: that is what it reports."""
    found = rows.fetch(using, "select epoch, made_at, settled_at from keys_epoch order by epoch desc limit 1")
    epoch, made_at, settled_at = found[0] if found else (0, None, None)
    configured_places = configured()
    standing, failed = _standing(using, configured_places)
    places = tuple(_place(place, standing) for place in configured_places)
    kit = _kit(configured_places)
    alarms = [*_of_places(places, terms), *_of_custodian(), *_of_kit(kit, clock.now(), terms)]
    if failed is not None:
        alarms.append(_alarm(failed))
    if standing is not None:
        alarms += [_alarm(error) for error in standing.down if error.code == "keys.place_missing"]
    if made_at is not None and settled_at is None:
        alarms.append(
            Alarm(
                "keys.unsettled", f"Epoch {epoch} is not finished.", "Bring every key place back; it finishes itself."
            )
        )
    return KeyStatus(
        epoch=epoch,
        made_at=made_at,
        settled_at=settled_at,
        age=clock.now() - made_at if made_at else None,
        custodian=cache.custodian().note,
        places=places,
        kit=kit,
        workers=_workers(using),
        alarms=tuple(alarms),
    )


def _standing(using: str, places: Sequence[KeyPlace]) -> tuple[Standing | None, KeysError | None]:
    try:
        return settling.stand(using, places), None
    except KeysReadable:
        return None, None  # said of the place itself
    except KeysError as error:
        return None, error


def _place(place: KeyPlace, standing: Standing | None) -> PlaceStatus:
    try:
        place.check()
    except KeysReadable as error:
        return PlaceStatus(place.label, "readable", error.explain(), place.medium)
    except KeyPlaceFresh as error:
        return PlaceStatus(place.label, "fresh", error.explain(), place.medium)
    except KeyPlaceDown as error:
        return PlaceStatus(place.label, "down", error.explain(), place.medium)
    if standing is not None and place.label in standing.judgement.behind:
        return PlaceStatus(place.label, "behind", "It lacks the current root.", place.medium)
    if standing is not None and (standing.judgement.old.get(place.label) or standing.judgement.undo.get(place.label)):
        return PlaceStatus(place.label, "half_done", "A root of another epoch is still there.", place.medium)
    return PlaceStatus(place.label, "ok", "", place.medium)


def _kit(places: Sequence[KeyPlace]) -> KitStatus | None:
    try:
        record = recovery.peek(places)
    except (KeysMissing, UnknownFormat, KeysReadable):
        return None
    return KitStatus(record.kit, record.threshold, record.shares, record.made, record.rehearsed, record.sheets)


def _workers(using: str) -> tuple[WorkerStatus, ...]:
    found = rows.fetch(
        using, "select worker_id, kind, host, pid, epoch, seen_at, fenced_at from keys_worker order by started_at"
    )
    return tuple(WorkerStatus(*row) for row in found)


def _alarm(error: KeysError) -> Alarm:
    return Alarm(error.code, error.explain(), error.advise())


def _of_places(places: Sequence[PlaceStatus], terms: KeyTerms) -> Iterator[Alarm]:
    usable = [place for place in places if place.state in {"ok", "half_done"}]
    if len(usable) < terms.places_wanted:
        yield Alarm(
            "keys.too_few_places",
            f"Only {len(usable)} of at least {terms.places_wanted} key places can be used.",
            "Bring the others back or add a new one: if the last is lost, everything is lost.",
        )
    for place in places:
        if place.state != "ok":
            yield Alarm(f"keys.place_{place.state}", f"Key place {place.label}: {place.why}", "See `troth key status`.")
    devices = {place.medium.device_number for place in usable}
    if len(usable) > 1 and len(devices) == 1:
        yield Alarm(
            "keys.same_medium",
            "All key places lie on one disk: if it is lost, all keys and with them all data are lost.",
            "Put the second on another disk or host: TROTH_KEY_PLACES, then `troth key catch-up --new FOLDER`.",
            grave=False,
        )


def _of_custodian() -> Iterator[Alarm]:
    try:
        _ = cache.custodian().id
    except KeysError as error:
        yield _alarm(error)


def _of_kit(kit: KitStatus | None, now: datetime, terms: KeyTerms) -> Iterator[Alarm]:
    if kit is None:
        yield Alarm("keys.no_kit", "There is no recovery kit in reach.", "Make one: `troth key rotate-kit`.")
        return
    if kit.sheets:
        yield Alarm(
            "keys.sheets_here",
            f"{len(kit.sheets)} sheets of the recovery kit still lie on this machine, in {kit.sheets[0].parent}.",
            "Print each, give it to its holder, and delete the files.",
            grave=False,
        )
    if kit.rehearsed is None or now - kit.rehearsed > terms.rehearse_within:
        yield Alarm(
            "keys.kit_not_rehearsed",
            "Nobody has rehearsed the recovery kit " + ("yet." if kit.rehearsed is None else "for long."),
            f"Bring {kit.threshold} holders together: `troth key rehearse`.",
            grave=False,
        )
