"""The doors of this domain: before a customer is known, one row shows to whoever brings its digest or id."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

from django.db import connections

from troth.kernel import wall


@contextmanager
def by_digest(name: Literal["sign_in", "session", "enrolment"], digest: bytes) -> Iterator[None]:
    """A transaction in which the rows with this digest show, and nothing else."""
    with wall.door(name):
        _seek("troth.sought_digest", digest.hex())
        yield


@contextmanager
def by_id(name: Literal["key_lookup"], sought: UUID) -> Iterator[None]:
    """A transaction in which the API key with this id shows, with its account, and nothing else."""
    with wall.door(name):
        _seek("troth.sought_id", str(sought))
        yield


def _seek(setting: str, value: str) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [setting, value])
