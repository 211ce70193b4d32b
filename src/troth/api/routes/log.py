"""The customer's log: its entries, their proofs, and all of it as a bundle that anybody can check offline."""

import shutil
import tempfile
from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Router, Schema

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.api import cursors, paging
from troth.api.answers import as_request
from troth.api.requests import allow
from troth.audit import bundles, queries
from troth.audit.actions import record
from troth.audit.errors import NotSealedYet
from troth.audit.queries import Entry
from troth.kernel import wall

router = Router(tags=["log"])
_TEXT = "text/plain; charset=utf-8"


class EntryOut(Schema):
    index: int
    event_id: UUID
    time: datetime
    operation: str
    entity: str | None
    leaf: dict[str, Any]
    opened: dict[str, str]
    wrong: list[str]


class EntryPage(Schema):
    entries: list[EntryOut]
    next: str | None


class InclusionOut(Schema):
    index: int
    leaf: str
    path: list[str]
    size: int
    checkpoint: str


class ConsistencyOut(Schema):
    old: int
    new: int
    path: list[str]


@router.get("/customers/{uuid:customer_id}/log/entries", response=EntryPage, summary="Who accessed what, newest first")
def list_entries(
    request: HttpRequest,
    customer_id: UUID,
    *,
    cursor: str | None = None,
    limit: paging.Limit = paging.DEFAULT,
    operation: str | None = None,
    entity: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> EntryPage:
    """Entries in their place in the log, with what still opens of who and from where."""
    permit = allow(as_request(request), customer_id, Action.LOG_READ)
    place = cursors.read("log", customer_id, cursor)
    page = queries.entries(
        customer_id,
        before=int(place["before"]) if place else None,
        limit=limit,
        operation=operation,
        entity=entity,
        since=since,
        until=until,
    )
    _told(permit, Action.LOG_READ, count=len(page.entries))
    following = cursors.make("log", customer_id, {"before": page.next}) if page.next is not None else None
    return EntryPage(entries=[_entry(one) for one in page.entries], next=following)


@router.get(
    "/customers/{uuid:customer_id}/log/inclusion/{uuid:event_id}",
    response=InclusionOut,
    summary="Prove that an entry stands in the log",
)
def inclusion(request: HttpRequest, customer_id: UUID, event_id: UUID) -> InclusionOut:
    allow(as_request(request), customer_id, Action.LOG_READ)
    proof = queries.inclusion(customer_id, event_id)
    if proof is None:
        raise NotSealedYet(what="This entry")
    return InclusionOut(
        index=proof.index,
        leaf=b64encode(proof.leaf).decode(),
        path=[b64encode(step).decode() for step in proof.path],
        size=proof.size,
        checkpoint=proof.checkpoint,
    )


@router.get(
    "/customers/{uuid:customer_id}/log/consistency",
    response=ConsistencyOut,
    summary="Prove that the log only grew",
)
def consistency(request: HttpRequest, customer_id: UUID, old: int, new: int | None = None) -> ConsistencyOut:
    allow(as_request(request), customer_id, Action.LOG_READ)
    proof = queries.consistency(customer_id, old, new)
    return ConsistencyOut(old=proof.old, new=proof.new, path=[b64encode(step).decode() for step in proof.path])


@router.get(
    "/customers/{uuid:customer_id}/log/checkpoint", summary="The newest signed checkpoint (C2SP tlog-checkpoint)"
)
def checkpoint(request: HttpRequest, customer_id: UUID, size: int | None = None) -> HttpResponse:
    """As text. Keep it: later proofs are checked against it."""
    allow(as_request(request), customer_id, Action.LOG_READ)
    found = queries.checkpoint(customer_id, size=size)
    if found is None:
        raise NotSealedYet(what="This log" if size is None else "This size of the log")
    return HttpResponse(found, content_type=_TEXT)


@router.get("/customers/{uuid:customer_id}/log/bundle", summary="The whole log as a bundle for troth-verify")
def bundle(request: HttpRequest, customer_id: UUID, openings: bool = False, since: int = 0) -> FileResponse:
    """A tar. `openings` adds who stands behind the commitments, as far as it still opens: that is personal data."""
    permit = allow(as_request(request), customer_id, Action.LOG_EXPORT)
    # In the customer's own spool, which an erasure empties; removed before the first byte leaves.
    spool = Path(settings.TROTH_SPOOL) / str(customer_id)
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bundle-", dir=spool))
    try:
        made = bundles.export(customer_id, folder / "log-bundle.tar", openings=openings, since=since)
        stream = (folder / "log-bundle.tar").open("rb")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _told(permit, Action.LOG_EXPORT, count=made.size - made.since, openings="yes" if openings else "no")
    return FileResponse(stream, as_attachment=True, filename="log-bundle.tar", content_type="application/x-tar")


def _told(permit: Permit, operation: Action, *, count: int, **detail: str) -> None:
    """Reading the log is an entry in it."""
    with wall.within(permit.customer_id):
        record(
            operation.value,
            by=permit.actor,
            customer_id=permit.customer_id,
            purpose=permit.purpose,
            reason=permit.reason,
            count=count,
            detail=dict(detail) if detail else None,
        )


def _entry(entry: Entry) -> EntryOut:
    return EntryOut(
        index=entry.index,
        event_id=entry.event_id,
        time=entry.time,
        operation=entry.operation,
        entity=entry.entity,
        leaf=entry.leaf,
        opened=entry.opened,
        wrong=list(entry.wrong),
    )
