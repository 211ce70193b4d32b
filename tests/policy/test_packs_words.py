"""The words of packs, topics, terms and planned controls: in both languages, well set, and nobody's name in them."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.policy.test_packs import packs
from troth.policy.constraints import Words
from troth.policy.countries import COUNTRIES
from troth.policy.terms import resolve
from troth.policy.topics import TOPICS
from troth.policy.vocabulary import spoken as speech
from troth.policy.vocabulary.words import BY_NAME, VOCABULARY
from troth.promises import planned

ROOT = Path(__file__).resolve().parents[2]
SPOKEN = {**speech.CHOICES, **speech.COUNTRIES}
TREE = ("src", "judgement", "verifier", "tests", "docs", "tools", "benchmarks", "deploy", "changelog", ".github")
THIN, BROAD = "\u202f", "\u00a0"

# Rot13, so that this file does not name them either: the companies and the person of the five policies, and firms
# at their side. The first list may stand nowhere in the tree; the second, whose products are spoken of, in no pack.
NOWHERE = """nirag-zrqvn nirag\\ zrqvn niragzrqvn ivagen xjnaxb pbagenpgvsl qo2\\ inyhr qo2inyhr ungel xriva\\ u
pynenarg rdhvavk qrybvggr reafg\\ & qvtvgny\\ bprna qvtvgnybprna fbanepybhq xnfcrefxl 360yrneavat cbyrafgenng riretrz"""
IN_NO_PACK = "nznmba njf bcranv pybhqgenvy"


def spoken() -> Iterator[tuple[str, Words]]:
    """Every text that a reader meets, with where it stands."""
    for pack in packs().values():
        yield from ((pack.id, pack.title), (pack.id, pack.operator))
        yield from ((f"{pack.id} {section.id}", section.title) for section in pack.sections)
        for clause in pack.clauses:
            told = (clause.words, clause.note, clause.exceeds)
            yield from ((clause.id, words) for words in told if words is not None)
    for topic in TOPICS:
        yield from ((topic.id, topic.title), (topic.id, topic.asks))
    yield from ((term.name, term.title) for term in VOCABULARY)
    yield from SPOKEN.items()
    for control in planned.CONTROLS:
        yield control.id, Words(control.title["en"], control.title["fr"])
        yield control.id, Words(control.sees["en"], control.sees["fr"])


def badly_set(french: str) -> list[str]:
    """What French typography would not let stand: spaces that may break, wrong ones, and straight apostrophes."""
    spaces = rf"(?<!{THIN})[;?!]|(?<!{BROAD})[:»%]|«(?!{BROAD})| {{2}}"
    units = r"\d (?:heures?|jours?|semaines?|mois|ans?|caractères)\b"
    faults = re.findall(rf"{spaces}|{units}|['\"]", french)
    # A time of the day, an id or an address has a colon without a space.
    return [fault for fault in faults if not (fault == ":" and re.search(r"\d:\d|\w:\w", french))]


def alike(words: Words) -> bool:
    """True where somebody forgot to translate. A word of one's own language in both is a coincidence."""
    return words.en == words.fr and " " in words.en and not words.en.startswith(("ISO", "SOC", "SSAE", "Tier"))


def named(text: str, names: str) -> list[str]:
    """The names, by their disguise, that stand in a text."""
    folded = text.casefold()
    wanted = [name.replace("\\ ", " ") for name in re.split(r"(?<!\\)\s+", names)]
    return [name for name in wanted if re.search(rf"\b{re.escape(codecs.decode(name, 'rot13'))}", folded)]


def test_every_text_is_there_in_english_and_in_french() -> None:
    texts = list(spoken())
    assert len(texts) > 550
    assert [where for where, words in texts if not words.en.strip() or not words.fr.strip() or alike(words)] == []
    assert alike(Words("No word of French", "No word of French"))


def test_every_word_of_a_limit_can_be_said() -> None:
    choices = {each for term in VOCABULARY for each in term.choices}
    assert choices == set(speech.CHOICES)
    named = {
        each
        for pack in packs().values()
        for obligation in pack.obligations
        if BY_NAME[obligation.term].kind == "countries"
        for _, value in obligation.written
        for each in value
    }
    assert named <= set(speech.COUNTRIES) <= COUNTRIES
    assert set(speech.COUNTRIES) > speech.EUROPEAN_UNION


def test_a_limit_is_said_in_the_readers_language() -> None:
    def said(pack: str, term: str, language: str) -> str:
        return resolve(packs()[pack].obligations, BY_NAME).explain(term, language)

    assert said("network", "residency.transfers", "en") == "only the European Union, from clause N-4.2c"
    assert said("network", "residency.transfers", "fr") == "seulement l’Union européenne, de la clause N-4.2c"
    assert said("contracts", "residency.backups", "en") == "exactly Ireland, the Netherlands, from clause K-2c"
    assert "un chiffre" in said("network", "access.password.classes", "fr")
    assert speech.spoken(["BR", "FR"], "fr") == ["BR", "France"]


def test_the_french_is_set_as_french_is() -> None:
    assert [(where, badly_set(words.fr)) for where, words in spoken() if badly_set(words.fr)] == []


@pytest.mark.parametrize(
    "text", ["Quoi ?", "Quoi?", "Ceci : cela", "Ceci; cela", "L'un", "« Oui »", "5 %", "12 mois", "un  deux", '"un"']
)
def test_french_that_is_not_is_found(text: str) -> None:
    assert badly_set(text)


def test_english_has_no_straight_quotes_and_no_double_space() -> None:
    assert [(where, words.en) for where, words in spoken() if re.search(r"['\"]| {2}", words.en)] == []


def test_a_clause_is_one_or_a_few_whole_sentences() -> None:
    for pack in packs().values():
        for clause in pack.clauses:
            for words in filter(None, (clause.words, clause.note, clause.exceeds)):
                for text in (words.en, words.fr):
                    # What exceeds a clause follows “In fact:” on the page.
                    assert text[0].islower() == (words is clause.exceeds), (clause.id, text)
                    assert text.endswith("."), (clause.id, text)
                    assert "!" not in text, (clause.id, text)
                    assert len(text) <= 330, (clause.id, len(text))


def test_no_company_or_person_of_the_policies_is_named_anywhere() -> None:
    told = " ".join(text for _, words in spoken() for text in (words.en, words.fr))
    assert named(told, f"{NOWHERE} {IN_NO_PACK}") == []
    tracked = [path for folder in TREE for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts]
    tracked += [path for path in ROOT.glob("*") if path.suffix in {".md", ".toml"} or path.name == "Makefile"]
    assert len(tracked) > 300
    texts = {path: path.read_bytes().decode("utf-8", "replace") for path in tracked if path.is_file()}
    assert {str(path): found for path, text in texts.items() if (found := named(text, NOWHERE))} == {}


def test_a_name_is_found() -> None:
    assert named("audited by " + codecs.decode("Qrybvggr", "rot13") + " in May", NOWHERE) == ["qrybvggr"]
    assert named(codecs.decode("Qvtvgny Bprna", "rot13") + "’s servers", NOWHERE) == ["qvtvgny bprna"]
