"""A record on a page: the form that corrects it, its changes in words, and its rows in a file."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from troth.console import words
from troth.console.listing import inert
from troth.vault.models import Change
from troth.vault.opening import Record
from troth.vault.schema import Schema
from troth.vault.values import Stored

_INPUTS = {"integer": "numeric", "decimal": "decimal", "email": "email", "phone": "tel"}


def form(schema: Schema, values: Mapping[str, Stored], given: Mapping[str, Any] | None) -> forms.Form:
    """One text field for each field of the schema; the vault judges what is typed."""
    made = forms.Form(given)
    for field in schema.fields:
        attributes = {"autocomplete": "off", "inputmode": _INPUTS.get(field.type, "text")}
        made.fields[field.name] = forms.CharField(
            label=field.name,
            required=False,
            strip=False,
            max_length=65_536,
            initial=_typed(values.get(field.name)),
            help_text=field.type,
            widget=forms.TextInput(attrs=attributes),
        )
    return made


def changes(schema: Schema, values: Mapping[str, Stored], given: Mapping[str, str]) -> dict[str, object]:
    """What was typed differently; an emptied field becomes none."""
    return {
        field.name: given[field.name] or None
        for field in schema.fields
        if field.name in given and given[field.name] != _typed(values.get(field.name))
    }


def _typed(value: Stored) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def change(one: Change) -> dict[str, object]:
    """Who changed which fields, in words."""
    did: dict[str, str] = {
        "corrected": gettext("corrected: %(fields)s"),
        "deleted": gettext("deleted"),
        "updated": gettext("brought up to date by an import: %(fields)s"),
    }
    sentence = did.get(one.what) or str(one.what)
    who = words.kind(one.actor_kind)
    return {
        "time": one.changed_at,
        "words": sentence % {"fields": ", ".join(one.fields)} if "%(" in sentence else sentence,
        "who": f"{who} …{str(one.account_id)[-12:]}" if one.account_id else who,
    }


def as_csv(batches: Iterable[list[Record]], names: list[str]) -> Iterator[str]:
    """Lines of CSV, a batch at a time."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["record_id", *names])
    for batch in batches:
        writer.writerows(
            [str(one.record_id), *(inert(_typed(one.values.get(name))) for name in names)] for one in batch
        )
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def as_json(batches: Iterable[list[Record]], names: list[str]) -> Iterator[str]:
    """One JSON array, a batch at a time."""
    before = "[\n"
    for batch in batches:
        for one in batch:
            told = {"record_id": str(one.record_id), **{name: one.values.get(name) for name in names}}
            yield before + json.dumps(told, ensure_ascii=False, default=str)
            before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
