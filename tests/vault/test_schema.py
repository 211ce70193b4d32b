"""A schema is judged before it is taken; personal unless it says otherwise."""

from typing import Any

import pytest

from troth.vault.errors import RowRefused, SchemaInvalid
from troth.vault.schema import Field, Schema

EMAIL = {"name": "email", "type": "email", "kind": "identifier", "identifier": "email"}


def schema(*fields: dict[str, Any]) -> Schema:
    return Schema.parse({"fields": list(fields)})


def test_personal_is_the_default() -> None:
    found = schema({"name": "city"})
    assert found.fields[0].kind == "personal"
    assert found.sealed == found.fields
    assert found.plain == ()


@pytest.mark.parametrize(
    "definition",
    [
        None,
        [],
        {},
        {"fields": []},
        {"fields": [{}]},
        {"fields": [{"name": "City"}]},
        {"fields": [{"name": "1st"}]},
        {"fields": [{"name": ""}]},
        {"fields": [{"name": "x" * 64}]},
        {"fields": [{"name": "select"}, {"name": "select"}]},
        {"fields": [{"name": "record_id"}]},
        {"fields": [{"name": "and"}]},
        {"fields": [{"name": "a", "type": "blob"}]},
        {"fields": [{"name": "a", "kind": "plain"}]},
        {"fields": [{"name": "a", "kind": "plain", "why": "  "}]},
        {"fields": [{"name": "a", "kind": "plain", "why": "x" * 501}]},
        {"fields": [{"name": "a", "kind": "identifier"}]},
        {"fields": [{"name": "a", "identifier": "email", "type": "email"}]},
        {"fields": [{"name": "a", "kind": "identifier", "identifier": "email", "type": "text"}]},
        {"fields": [{"name": "a", "kind": "identifier", "identifier": "passport", "type": "text"}]},
        {"fields": [{**EMAIL, "scheme": "x"}]},
        {"fields": [EMAIL, {**EMAIL, "name": "other"}]},
        {"fields": [{"name": "a", "region": "FR"}]},
        {"fields": [{"name": "a", "type": "phone", "region": "XX"}]},
        {"fields": [{"name": "a", "scheme": "x"}]},
        {"fields": [{"name": "a", "secret": True}]},
        {"fields": [{"name": f"f{n}"} for n in range(201)]},
    ],
)
def test_refused(definition: object) -> None:
    with pytest.raises(SchemaInvalid):
        Schema.parse(definition)


def test_two_references_need_schemes() -> None:
    reference = {"name": "card", "type": "reference", "kind": "identifier", "identifier": "reference"}
    found = schema({**reference, "scheme": "card"}, {**reference, "name": "contract", "scheme": "contract"})
    assert [field.index_kind for field in found.identifiers] == ["reference:card", "reference:contract"]


def test_a_definition_survives_being_written() -> None:
    found = schema(EMAIL, {"name": "tier", "kind": "plain", "why": "billing needs it without opening records"})
    assert Schema.parse(found.define()) == found


def test_a_row_is_read_or_refused_by_name_without_its_value() -> None:
    found = schema(EMAIL, {"name": "age", "type": "integer", "required": True})
    assert found.read({"age": "7"}) == {"age": 7}
    for row in ({"age": "secret-7x"}, {"age": ""}, {"age": None}, {"nose": "secret-7x"}):
        with pytest.raises(RowRefused) as caught:
            found.read(row)
        assert "secret-7x" not in str(caught.value)
        assert "nose" not in str(caught.value)  # what someone put in the place of a name may be a value
    with pytest.raises(RowRefused, match="required"):
        found.complete({"email": "a@example.org"})
    with pytest.raises(RowRefused, match="identifiers"):
        found.complete({"age": 7})


def test_extending_only_adds() -> None:
    found = schema(EMAIL).extended([Field(name="age", type="integer")])
    assert [field.name for field in found.fields] == ["email", "age"]
    with pytest.raises(SchemaInvalid):
        found.extended([Field(name="age")])
    with pytest.raises(SchemaInvalid, match="required"):
        found.extended([Field(name="city", required=True)])
