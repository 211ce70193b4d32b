"""A dataset's schema as a person types it: one field in each line, or the JSON of the API.

mail email identifier:email
age integer
country text plain: campaigns are counted by country
"""

import json
import re
from typing import Any

from django.utils.translation import gettext

_LINE = re.compile(r"(?P<name>\S+)(?:\s+(?P<type>[a-z]+))?(?:\s+(?P<kind>\w+)(?::(?P<rest>.*))?)?\s*")


class Unreadable(ValueError):
    """A line that is no field; the message says which and why."""


def parse(text: str) -> dict[str, Any]:
    """The definition that `Schema.parse` judges. Raises Unreadable for what can't even be read."""
    if text.lstrip().startswith(("{", "[")):
        try:
            found = json.loads(text)
        except ValueError as error:
            raise Unreadable(gettext("This is no JSON: check its brackets and commas.")) from error
        return {"fields": found} if isinstance(found, list) else found
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    fields = [_field(number, line) for number, line in lines if line]
    if not fields:
        raise Unreadable(gettext("Name at least one field."))
    return {"fields": fields}


def _field(number: int, line: str) -> dict[str, Any]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise Unreadable(
            gettext("Line %(number)s can't be read: write name, type, kind, as in the example.") % {"number": number}
        )
    field: dict[str, Any] = {"name": found["name"]}
    if found["type"]:
        field["type"] = found["type"]
    kind, rest = found["kind"] or "personal", (found["rest"] or "").strip()
    field["kind"] = kind
    if kind == "identifier" and rest:
        field["identifier"], _, scheme = rest.partition(":")
        if scheme:
            field["scheme"] = scheme.strip()
    elif rest:
        field["why"] = rest
    return field
