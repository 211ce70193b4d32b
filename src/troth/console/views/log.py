"""Who accessed what: the entries with their place in the log, each proof, and the whole log to take away."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from troth.access.roles import Action
from troth.audit import bundles, note, queries
from troth.audit.queries import Entry
from troth.console import exports, looks, saying, words
from troth.console.boundary import page
from troth.console.listing import Cell, Column, Listing, code, state, text
from troth.console.terms import DEFAULT
from troth.console.views.accounts import Fact
from troth.console.visit import Visit
from troth.kernel.errors import NotFound
from troth.kernel.ids import OPERATOR

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address asks for. Anything that can't be read is as if it were not there."""

    operation: str
    since: str
    until: str
    entity: str
    before: int | None

    @classmethod
    def of(cls, visit: Visit) -> "Chosen":
        given = visit.request.GET
        before = given.get("before", "")
        return cls(
            operation=given.get("operation", "")[:100],
            since=_day_text(given.get("since")),
            until=_day_text(given.get("until")),
            entity=given.get("entity", "")[:100],
            before=int(before) if before.isdecimal() and len(before) <= 18 else None,  # noqa: PLR2004 - an int8
        )

    def entries(self, customer_id: UUID, limit: int) -> queries.Page:
        """The page that it means; `until` is a whole day."""
        return queries.entries(
            customer_id,
            before=self.before,
            limit=limit,
            operation=self.operation or None,
            entity=self.entity or None,
            since=_start(self.since),
            until=_start(self.until, timedelta(days=1)),
        )

    def query(self, **changes: object) -> str:
        """The address of a neighbour page."""
        asked = {"operation": self.operation, "since": self.since, "until": self.until, "entity": self.entity}
        told = {name: value for name, value in {**asked, **changes}.items() if value}
        return "?" + urlencode(told)


def _day_text(given: str | None) -> str:
    try:
        return date.fromisoformat(given or "").isoformat()
    except ValueError:
        return ""


def _start(day: str, later: timedelta = timedelta(0)) -> datetime | None:
    if not day:
        return None
    start = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    # The calendar's last day has no tomorrow: until then is until ever.
    return start + later if start <= _LAST - later else _LAST


@page("GET")
def log(visit: Visit, customer_id: UUID) -> HttpResponseBase:
    """One customer's log."""
    return _log(visit, customer_id, "log")


@page("GET")
def operator_log(visit: Visit) -> HttpResponseBase:
    """The operator's own."""
    return _log(visit, OPERATOR, "operator_log")


def _log(visit: Visit, customer_id: UUID, part: str) -> HttpResponseBase:
    permit = visit.enter(customer_id, part, Action.LOG_READ)
    chosen = Chosen.of(visit)
    taken = exports.asked(visit)
    found = chosen.entries(customer_id, queries.AT_MOST if taken else DEFAULT.entries_per_page)
    listing = _listing(customer_id, found.entries)
    if taken:
        return exports.answer(visit, permit, listing)
    # Reading the log is a look as well.
    exports.note(permit, "log.read")
    listing.previous = chosen.query() if chosen.before is not None else ""
    listing.following = chosen.query(before=found.next) if found.next is not None else ""
    own = {} if customer_id == OPERATOR else {"customer_id": customer_id}
    prefix = "operator_log" if customer_id == OPERATOR else "log"
    may_export = visit.may(customer_id, Action.LOG_EXPORT)
    told = {
        "listing": listing.arrange(visit.request, cut=False),
        "sentence": _sentence(customer_id),
        "operations": sorted(((each, words.operation(each)) for each in words.OPERATIONS), key=lambda one: one[1]),
        "chosen": chosen,
        "unfiltered": "?",
        "bundle_url": reverse(f"console:{prefix}_bundle", kwargs=own) if may_export else "",
        "checkpoint_url": reverse(f"console:{prefix}_checkpoint", kwargs=own),
    }
    return visit.render("log", told)


