"""Filters over records, sealed fields included: `age >= 40 and (country in ("FR", "BE") or email is not null)`.

A filter is judged against the schema before any record is opened, then is a plain function of a record's values.
Comparing with no value is never true, not even by `!=`; `not` turns any answer round. Identifiers are compared in
their folded form, texts as they are stored; `contains` ignores case.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from troth.vault import filter_syntax as syntax
from troth.vault import values
from troth.vault.errors import FilterInvalid, Unfit
from troth.vault.schema import Field, Schema
from troth.vault.text import folded
from troth.vault.values import Stored

Test = Callable[[Mapping[str, Stored]], bool]

_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBERS: Final = frozenset({"integer", "decimal"})
_UNORDERED: Final = frozenset({"boolean", "email", "phone", "country", "reference"})
_FOLDED: Final = frozenset({"email", "reference"})


@dataclass(frozen=True, slots=True)
class Filter:
    """A judged filter. `fields` is what it looks at; its text may hold personal values and is never logged."""

    text: str
    fields: tuple[str, ...]
    matches: Test


def parse(text: str, schema: Schema) -> Filter:
    """Read a filter for this schema; raises `FilterInvalid`, which says where."""
    found = syntax.tree(text)
    names: dict[str, None] = {}
    test = _compiled(found, schema, names)
    return Filter(text=text, fields=tuple(names), matches=test)


def _compiled(node: syntax.Node, schema: Schema, names: dict[str, None]) -> Test:
    match node:
        case syntax.Condition():
            names[node.name] = None
            return _condition(node, schema)
        case syntax.Not(inner):
            test = _compiled(inner, schema, names)
            return lambda row: not test(row)
        case syntax.All(parts):
            tests = [_compiled(part, schema, names) for part in parts]
            return lambda row: all(test(row) for test in tests)
        case syntax.Any(parts):
            tests = [_compiled(part, schema, names) for part in parts]
            return lambda row: any(test(row) for test in tests)


def _condition(node: syntax.Condition, schema: Schema) -> Test:
    field = schema.by_name.get(node.name)
    if field is None:
        raise FilterInvalid(node.position, "the schema has no field of this name")
    name = field.name
    if node.operator == "null":
        return lambda row: row.get(name) is None
    if node.operator == "contains":
        return _containing(node, field)
    prepare = _prepared(field)
    wanted = [_constant(constant, field) for constant in node.constants]
    if node.operator == "in":
        members = frozenset(wanted)
        return lambda row: (value := row.get(name)) is not None and prepare(value) in members
    if node.operator not in {"=", "!="} and field.type in _UNORDERED:
        raise FilterInvalid(node.position, f"a field of type {field.type} has no order: use = != in or is null")
    compare, constant = _ORDER[node.operator], wanted[0]
    if prepare is _same:
        return lambda row: (value := row.get(name)) is not None and compare(value, constant)
    return lambda row: (value := row.get(name)) is not None and compare(prepare(value), constant)


def _containing(node: syntax.Condition, field: Field) -> Test:
    constant = node.constants[0]
    if field.type not in {"text", "email", "reference", "phone"} or not isinstance(constant.value, str):
        raise FilterInvalid(constant.position, "contains looks for a text in a text")
    name, wanted = field.name, folded(constant.value)
    return lambda row: (value := row.get(name)) is not None and wanted in folded(str(value))


def _same(value: Any) -> Any:
    return value


def _prepared(field: Field) -> Callable[[Any], Any]:
    """How a stored value is brought into the form that is compared."""
    if field.type == "decimal":
        return Decimal
    if field.type in _FOLDED:
        kind = field.type
        return lambda value: values.matched(kind, value)
    return _same


def _constant(constant: syntax.Constant, field: Field) -> object:
    """A literal in the form that is compared."""
    value = constant.value
    if field.type in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise FilterInvalid(constant.position, f"{field.name} is a number: compare it with one, without quotes")
        return value
    if (field.type == "boolean") != isinstance(value, bool):
        raise FilterInvalid(constant.position, f"{field.name} is of type {field.type}, and this is not")
    if not isinstance(value, bool | str):
        raise FilterInvalid(constant.position, f"{field.name} is of type {field.type}: put the value in quotes")
    try:
        stored = values.parser(field.type, field.region)(value)
    except Unfit as error:
        raise FilterInvalid(constant.position, f"the value {error.why}") from None
    if stored is None:
        raise FilterInvalid(constant.position, "an empty value is no value: use is null")
    return _prepared(field)(stored)
