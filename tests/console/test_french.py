"""Every word of the console exists in French, and the compiled catalogue is the written one."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from django.utils import translation

from tests.console.conftest import House, Visitor
from troth.access.errors import PasswordRefused, SignInRefused
from troth.access.roles import Action
from troth.console import saying, words
from troth.kernel.errors import NotFound

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def catalogue() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogue", ROOT / "tools" / "catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_lacks_french_and_nothing_is_out_of_step(catalogue: ModuleType) -> None:
    assert catalogue.problems() == []


def test_a_string_without_french_is_found(catalogue: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    known = list(catalogue.strings())
    monkeypatch.setattr(catalogue, "strings", lambda: [*known, (None, "Nobody wrote this in French.")])
    assert catalogue.problems() == ["no French: Nobody wrote this in French."]
    once = next(each for each in known if known.count(each) == 1)
    monkeypatch.setattr(catalogue, "strings", lambda: [each for each in known if each != once])
    assert catalogue.problems() == [f"said nowhere: {once[1]}"]


def test_a_catalogue_compiled_from_something_else_is_found(
    catalogue: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = (catalogue.FOLDER / "django.po").read_bytes()
    (tmp_path / "django.po").write_bytes(text.replace(b"Effacements", b"Gommages"))
    (tmp_path / "django.mo").write_bytes((catalogue.FOLDER / "django.mo").read_bytes())
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    assert catalogue.problems() == ["django.mo is not the compiled django.po: run `python tools/catalogue.py update`"]


def test_french_carries_the_same_values_as_english(catalogue: ModuleType) -> None:
    named = re.compile(r"%\(\w+\)s|\{\w+\}|</?(?:b|strong)>")
    for message in catalogue.stored():
        if not message.id:
            continue
        english = message.id if isinstance(message.id, str) else message.id[1]
        french = message.string if isinstance(message.string, str) else message.string[1]
        assert set(named.findall(english)) == set(named.findall(french)), (english, french)


def test_french_writes_its_own_signs(catalogue: ModuleType) -> None:
    for message in catalogue.stored():
        if not message.id:
            continue
        for french in [message.string] if isinstance(message.string, str) else message.string:
            assert not re.search(r"[^\s\u00a0\u202f][!?;](\s|$)", french), french
            assert "!" not in french.replace("!=", "")
            assert not re.search(r"\w'\w", french), french


def test_an_error_is_said_in_french() -> None:
    with translation.override("fr"):
        assert words.sentence(SignInRefused()) == "Cette adresse et ce mot de passe n’ouvrent rien."
        assert words.sentence(NotFound(what="record")) == "Rien ici sous cet identifiant (fiche)."
        refused = PasswordRefused(what="This password", why="it is shorter than 12 characters")
        assert words.sentence(refused) == "Ce mot de passe ne peut être accepté\u00a0: il a moins de 12 caractères"


def test_every_action_and_operation_has_a_word() -> None:
    for action in Action:
        assert words.operation(action.value) != action.value
    assert words.operation("something.new") == "something.new"


def test_figures_are_written_as_each_language_writes_them() -> None:
    assert saying.figure(45211) == "45,211"
    with translation.override("fr"):
        assert saying.figure(45211) == "45\u00a0211"
        assert saying.lasting(3 * 86400) == "3 jours"


def test_a_page_speaks_french_throughout(here: House, owner: Visitor) -> None:
    for path in (here.url(), here.url("/datasets"), here.url("/erasures"), here.url("/delete"), "/account"):
        page = owner.get(path, headers={"accept-language": "fr"}).content.decode()
        text = re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])
        assert not re.search(r"\b(the|and|which|nothing|your|everything)\b", text), (path, text)
