"""One limit as a pack writes it: `{at_most: P1D}`, `{at_least: 12}`, `{one_of: [FR, DE]}`, `{is: true}`."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final

from troth.policy import durations
from troth.policy.constraints import Choice, Constraint, Flag, Interval, Kind, Term
from troth.policy.countries import COUNTRIES
from troth.policy.nodes import List, Node, Record, Text, shown

Fault = Callable[[Node, str], None]
Written = tuple[tuple[str, str | tuple[str, ...]], ...]

NAME: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9][a-z0-9_]*)*")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,60}")
_COUNT = re.compile(r"0|[1-9][0-9]{0,9}")
_INTERVAL, _SETS, _FLAG = ("at_least", "at_most"), ("all_of", "one_of"), ("is",)
_OPERATORS: Final = (*_INTERVAL, *_SETS, *_FLAG)


def read(key: Text, node: Node, terms: Mapping[str, Term] | None, fault: Fault) -> tuple[Constraint, Written] | None:
    """The constraint and its written form; None after a fault. Without `terms` the kind is told by the form alone."""
    term = None
    if terms is not None:
        term = terms.get(key.value)
        if term is None:
            fault(key, f"there is no term “{shown(key.value)}”" + near(key.value, terms))
            return None
    elif not NAME.fullmatch(key.value):
        fault(key, f"“{shown(key.value)}” can't be the name of a term")
        return None
    given = _given(node, term, fault)
    if not given:
        return None
    kind = term.kind if term is not None else _guess(given)
    if kind == "flag":
        return _flag(given, fault)
    if kind in {"duration", "count"}:
        return _interval(given, kind, fault)
    return _choice(given, term, kind, fault)


def near(word: str, words: Iterable[str]) -> str:
    """“; did you mean …?” where something is near."""
    found = difflib.get_close_matches(word, sorted(words), n=1, cutoff=0.75)
    return f"; did you mean “{found[0]}”?" if found else ""


def _given(node: Node, term: Term | None, fault: Fault) -> dict[str, Node]:
    """The operators of one limit, all of one family."""
    takes = term.takes if term is not None else _OPERATORS
    if not isinstance(node, Record) or not node.entries:
        fault(node, f"a limit is written {{{takes[0]}: …}}")
        return {}
    found = {}
    for key, value in node.entries:
        if key.value not in takes:
            fault(key, f"this term takes {' and '.join(takes)}, not “{shown(key.value)}”")
        else:
            found[key.value] = value
    families = {family for family in (_INTERVAL, _SETS, _FLAG) if set(family) & set(found)}
    if len(families) > 1:
        fault(node, "at_least and at_most, one_of and all_of, or is: a limit is of one kind")
        return {}
    return found if len(found) == len(node.entries) else {}


def _guess(given: dict[str, Node]) -> Kind:
    if "is" in given:
        return "flag"
    if set(given) & set(_SETS):
        return "choices"
    first = next(iter(given.values()))
    return "duration" if isinstance(first, Text) and first.value.startswith("P") else "count"


def _flag(given: dict[str, Node], fault: Fault) -> tuple[Constraint, Written] | None:
    node = given["is"]
    if not isinstance(node, Text) or node.value not in {"true", "false"}:
        fault(node, "it is true or false")
        return None
    return Flag(node.value == "true"), (("is", node.value),)


def _interval(given: dict[str, Node], kind: Kind, fault: Fault) -> tuple[Constraint, Written] | None:
    bounds: dict[str, timedelta | int] = {}
    written = []
    for operator in _INTERVAL:
        node = given.get(operator)
        if node is None:
            continue
        if not isinstance(node, Text):
            fault(node, f"{operator} is one value")
            return None
        try:
            bounds[operator] = durations.parse(node.value, operator) if kind == "duration" else _count(node.value)  # type: ignore[arg-type]  # one of the two
        except ValueError as error:
            fault(node, f"“{shown(node.value)}” is no {kind}: {error}")
            return None
        written.append((operator, node.value))
    return Interval(bounds.get("at_least"), bounds.get("at_most")), tuple(written)


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise ValueError("a count is a whole number, not negative, of ten digits at most")
    return int(text)


def _choice(given: dict[str, Node], term: Term | None, kind: Kind, fault: Fault) -> tuple[Constraint, Written] | None:
    sets: dict[str, tuple[str, ...]] = {}
    for operator in _SETS:
        if operator not in given:
            continue
        node = given[operator]
        if not isinstance(node, List) or not node.items:
            fault(node, f"{operator} is a list, and not an empty one")
            return None
        words = [_word(each, term, kind, fault) for each in node.items]
        if None in words:
            return None
        if len(set(words)) < len(words):
            fault(node, f"{operator} names something twice")
            return None
        sets[operator] = tuple(word for word in words if word)
    one_of = frozenset(sets["one_of"]) if "one_of" in sets else None
    return Choice(frozenset(sets.get("all_of", ())), one_of), tuple(sets.items())


def _word(node: Node, term: Term | None, kind: Kind, fault: Fault) -> str | None:
    if not isinstance(node, Text) or not _WORD.fullmatch(node.value):
        fault(node, "each item is one word")
        return None
    if kind == "countries" and node.value not in COUNTRIES:
        fault(node, f"“{shown(node.value)}” is no country of ISO 3166-1 (two capital letters)")
        return None
    if term is not None and term.choices and node.value not in term.choices:
        fault(
            node,
            f"{term.name} knows {', '.join(term.choices)}, not “{shown(node.value)}”" + near(node.value, term.choices),
        )
        return None
    return node.value
