"""A proposed schema: careful, never plain, and without a value of the sample."""

import io
from importlib import resources
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from tests.vault.conftest import person
from troth.cli.demo import people
from troth.vault.errors import SchemaInvalid, SourceUnreadable
from troth.vault.inference import from_source, infer
from troth.vault.readers import Options


def test_the_sample_file_s_people_are_recognised() -> None:
    schema = infer(list(people.rows(500)))
    found = {field.name: (field.type, field.identifier) for field in schema.fields}
    assert found["email"] == ("email", "email")
    assert found["phone"] == ("phone", "phone")
    assert found["reference"] == ("reference", "reference")
    assert found["age"] == ("integer", None)
    assert found["housing"] == ("boolean", None)
    assert found["job"] == ("text", None)
    assert schema.plain == ()


def test_a_file_without_people_has_no_identifiers(tmp_path: Path) -> None:
    packed = resources.files("troth.cli.demo") / "data" / "bank-full.csv.gz"
    path = tmp_path / "bank.csv.gz"
    path.write_bytes(packed.read_bytes())
    schema = from_source(path)
    assert len(schema.fields) == 17
    assert schema.identifiers == ()


def test_every_format(tmp_path: Path) -> None:
    rows = [person(n) for n in range(20)]
    csv = ",".join(rows[0]) + "\n" + "".join(",".join(map(str, row.values())) + "\n" for row in rows)
    assert [field.identifier for field in from_source(io.BytesIO(csv.encode()), Options("csv")).fields[:2]] == [
        "email", "phone",
    ]  # fmt: skip
    lines = b'{"email": "a@example.org", "n": 1}\n{"email": "b@example.org"}\n'
    assert [field.type for field in from_source(io.BytesIO(lines), Options("jsonl")).fields] == ["email", "integer"]
    path = tmp_path / "p.parquet"
    parquet.write_table(pa.table({"n": [1, 2], "name": ["a", "b"]}), path)
    assert [field.type for field in from_source(path).fields] == ["integer", "text"]


def test_no_value_becomes_a_name() -> None:
    schema = infer([{"ann@example.org": "x", "2026": "y", "record_id": "z", "Full Name": "w"}])
    assert [field.name for field in schema.fields] == ["column_1", "column_2", "column_3", "full_name"]


@pytest.mark.parametrize("source", [b"", b"\n\n", b"not json\n", b"[1]\n"])
def test_nothing_to_propose_from(source: bytes) -> None:
    for format_ in ("csv", "jsonl"):
        if format_ == "csv" and source.strip():
            continue
        with pytest.raises(SourceUnreadable):
            from_source(io.BytesIO(source), Options(format_))  # type: ignore[arg-type]


CELLS = st.none() | st.text(max_size=8) | st.integers() | st.lists(st.none(), max_size=2)


@given(st.lists(st.dictionaries(st.text(max_size=8), CELLS), max_size=6))
def test_whatever_comes_gets_a_sound_schema_or_a_clear_no(rows: list[dict[str, object]]) -> None:
    try:
        schema = infer(rows)
    except (SourceUnreadable, SchemaInvalid):
        return
    schema.judge()
    assert schema.plain == ()
