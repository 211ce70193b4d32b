"""From nodes to a pack: every field is known, every fault is collected with its place, nothing is guessed."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from troth.policy import limits
from troth.policy.clauses import AUDIENCES, KINDS, Clause, Pack, Section
from troth.policy.constraints import EMPTY, Words, meet
from troth.policy.drafting import marks
from troth.policy.errors import Fault, PackInvalid
from troth.policy.known import ATTESTED, Known
from troth.policy.nodes import List, Node, Record, Text, shown
from troth.policy.obligations import Obligation, Source

_T = TypeVar("_T")

PACK_ID: Final = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*")
CLAUSE_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[.-][A-Za-z0-9]+)*")
SECTION_ID: Final = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")
_VERSION = re.compile(r"[1-9][0-9]{0,6}")
_ID_LENGTH, _TITLE_LENGTH, _WORDS_LENGTH = 40, 200, 2_000

_MOST_FAULTS = 200


@dataclass(slots=True)
class Reader:
    """Collects faults; `known` is what names are checked against, if at all."""

    known: Known | None
    faults: list[Fault] = field(default_factory=list)

    def fault(self, node: Node, why: str) -> None:
        """Note a fault where the node stands."""
        self.faults.append(Fault(node.line, node.column, why))

    def fields(self, node: Node, what: str, needed: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Node]:
        """The fields of a record: all that are needed, none that is unknown."""
        if not isinstance(node, Record):
            self.fault(node, f"{what} is a record with the fields {', '.join(needed)}")
            return {}
        needed, allowed = list(needed), [*needed, *optional]
        found = {}
        for key, value in node.entries:
            if key.value in allowed:
                found[key.value] = value
            else:
                self.fault(key, f"{what} has no field “{shown(key.value)}”; it knows {', '.join(allowed)}")
        for name in needed:
            if name not in found:
                self.fault(node, f"{what} lacks the field “{name}”")
        return found

    def text(self, node: Node | None, what: str, pattern: re.Pattern[str] | None = None, longest: int = 200) -> str:
        """A text that isn't empty; "" after a fault."""
        if node is None:
            return ""
        if not isinstance(node, Text) or not node.value.strip():
            self.fault(node, f"{what} is a text, and not an empty one")
            return ""
        # Only what lays out the YAML folds: a space that must not break is French typography, and stays.
        value = re.sub(r"[ \t\n]+", " ", node.value).strip(" ")
        if len(value) > longest:
            self.fault(node, f"{what} is longer than {longest} characters")
            return ""
        if pattern is not None and not pattern.fullmatch(value):
            self.fault(node, f"{what} can't be “{shown(value)}”: only letters, digits and single joints")
            return ""
        return value

    def list(self, node: Node | None, what: str, read: Callable[[Node], _T], *, empty: bool = False) -> tuple[_T, ...]:
        """A list, each item read on its own."""
        if node is None:
            return ()
        if not isinstance(node, List) or not (node.items or empty):
            self.fault(node, f"{what} is a list" + ("" if empty else ", and not an empty one"))
            return ()
        return tuple(read(each) for each in node.items)


def pack(node: Node, known: Known | None) -> Pack:
    """The pack that the document says. Raises PackInvalid with every fault."""
    reader = Reader(known)
    told = reader.fields(node, "a pack", ("pack", "version", "title", "operator", "sections"))
    made = Pack(
        id=reader.text(told.get("pack"), "the pack's id", PACK_ID, _ID_LENGTH),
        version=_version(reader, told.get("version")),
        title=_words(reader, told.get("title"), "the pack's title", _TITLE_LENGTH),
        operator=_words(reader, told.get("operator"), "the kind of operator", _TITLE_LENGTH),
        sections=reader.list(told.get("sections"), "sections", lambda each: _section(reader, each)),
    )
    _refuse_twins(reader, told.get("sections"))
    if reader.faults:
        raise PackInvalid(sorted(reader.faults)[:_MOST_FAULTS])
    return made


def _version(reader: Reader, node: Node | None) -> int:
    if isinstance(node, Text) and _VERSION.fullmatch(node.value):
        return int(node.value)
    if node is not None:
        reader.fault(node, "the version is a whole number from 1")
    return 0


def _words(reader: Reader, node: Node | None, what: str, longest: int = _WORDS_LENGTH) -> Words:
    if node is None:
        return Words("", "")
    told = reader.fields(node, what, ("en", "fr"))
    spoken = [reader.text(told.get(each), f"{what} ({each})", None, longest) for each in ("en", "fr")]
    for name, said in zip(("en", "fr"), spoken, strict=True):
        if reader.known is not None and (why := marks.unfinished(said)) is not None:
            reader.fault(told[name], f"{what} ({name}) is {why}")
    return Words(*spoken)


def _section(reader: Reader, node: Node) -> Section:
    told = reader.fields(node, "a section", ("id", "title", "clauses"))
    return Section(
        id=reader.text(told.get("id"), "the section's id", SECTION_ID, _ID_LENGTH),
        title=_words(reader, told.get("title"), "the section's title", _TITLE_LENGTH),
        clauses=reader.list(told.get("clauses"), "clauses", lambda each: _clause(reader, each)),
    )


