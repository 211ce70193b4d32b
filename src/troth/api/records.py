"""Records: stored, read, found, corrected, deleted and scanned; one and in batches. Each view asks the gate, then calls
one function of the vault; a batch is done whole or not at all."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import msgspec
from django.http import HttpResponse, StreamingHttpResponse

from troth.access.permit import Permit
from troth.access.roles import Action
from troth.api import cursors, fast, shapes
from troth.api.answers import json
from troth.api.bodies import shaped
from troth.api.data_plane import Endpoint, address
from troth.api.errors import BodyInvalid, VersionNeeded
from troth.api.limits import PAGE, PAGE_DEFAULT
from troth.api.problems import document
from troth.api.replays import once
from troth.api.requests import ApiRequest, allow, header
from troth.kernel import wall
from troth.kernel.errors import TrothError
from troth.vault import actions, queries, scans
from troth.vault.opening import Record

_ETAG = re.compile(r'"(\d{1,9})"')


def store(request: ApiRequest, customer_id: UUID, dataset_id: UUID) -> HttpResponse:
    """Store records."""
    permit = allow(request, customer_id, Action.RECORDS_STORE)
    asked = shaped(request.document, shapes.Store)

    def work() -> HttpResponse:
        done = actions.store(permit, dataset_id, asked.records, on_duplicate=asked.on_duplicate)
        placed = [shapes.StoredOut(record_id=record_id, status=status) for record_id, status in done.records]
        return json(shapes.StoredAll(records=placed), 201)

    return once(request, customer_id, work)


def page(request: ApiRequest, customer_id: UUID, dataset_id: UUID) -> HttpResponse:
    """A page of a dataset's records."""
    permit = allow(request, customer_id, Action.RECORDS_READ)
    listing = f"records:{dataset_id}"
    place = cursors.read(listing, customer_id, request.GET.get("cursor"))
    found = queries.page(permit, dataset_id, cursor=place["after"] if place else None, limit=_limit(request))
    following = cursors.make(listing, customer_id, {"after": found.next}) if found.next else None
    return json(shapes.RecordPage(records=[shapes.record_out(one) for one in found.records], next=following))


def read_many(request: ApiRequest, customer_id: UUID) -> HttpResponse:
    """Records by their ids."""
    permit = allow(request, customer_id, Action.RECORDS_READ)
    found = queries.get_many(permit, shaped(request.document, shapes.Pick).record_ids)
    answer = shapes.RecordsOut(
        records=[shapes.record_out(one) for one in found.records], missing=[*found.missing, *found.withheld]
    )
    return json(answer)


def find(request: ApiRequest, customer_id: UUID) -> HttpResponse:
    """The records of the person who bears an identifier."""
    permit = allow(request, customer_id, Action.RECORDS_FIND)
    asked = shaped(request.document, shapes.Identifier)
    found = queries.find(permit, asked.kind, asked.value)
    return json(shapes.RecordsOut(records=[shapes.record_out(one) for one in found]))


def find_many(request: ApiRequest, customer_id: UUID) -> HttpResponse:
    """The same for many identifiers."""
    permit = allow(request, customer_id, Action.RECORDS_FIND)
    asked = shaped(request.document, shapes.Identifiers)
    found = queries.find_many(permit, [(one.kind, one.value) for one in asked.identifiers])
    return json(shapes.FoundOut(found=[[shapes.record_out(one) for one in each] for each in found]))


def correct(request: ApiRequest, customer_id: UUID, record_id: UUID) -> HttpResponse:
    """Change some fields of a record."""
    permit = allow(request, customer_id, Action.RECORDS_CORRECT)
    asked = shaped(request.document, shapes.Correction)
    wanted = shapes.CorrectionOf(record_id=record_id, values=asked.values, version=_if_match(request))

    def work() -> HttpResponse:
        done = _correct(permit, wanted)
        response = json(done)
        response["ETag"] = f'"{done.version}"'
        return response

    return once(request, customer_id, work)


def correct_many(request: ApiRequest, customer_id: UUID) -> HttpResponse:
    """Many corrections, whole or not at all."""
    permit = allow(request, customer_id, Action.RECORDS_CORRECT)
    asked = shaped(request.document, shapes.Corrections)

    def work() -> HttpResponse:
        with wall.within(customer_id):
            done = []
            for number, one in enumerate(asked.corrections):
                with _named(f"$.corrections[{number}]"):
                    done.append(_correct(permit, one))
            return json(shapes.CorrectedAll(records=done))

    return once(request, customer_id, work)


def delete(request: ApiRequest, customer_id: UUID, record_id: UUID) -> HttpResponse:
    """Delete a record. Its person's other records stay; to erase the person, erase the subject."""
    permit = allow(request, customer_id, Action.RECORDS_DELETE)

    def work() -> HttpResponse:
        actions.delete(permit, record_id)
        return json(shapes.DeletedOut(deleted=1))

    return once(request, customer_id, work)


