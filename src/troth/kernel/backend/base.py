"""The database engine: Django's own, plus the process's identity on every connection."""

from typing import Any

from django.db.backends.postgresql import base

from troth.kernel import process


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that names its process in `application_name` (see `kernel.process`)."""

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params["application_name"] = process.application_name()
        return params
