"""A dataset's schema: its fields, what each may hold, and how secret it is.

Guarantees: a field is personal unless it says otherwise, and `plain`, which is stored unsealed, needs a written
reason. A schema is never rewritten: a new version may only add fields, so that every record stays readable.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Literal

import msgspec

from troth.vault import values
from troth.vault.errors import RowRefused, SchemaInvalid, Unfit
from troth.vault.limits import FIELDS_AT_MOST, NAME_LENGTH, WHY_LENGTH
from troth.vault.phones import region_exists

Kind = Literal["identifier", "personal", "plain"]
IdentifierKind = Literal["email", "phone", "reference"]

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
_TYPE_OF: Final[dict[str, tuple[str, ...]]] = {
    "email": ("email",),
    "phone": ("phone",),
    "reference": ("reference", "text", "integer"),
}
_ANSWER_WORDS: Final = "id record_id subject_id customer_id dataset_id version schema_version created_at updated_at"
_OTHER_WORDS: Final = "line reason and or not in is null contains true false"
RESERVED: Final = frozenset(f"{_ANSWER_WORDS} {_OTHER_WORDS}".split())
"""Names that answers, rejected-rows files and the filter language use themselves."""


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One column. `scheme` sets references of different numberings apart; `region` reads telephone numbers."""

    name: str
    type: values.Type = "text"
    kind: Kind = "personal"
    identifier: IdentifierKind | None = None
    scheme: str | None = None
    region: str | None = None
    required: bool = False
    why: str | None = None

    @property
    def index_kind(self) -> str:
        """Under which name the blind index keeps this identifier."""
        return f"{self.identifier}:{self.scheme}" if self.scheme else str(self.identifier)


class Schema(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """The fields in their order. The order of the sealed ones is the order of values in a record's blob."""

    fields: tuple[Field, ...]

    @classmethod
    def parse(cls, definition: object) -> "Schema":
        """Read and judge a definition (a decoded JSON object); raises `SchemaInvalid`."""
        try:
            schema = msgspec.convert(definition, cls)
        except msgspec.ValidationError as error:
            raise SchemaInvalid(why=str(error)) from None
        schema.judge()
        return schema

    def define(self) -> dict[str, Any]:
        """The definition, as JSON holds it."""
        defined: dict[str, Any] = msgspec.to_builtins(self)
        return defined

    def judge(self) -> None:
        """Raise `SchemaInvalid` for the first thing that does not fit."""
        if not 1 <= len(self.fields) <= FIELDS_AT_MOST:
            raise SchemaInvalid(why=f"it needs between 1 and {FIELDS_AT_MOST} fields")
        seen: set[str] = set()
        for field in self.fields:
            if field.name in seen:
                raise SchemaInvalid(why=f"the field {field.name!r} is there twice")
            seen.add(field.name)
            if problem := _problem(field):
                raise SchemaInvalid(why=f"the field {field.name[:NAME_LENGTH]!r} {problem}")
        kinds = [field.index_kind for field in self.identifiers]
        for kind in kinds:
            if kinds.count(kind) > 1:
                raise SchemaInvalid(why=f"two fields are the same identifier {kind!r}: give each a scheme of its own")

    @cached_property
    def sealed(self) -> tuple[Field, ...]:
        """What lies in the blob."""
        return tuple(field for field in self.fields if field.kind != "plain")

    @cached_property
    def sealed_names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.sealed)

    @cached_property
    def identifier_names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.identifiers)

    @cached_property
    def plain(self) -> tuple[Field, ...]:
        """What lies open, each with its reason."""
        return tuple(field for field in self.fields if field.kind == "plain")

    @cached_property
    def identifiers(self) -> tuple[Field, ...]:
        """By what a person is found and recognised."""
        return tuple(field for field in self.fields if field.kind == "identifier")

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def parsers(self) -> Mapping[str, values.Parser]:
        return {field.name: values.parser(field.type, field.region) for field in self.fields}

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields if field.required)

    def read(self, row: Mapping[str, object]) -> dict[str, values.Stored]:
        """The values of the fields that a row names, as they are stored; nothing is filled in.

        Raises `RowRefused` naming the first field that does not fit.
        """
        parsers = self.parsers
        found: dict[str, values.Stored] = {}
        for name, value in row.items():
            parse = parsers.get(name)
            if parse is None:
                raise RowRefused(field="(unknown)", why="a field that the schema does not have")
            if value is None:
                found[name] = None
                continue
            try:
                found[name] = parse(value)
            except Unfit as error:
                raise RowRefused(field=name, why=error.why) from None
        for name in self.required:
            if name in found and found[name] is None:
                raise RowRefused(field=name, why="is required and empty")
        return found

    def complete(self, found: Mapping[str, values.Stored]) -> Mapping[str, values.Stored]:
        """All fields of a new record: None where nothing was given. Raises `RowRefused` for what must be there."""
        for name in self.required:
            if found.get(name) is None:
                raise RowRefused(field=name, why="is required and missing")
        identifiers = self.identifier_names
        if identifiers and all(found.get(name) is None for name in identifiers):
            # Without one the same person would come in anew at every import.
            raise RowRefused(field="(row)", why="has none of the dataset's identifiers")
        return found if len(found) == len(self.parsers) else {name: found.get(name) for name in self.parsers}

    def extended(self, more: Sequence[Field]) -> "Schema":
        """The next version: these fields added at the end. Existing records read as having no value there."""
        for field in more:
            if field.required:
                raise SchemaInvalid(why=f"the added field {field.name!r} can't be required: older records lack it")
        schema = Schema(fields=(*self.fields, *more))
        schema.judge()
        return schema


def _problem(field: Field) -> str | None:
    if len(field.name) > NAME_LENGTH or not _NAME.match(field.name):
        return f"must be named in lower-case letters, digits and _, at most {NAME_LENGTH} of them"
    if field.name in RESERVED:
        return "has a name that is reserved"
    if field.kind == "plain" and not (field.why and field.why.strip()):
        return "is plain, which needs a reason in `why`: plain values are stored unsealed"
    if field.why is not None and len(field.why) > WHY_LENGTH:
        return f"has a reason longer than {WHY_LENGTH} characters"
    if field.region is not None and (field.type != "phone" or not region_exists(field.region)):
        return "names a region that is none, or is no telephone number"
    return _identifier_problem(field)


def _identifier_problem(field: Field) -> str | None:
    if (field.kind == "identifier") != (field.identifier is not None):
        return "must name which `identifier` it is exactly if its kind is identifier"
    if field.identifier is None:
        return "has a scheme, and is no identifier" if field.scheme is not None else None
    if field.type not in _TYPE_OF[field.identifier]:
        return f"is an identifier of kind {field.identifier}, and must be of type {_TYPE_OF[field.identifier][0]}"
    if field.scheme is not None and (field.identifier != "reference" or not _NAME.match(field.scheme)):
        return "has a scheme, which references alone may have, in lower-case letters, digits and _"
    return None
