"""The demonstration's people: synthetic, unreachable, and the same on every machine."""

import hashlib
import io
import re

import phonenumbers
import pytest

from troth.cli.demo import people

EVERYONE = [people.person(row) for row in range(1, people.ROWS + 1)]


def test_the_whole_file_is_the_same_everywhere() -> None:
    text = io.StringIO()
    assert people.write(text) == people.ROWS
    digest = hashlib.sha256(text.getvalue().encode()).hexdigest()
    assert digest == "05c6f2f8d02db6f207e816635e0021838ebcc3d47aef393e1c1ab20a5a6f0c26"


@pytest.mark.parametrize("column", ["reference", "email", "phone"])
def test_identifiers_are_unique(column: str) -> None:
    assert len({getattr(person, column) for person in EVERYONE}) == people.ROWS


def test_addresses_lie_at_reserved_domains_only() -> None:
    reserved = re.compile(r"^[a-z]+\.[a-z]+\.\d+@(example\.(com|net|org)|[a-z]+\.example)$")
    assert not [person.email for person in EVERYONE if not reserved.match(person.email)]


def test_telephones_are_well_formed_and_kept_for_fiction() -> None:
    fiction = re.compile(r"^\+33(19900|26191|35301|46571|53649)\d{4}$")
    for person in EVERYONE[::53]:
        parsed = phonenumbers.parse(person.phone)
        assert phonenumbers.is_valid_number(parsed), person.phone
        assert fiction.match(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def test_names_go_beyond_ascii() -> None:
    beyond = sum(not person.name.isascii() for person in EVERYONE)
    assert beyond > people.ROWS // 2


def test_rows_beyond_the_ranges_have_no_telephone_instead_of_a_shared_one() -> None:
    assert people.person(people.PHONES).phone
    assert people.person(people.PHONES + 1).phone == ""


def test_a_part_of_the_file_is_its_beginning() -> None:
    assert [row["reference"] for row in people.rows(3)] == ["TS-0000001", "TS-0000002", "TS-0000003"]