def _sentence(customer_id: UUID) -> str:
    checkpoint = queries.checkpoint(customer_id)
    if checkpoint is None:
        return gettext("Nothing is sealed yet: the first entries get their place in the log within seconds.")
    size = saying.figure(int(_head(checkpoint)[1]))
    return gettext(
        "%(size)s entries, sealed one after another. The newest follow within seconds; none can be changed or taken "
        "out unseen."
    ) % {"size": size}


def _head(checkpoint: str) -> list[str]:
    """Origin, size and root, the three lines that were signed."""
    return note.signed_text(checkpoint).split("\n")


def _listing(customer_id: UUID, entries: list[Entry]) -> Listing:
    rows = [_row(customer_id, entry) for entry in entries]
    columns = [
        Column("time", gettext("When"), sortable=False),
        Column("what", gettext("What"), sortable=False),
        Column("operation", gettext("Operation"), sortable=False, on_page=False),
        Column("who", gettext("Who"), sortable=False),
        Column("why", gettext("Why"), sortable=False),
        Column("outcome", gettext("Outcome"), sortable=False),
        Column("about", gettext("About"), sortable=False),
        Column("index", gettext("Entry"), numeric=True, sortable=False),
        Column("event", gettext("Event"), sortable=False, on_page=False),
    ]
    return Listing("log", columns, rows, caption=gettext("Log entries"))


def _row(customer_id: UUID, entry: Entry) -> list[Cell]:
    outcome = str(entry.leaf.get("outcome", ""))
    said = words.outcome(outcome)
    return [
        Cell("instant", entry.time, url=looks.entry_address(customer_id, entry.event_id)),
        text(words.operation(entry.operation)),
        text(entry.operation),
        text(looks.who(entry)),
        text(looks.why(entry) or None),
        text(said) if outcome == "done" else state("broken", said, outcome),
        code(entry.entity) if entry.entity else text(None),
        Cell("number", entry.index),
        text(entry.event_id),
    ]


@page("GET")
def log_entry(visit: Visit, customer_id: UUID, event_id: UUID) -> HttpResponse:
    """One entry, with its exact bytes and its place."""
    return _entry(visit, customer_id, event_id, "log")


@page("GET")
def operator_log_entry(visit: Visit, event_id: UUID) -> HttpResponse:
    """One of the operator's own."""
    return _entry(visit, OPERATOR, event_id, "operator_log")


def _entry(visit: Visit, customer_id: UUID, event_id: UUID, part: str) -> HttpResponse:
    visit.enter(customer_id, part, Action.LOG_READ)
    entry = find(customer_id, event_id)
    proof = queries.inclusion(customer_id, event_id)
    own = {} if customer_id == OPERATOR else {"customer_id": customer_id}
    told: dict[str, Any] = {
        "log_url": reverse(f"console:{part}", kwargs=own),
        "sealed_word": gettext("Sealed"),
        "unsealed_word": gettext("Not sealed yet"),
        "entry": {"words": looks.summary(entry), "time": entry.time, "facts": _facts(entry), "index": None},
    }
    if proof is not None:
        told["entry"] |= {
            "leaf": proof.leaf.decode("utf-8", "replace"),
            "index": proof.index,
            "size": proof.size,
            "root": _head(proof.checkpoint)[2],
            "steps": len(proof.path),
            "proof_url": reverse(f"console:{part}_proof", kwargs={**own, "event_id": event_id}),
        }
    return visit.render("log_entry", told)


def find(customer_id: UUID, event_id: UUID) -> Entry:
    """The entry of an event: its time stands in its id. Raises NotFound."""
    try:
        at = datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        raise NotFound(what="log entry") from None
    around = timedelta(milliseconds=1)
    before: int | None = None
    while True:
        found = queries.entries(customer_id, since=at, until=at + around, before=before, limit=queries.AT_MOST)
        for entry in found.entries:
            if entry.event_id == event_id:
                return entry
        if found.next is None:
            raise NotFound(what="log entry")
        before = found.next