def _clause(reader: Reader, node: Node) -> Clause:
    told = reader.fields(
        node, "a clause", ("id", "kinds", "audience", "words"), ("note", "controls", "terms", "exceeds")
    )
    clause_id = reader.text(told.get("id"), "the clause's id", CLAUSE_ID, _ID_LENGTH)
    clause = Clause(
        id=clause_id,
        kinds=_some(reader, told.get("kinds"), "kinds", KINDS),
        audience=_some(reader, told.get("audience"), "audience", AUDIENCES),
        words=_words(reader, told.get("words"), "the words of a clause"),
        note=_words(reader, told["note"], "a note") if "note" in told else None,
        controls=_controls(reader, told.get("controls")),
        obligations=obligations(reader, told.get("terms"), Source("clause", clause_id)),
        exceeds=_words(reader, told["exceeds"], "what exceeds the clause") if "exceeds" in told else None,
    )
    _judge_kinds(reader, told.get("kinds", node), clause)
    return clause


def _some(reader: Reader, node: Node | None, what: str, allowed: tuple[_T, ...]) -> tuple[_T, ...]:
    """One or more of a few words, none of them twice."""
    chosen: list[_T] = []

    def one(item: Node) -> None:
        word = reader.text(item, f"an item of {what}")
        if word and word not in allowed:
            reader.fault(item, f"{what} knows {', '.join(map(str, allowed))}, not “{shown(word)}”")
        elif word in chosen:
            reader.fault(item, f"“{shown(word)}” stands in {what} twice")
        elif word:
            chosen.append(allowed[allowed.index(word)])

    reader.list(node, what, one)
    return tuple(chosen)


def _controls(reader: Reader, node: Node | None) -> tuple[str, ...]:
    chosen: list[str] = []
    known = reader.known

    def one(item: Node) -> None:
        name = reader.text(item, "the id of a control", limits.NAME, 120)
        topic = name.removeprefix(ATTESTED) if name.startswith(ATTESTED) else None
        if not name:
            return
        if name in chosen:
            reader.fault(item, f"the control “{shown(name)}” stands here twice")
        elif known is not None and topic is not None and topic not in known.topics:
            reader.fault(item, f"there is no topic of attestation “{shown(topic)}”" + limits.near(topic, known.topics))
        elif known is not None and topic is None and known.controls is not None and name not in known.controls:
            reader.fault(item, f"there is no control “{shown(name)}”" + limits.near(name, known.controls))
        else:
            chosen.append(name)

    reader.list(node, "controls", one, empty=True)
    return tuple(chosen)


def obligations(reader: Reader, node: Node | None, source: Source) -> tuple[Obligation, ...]:
    """The limits under `terms`, each with its source."""
    if node is None:
        return ()
    if not isinstance(node, Record):
        reader.fault(
            node, "terms is a record: the name of each term with its limit, {erasure.production_within: {at_most: P1D}}"
        )
        return ()
    made = []
    for key, value in node.entries:
        read = limits.read(key, value, reader.known.terms if reader.known is not None else None, reader.fault)
        if read is None:
            continue
        constraint, written = read
        if meet(constraint, constraint) is EMPTY:
            reader.fault(
                value, "nothing can satisfy it (a month counts 31 days as a minimum and 28 as a limit: write days)"
            )
            continue
        made.append(Obligation(key.value, constraint, source, written))
    return tuple(made)


def _judge_kinds(reader: Reader, where: Node, clause: Clause) -> None:
    """A clause that claims to be proven names what proves it."""
    attested = [each for each in clause.controls if each.startswith(ATTESTED)]
    coded = len(attested) < len(clause.controls)
    name = clause.id or "it"
    for kind in ("enforced", "probed"):
        if kind in clause.kinds and not coded:
            reader.fault(where, f"{name} is {kind}, but names no control that is")
    if "attested" in clause.kinds and not attested:
        reader.fault(where, f"{name} is attested, but names no control attested.<topic>")
    if attested and clause.kinds and "attested" not in clause.kinds:
        reader.fault(where, f"{name} names {attested[0]}, but attested is not among its kinds")


def _refuse_twins(reader: Reader, node: Node | None) -> None:
    """An id is one clause's, whatever the case of its letters: it stands in addresses and in people's mails."""
    sections: dict[str, Text] = {}
    clauses: dict[str, Text] = {}
    for section in _items(node):
        _refuse_twin(reader, section, sections, "section")
        for clause in _items(_field(section, "clauses")):
            _refuse_twin(reader, clause, clauses, "clause")


def _refuse_twin(reader: Reader, node: Node, seen: dict[str, Text], what: str) -> None:
    found = _field(node, "id")
    if not isinstance(found, Text):
        return
    first = seen.setdefault(found.value.casefold(), found)
    if first is not found:
        reader.fault(found, f"another {what} has the id “{shown(found.value)}” (on line {first.line})")


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, List) else ()


def _field(node: Node, name: str) -> Node | None:
    if not isinstance(node, Record):
        return None
    return next((value for key, value in node.entries if key.value == name), None)
