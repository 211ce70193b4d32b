"""The filter language against an evaluator that reads the tree as it is written down."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.vault import filter_syntax as syntax
from troth.vault.errors import FilterInvalid
from troth.vault.filters import parse
from troth.vault.schema import Field, Schema

SCHEMA = Schema(
    fields=(
        Field(name="city"),
        Field(name="age", type="integer"),
        Field(name="balance", type="decimal"),
        Field(name="member", type="boolean"),
        Field(name="born", type="date"),
        Field(name="email", type="email", kind="identifier", identifier="email"),
        Field(name="tel", type="phone", region="FR"),
        Field(name="y", kind="plain", why="an outcome"),
    )
)
ROW = {
    "city": "Porto",
    "age": 41,
    "balance": "1000.50",
    "member": True,
    "born": "1980-05-01",
    "email": "Ann@Example.org",
    "tel": "+33612345678",
    "y": None,
}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("age >= 40 and balance > 1000", True),
        ("age >= 40 and balance > 1000.50", False),
        ("age > 41 or city = 'Porto'", True),
        ("not age > 41", True),
        ("NOT (age = 41 AND member = true)", False),
        ("age in (1, 41)", True),
        ("age not in (1, 41)", False),
        ("city != 'Lisboa'", True),
        ("city contains 'ORT'", True),
        ("email = 'ANN@example.ORG'", True),
        ('email in ("b@example.org", "ann@example.org")', True),
        ("tel = '06 12 34 56 78'", True),
        ("born < '1990-01-01'", True),
        ("y is null", True),
        ("y is not null", False),
        ("y != 'no'", False),
        ("not y = 'no'", True),
        ("y < 'z'", False),
        ("age = 41.0", True),
        ("balance = 1000.5", True),
        ("age = 1 or age = 2 and age = 3 or age = 41", True),
        ("city = 'it''s' or city = \"Por\"\"to\"", False),
    ],
)
def test_answers(text: str, matches: bool) -> None:
    assert parse(text, SCHEMA).matches(ROW) is matches


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 1),
        ("   ", 4),
        ("age", 4),
        ("age >", 6),
        ("age >= 'x'", 8),
        ("(age = 1", 9),
        ("age = 1)", 8),
        ("age = 1 age = 2", 9),
        ("nose = 1", 1),
        ("age = 1 or", 11),
        ("city = 'x", 8),
        ("age in ()", 9),
        ("city = Porto", 8),
        ("born = '2020-13-01'", 8),
        ("member = 'yes'", 10),
        ("email < 'a@example.org'", 1),
        ("age contains '4'", 14),
        ("city = ''", 8),
        ("age = 1.2.3", 7),
        ("age = 1; drop table vault_record", 8),
        ("and = 1", 1),
        ("(" * 51 + "age = 1" + ")" * 51, 51),
        ("not " * 60 + "age = 1", 201),
        ("age in (" + ",".join("1" * 1 for _ in range(1_002)) + ")", None),
        ("age = 1 or " * 500 + "age = 1", None),
    ],
)
def test_refused_with_its_position(text: str, position: int | None) -> None:
    with pytest.raises(FilterInvalid) as caught:
        parse(text, SCHEMA)
    if position is not None:
        assert caught.value.position == position


WORDS = "age city y ( ) , = != < <= > >= and or not in is null contains true 1 2.5 'a' \" ' born x"


@settings(max_examples=500)
@given(st.text() | st.lists(st.sampled_from(WORDS.split())).map(" ".join))
def test_whatever_comes_is_read_or_refused(text: str) -> None:
    position = 1
    try:
        assert isinstance(parse(text, SCHEMA).matches(ROW), bool)
    except FilterInvalid as error:
        position = error.position
    assert 1 <= position <= len(text) + 1


CONDITIONS = st.one_of(
    st.tuples(st.just("age"), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.integers(38, 43).map(str)),
    st.tuples(st.just("balance"), st.sampled_from(["=", "<", ">="]), st.sampled_from(["1000.5", "7", "2000"])),
    st.tuples(st.just("city"), st.sampled_from(["=", "!=", "<", "contains"]), st.sampled_from(["'Porto'", "'o'"])),
    st.tuples(st.just("y"), st.sampled_from(["is null", "is not null", "= 'a'", "!= 'a'"]), st.just("")),
    st.tuples(st.just("age"), st.sampled_from(["in", "not in"]), st.sampled_from(["(41)", "(1, 2)"])),
).map(" ".join)
FILTERS = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        inner.map("not {}".format).map(lambda text: f"not ({text[4:]})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: "({}) {} ({})".format(*parts)),
        st.tuples(inner, inner, inner).map("{0[0]}".format),
    ),
    max_leaves=12,
)
ROWS = st.fixed_dictionaries(
    {
        "age": st.none() | st.integers(38, 43),
        "balance": st.none() | st.sampled_from(["7", "1000.50", "2000.00"]),
        "city": st.none() | st.sampled_from(["Porto", "Lisboa", "o"]),
        "y": st.none() | st.just("a"),
    }
)


def reference(node: syntax.Node, row: dict[str, Any]) -> bool:  # noqa: PLR0911 - one return per kind of node
    """The tree, read as the documentation says it."""
    if isinstance(node, syntax.Not):
        return not reference(node.inner, row)
    if isinstance(node, syntax.All):
        return all(reference(part, row) for part in node.parts)
    if isinstance(node, syntax.Any):
        return any(reference(part, row) for part in node.parts)
    value = row[node.name]
    if node.operator == "null":
        return value is None
    if value is None:
        return False
    if node.name in {"age", "balance"}:
        value = Decimal(value)
    wanted = [constant.value for constant in node.constants]
    if node.operator == "in":
        return value in wanted
    if node.operator == "contains":
        return str(wanted[0]).lower() in str(value).lower()
    difference = (value > wanted[0]) - (value < wanted[0])
    return {
        "=": difference == 0, "!=": difference != 0, "<": difference < 0,
        "<=": difference <= 0, ">": difference > 0, ">=": difference >= 0,
    }[node.operator]  # fmt: skip


@settings(max_examples=300)
@given(FILTERS, ROWS)
def test_it_answers_as_the_reference_does(text: str, row: dict[str, Any]) -> None:
    assert parse(text, SCHEMA).matches(row) is reference(syntax.tree(text), row)