def delete_many(request: ApiRequest, customer_id: UUID) -> HttpResponse:
    """Delete many records, whole or not at all."""
    permit = allow(request, customer_id, Action.RECORDS_DELETE)
    asked = shaped(request.document, shapes.Pick)

    def work() -> HttpResponse:
        with wall.within(customer_id):
            for number, record_id in enumerate(asked.record_ids):
                with _named(f"$.record_ids[{number}]"):
                    actions.delete(permit, record_id)
        return json(shapes.DeletedOut(deleted=len(asked.record_ids)))

    return once(request, customer_id, work)


def scan(request: ApiRequest, customer_id: UUID, dataset_id: UUID) -> StreamingHttpResponse:
    """Stream the records that match, one JSON document a line; the last line says whether the stream is whole."""
    permit = allow(request, customer_id, Action.RECORDS_SCAN)
    asked = shaped(request.document if request.document is not None else {}, shapes.Scan)
    batches = scans.scan(permit, dataset_id, asked.where)
    return StreamingHttpResponse(_lines(batches, request.request_id), content_type="application/x-ndjson")


@contextmanager
def _named(where: str) -> Iterator[None]:
    """An error says which part of the batch it is about."""
    try:
        yield
    except TrothError as error:
        error.data["where"] = where
        raise


def _correct(permit: Permit, asked: shapes.CorrectionOf) -> shapes.CorrectedOut:
    done = actions.correct(permit, asked.record_id, asked.values, if_version=asked.version)
    return shapes.CorrectedOut(record_id=done.record_id, version=done.version, changed=list(done.changed))


def _lines(batches: Iterator[list[Record]], request_id: UUID) -> Iterator[bytes]:
    """`{"end": true, "count": n}` closes a whole stream; a problem document closes one that broke off."""
    encode, count = msgspec.json.encode, 0
    try:
        for batch in batches:
            count += len(batch)
            yield b"".join(encode(shapes.record_out(one)) + b"\n" for one in batch)
    except TrothError as error:
        yield encode(document(error, request_id)) + b"\n"
    else:
        yield encode({"end": True, "count": count}) + b"\n"


def _limit(request: ApiRequest) -> int:
    text = request.GET.get("limit", str(PAGE_DEFAULT))
    if not (text.isascii() and text.isdigit() and len(text) < len(str(PAGE)) + 1 and 1 <= int(text) <= PAGE):
        raise BodyInvalid([{"where": "query.limit", "why": f"between 1 and {PAGE}"}])
    return int(text)


def _if_match(request: ApiRequest) -> int | None:
    text = header(request, "If-Match")
    if text is None or text == "*":
        return None
    found = _ETAG.fullmatch(text)
    if found is None:
        raise VersionNeeded
    return int(found[1])


_DATASET = "customers/<uuid:customer_id>/datasets/<uuid:dataset_id>"
_RECORDS = "customers/<uuid:customer_id>/records"

address(
    f"{_DATASET}/records",
    get=Endpoint(view=page, summary="Page through a dataset's records", answer=shapes.RecordPage),
    post=Endpoint(view=store, summary="Store records", body=shapes.Store, answer=shapes.StoredAll, status=201),
)
address(
    f"{_DATASET}/scan",
    post=Endpoint(
        view=scan,
        summary="Stream the records that match a filter",
        body=shapes.Scan,
        answer=shapes.RecordOut,
        streams=True,
    ),
)
address(
    f"{_RECORDS}/read",
    post=Endpoint(view=read_many, summary="Read many records", body=shapes.Pick, answer=shapes.RecordsOut),
)
address(
    f"{_RECORDS}/find",
    post=Endpoint(
        view=find, summary="Find a person's records by identifier", body=shapes.Identifier, answer=shapes.RecordsOut
    ),
)
address(
    f"{_RECORDS}/find-many",
    post=Endpoint(
        view=find_many, summary="Find many people's records", body=shapes.Identifiers, answer=shapes.FoundOut
    ),
)
address(
    f"{_RECORDS}/correct",
    post=Endpoint(
        view=correct_many, summary="Correct many records", body=shapes.Corrections, answer=shapes.CorrectedAll
    ),
)
address(
    f"{_RECORDS}/delete",
    post=Endpoint(view=delete_many, summary="Delete many records", body=shapes.Pick, answer=shapes.DeletedOut),
)
address(
    f"{_RECORDS}/<uuid:record_id>",
    authenticates_itself=True,
    get=Endpoint(view=fast.read, summary="Read a record", answer=shapes.RecordOut),
    patch=Endpoint(view=correct, summary="Correct a record", body=shapes.Correction, answer=shapes.CorrectedOut),
    delete=Endpoint(view=delete, summary="Delete a record", answer=shapes.DeletedOut),
)