def _facts(entry: Entry) -> list[Fact]:
    leaf, told = entry.leaf, []
    told.append(Fact(gettext("Operation"), entry.operation, code=True))
    told.append(Fact(gettext("Who"), looks.who(entry)))
    labels = {
        "account": gettext("Account"),
        "key": gettext("API key"),
        "on_behalf_of": gettext("On whose behalf"),
        "reason": gettext("Reason"),
        "source_address": gettext("From the address"),
        "subject": gettext("Person"),
    }
    commitments = leaf.get("commitments")
    names: list[str] = list(commitments) if isinstance(commitments, dict) else []
    for name in names:
        if name in entry.opened:
            told.append(Fact(labels.get(name, name), entry.opened[name], note=gettext("opens to what was committed")))
        elif name in entry.wrong:
            told.append(Fact(labels.get(name, name), gettext("does not open to what was committed")))
        elif name != "ids":
            told.append(Fact(labels.get(name, name), gettext("expired, erased, or the person's own")))
    for name, label in (("purpose", gettext("Purpose")), ("route", gettext("Way in")), ("outcome", gettext("Outcome"))):
        if leaf.get(name):
            told.append(Fact(label, str(leaf[name]), code=True))
    if entry.entity:
        told.append(Fact(gettext("About"), entry.entity, code=True))
    if isinstance(leaf.get("count"), int):
        told.append(Fact(gettext("How many"), saying.figure(leaf["count"])))
    detail = leaf.get("detail")
    for name, value in detail.items() if isinstance(detail, dict) else ():
        said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        told.append(Fact(name, said, code=True))
    told.append(Fact(gettext("Request"), str(leaf.get("request_id", "")), code=True))
    told.append(Fact(gettext("Event"), str(entry.event_id), code=True))
    return [fact for fact in told if fact.value]


@page("GET")
def log_proof(visit: Visit, customer_id: UUID, event_id: UUID) -> HttpResponse:
    """The proof that an entry stands in the log (C2SP tlog-proof)."""
    return _proof(visit, customer_id, event_id)


@page("GET")
def operator_log_proof(visit: Visit, event_id: UUID) -> HttpResponse:
    """The same of the operator's own."""
    return _proof(visit, OPERATOR, event_id)


def _proof(visit: Visit, customer_id: UUID, event_id: UUID) -> HttpResponse:
    visit.enter(customer_id, "log", Action.LOG_READ)
    proof = queries.inclusion(customer_id, event_id)
    if proof is None:
        raise NotFound(what="sealed log entry")
    return _text_file(proof.text, f"{event_id}.tlog-proof")


@page("GET")
def log_checkpoint(visit: Visit, customer_id: UUID) -> HttpResponse:
    """The newest signed head of a customer's log."""
    return _checkpoint(visit, customer_id)


@page("GET")
def operator_log_checkpoint(visit: Visit) -> HttpResponse:
    """Of the operator's own."""
    return _checkpoint(visit, OPERATOR)


def _checkpoint(visit: Visit, customer_id: UUID) -> HttpResponse:
    visit.enter(customer_id, "log", Action.LOG_READ)
    found = queries.checkpoint(customer_id)
    if found is None:
        raise NotFound(what="checkpoint")
    return _text_file(found, "checkpoint.txt")


def _text_file(body: str, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@page("POST")
def log_bundle(visit: Visit, customer_id: UUID) -> HttpResponseBase:
    """The whole log with its proofs."""
    return _bundle(visit, customer_id)


@page("POST")
def operator_log_bundle(visit: Visit) -> HttpResponseBase:
    """The operator's own."""
    return _bundle(visit, OPERATOR)


def _bundle(visit: Visit, customer_id: UUID) -> HttpResponseBase:
    permit = visit.enter(customer_id, "log", Action.LOG_EXPORT)
    exports.note(permit, "log.exported")
    spool: Path = settings.TROTH_SPOOL / str(customer_id)
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="log-", dir=spool) as folder:
        path = Path(folder) / "log.tar"
        bundles.export(customer_id, path)
        # Opened, then unlinked: the bytes go with the answer, and nothing is left if the reader goes away.
        stream = path.open("rb")
    return FileResponse(stream, as_attachment=True, filename="log.tar", content_type="application/x-tar")
