"""Datasets and their schemas."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from troth.access.roles import Action
from troth.api import paging
from troth.api.answers import answered, as_request
from troth.api.description import Strict
from troth.api.replays import once
from troth.api.requests import allow
from troth.vault import actions, queries
from troth.vault.queries import Described
from troth.vault.schema import Schema as DatasetSchema

router = Router(tags=["datasets"])


class DatasetOut(Schema):
    dataset_id: UUID
    name: str
    one_record_per_subject: bool
    schema_version: int
    fields: list[dict[str, Any]]
    created_at: datetime
    records: int | None = None


class DatasetPage(Schema):
    datasets: list[DatasetOut]
    next: str | None


class NewDataset(Strict):
    name: str
    fields: list[dict[str, Any]]
    one_record_per_subject: bool = True


class DatasetMade(Schema):
    dataset_id: UUID


@router.get("/customers/{uuid:customer_id}/datasets", response=DatasetPage, summary="List datasets")
def list_datasets(
    request: HttpRequest, customer_id: UUID, cursor: str | None = None, limit: paging.Limit = paging.DEFAULT
) -> DatasetPage:
    permit = allow(as_request(request), customer_id, Action.DATASETS_LIST)
    page, following = paging.cut(
        queries.list_datasets(permit),
        lambda one: one.dataset_id,
        listing="datasets",
        customer_id=customer_id,
        cursor=cursor,
        limit=limit,
    )
    return DatasetPage(datasets=[_out(one) for one in page], next=following)


@router.post("/customers/{uuid:customer_id}/datasets", response={201: DatasetMade}, summary="Add a dataset")
def add_dataset(request: HttpRequest, customer_id: UUID, new: NewDataset) -> HttpResponse:
    asked = as_request(request)
    permit = allow(asked, customer_id, Action.DATASETS_ADD)
    schema = DatasetSchema.parse({"fields": new.fields})

    def work() -> HttpResponse:
        made = actions.add_dataset(permit, new.name, schema, one_record_per_subject=new.one_record_per_subject)
        return answered(DatasetMade(dataset_id=made), 201)

    return once(asked, customer_id, work)


@router.get("/customers/{uuid:customer_id}/datasets/{uuid:dataset_id}", response=DatasetOut, summary="Show a dataset")
def show_dataset(request: HttpRequest, customer_id: UUID, dataset_id: UUID, count: bool = False) -> DatasetOut:
    permit = allow(as_request(request), customer_id, Action.DATASETS_LIST)
    return _out(queries.show_dataset(permit, dataset_id, count=count))


def _out(found: Described) -> DatasetOut:
    return DatasetOut(
        dataset_id=found.dataset_id,
        name=found.name,
        one_record_per_subject=found.one_record_per_subject,
        schema_version=found.schema_version,
        fields=found.schema.define()["fields"],
        created_at=found.created_at,
        records=found.records,
    )
