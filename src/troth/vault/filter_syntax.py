"""The filter language's grammar: text to a tree, knowing nothing of any schema.

    expression = conjunction { "or" conjunction } ;
    conjunction = negation { "and" negation } ;
    negation = "not" negation | "(" expression ")" | condition ;
    condition = name ( ("=" | "!=" | "<" | "<=" | ">" | ">=" | "contains") literal
                     | [ "not" ] "in" "(" literal { "," literal } ")"
                     | "is" [ "not" ] "null" ) ;
    literal = text in single or double quotes (a quote inside is doubled) | number | "true" | "false" ;

Keywords are taken in any case. Every error says at which character it stands. No input makes it fail otherwise, or
go deeper than a fixed number of levels.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from troth.vault.errors import FilterInvalid
from troth.vault.limits import FILTER_DEPTH, FILTER_LENGTH, FILTER_LIST

Literal = str | int | Decimal | bool


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal and where it stands."""

    value: Literal
    position: int


@dataclass(frozen=True, slots=True)
class Condition:
    """One field against something. `operator` is a sign, `contains`, `in` or `null`."""

    name: str
    operator: str
    constants: tuple[Constant, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Node"


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple["Node", ...]


Node = Condition | Not | All | Any


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # word, number, text, sign, end
    text: str
    position: int


_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")"
    r"|(?P<number>-?[0-9]{1,28}(?:\.[0-9]{1,18})?(?![A-Za-z0-9_.]))"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign><=|>=|!=|<|>|=|\(|\)|,))"
)
_KEYWORDS: Final = frozenset({"and", "or", "not", "in", "is", "null", "contains", "true", "false"})
_COMPARISONS: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            unclosed = text[at] in "'\""
            raise FilterInvalid(at + 1, "a quote that is not closed" if unclosed else f"{text[at]!r} is not expected")
        kind, word = match.lastgroup, match[match.lastgroup]
        if kind == "word" and word.lower() in _KEYWORDS:
            word = word.lower()
        found.append(_Token(kind, word, match.start(kind) + 1))
        at = match.end()
    found.append(_Token("end", "", len(text) + 1))
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def takes(self, *words: str) -> bool:
        """Move past these words if they come next."""
        following = self.tokens[self.at : self.at + len(words)]
        if [token.text for token in following] != list(words) or any(token.kind == "text" for token in following):
            return False
        self.at += len(words)
        return True

    def expect(self, word: str) -> None:
        if not self.takes(word):
            raise FilterInvalid(self.next.position, f"{word!r} is missing")

    def expression(self) -> Node:
        parts = [self.conjunction()]
        while self.takes("or"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def conjunction(self) -> Node:
        parts = [self.negation()]
        while self.takes("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def negation(self) -> Node:
        self.depth += 1
        if self.depth > FILTER_DEPTH:
            raise FilterInvalid(self.next.position, f"more than {FILTER_DEPTH} levels")
        try:
            if self.takes("not"):
                return Not(self.negation())
            if self.takes("("):
                inner = self.expression()
                self.expect(")")
                return inner
            return self.condition()
        finally:
            self.depth -= 1

    def condition(self) -> Node:
        field = self.take()
        if field.kind != "word" or field.text in _KEYWORDS:
            raise FilterInvalid(field.position, "a field's name is missing")
        if self.takes("is", "not", "null"):
            return Not(Condition(field.text, "null", (), field.position))
        if self.takes("is", "null"):
            return Condition(field.text, "null", (), field.position)
        if self.takes("not", "in"):
            return Not(self.membership(field))
        if self.takes("in"):
            return self.membership(field)
        sign = self.take()
        if (sign.kind == "sign" and sign.text in _COMPARISONS) or (sign.kind == "word" and sign.text == "contains"):
            return Condition(field.text, sign.text, (self.constant(),), field.position)
        raise FilterInvalid(sign.position, "a comparison is missing: = != < <= > >= in, is null or contains")

    def membership(self, field: _Token) -> Condition:
        self.expect("(")
        found = [self.constant()]
        while self.takes(","):
            found.append(self.constant())
            if len(found) > FILTER_LIST:
                raise FilterInvalid(self.next.position, f"more than {FILTER_LIST} values")
        self.expect(")")
        return Condition(field.text, "in", tuple(found), field.position)

    def constant(self) -> Constant:
        token = self.take()
        if token.kind == "text":
            quote = token.text[0]
            return Constant(token.text[1:-1].replace(quote * 2, quote), token.position)
        if token.kind == "number":
            return Constant(Decimal(token.text) if "." in token.text else int(token.text), token.position)
        if token.kind == "word" and token.text in {"true", "false"}:
            return Constant(token.text == "true", token.position)
        if token.kind == "word" and token.text not in _KEYWORDS:
            raise FilterInvalid(token.position, "a value is missing: put texts and dates in quotes")
        raise FilterInvalid(token.position, "a value is missing")


def tree(text: str) -> Node:
    """The filter as a tree; raises `FilterInvalid`."""
    if len(text) > FILTER_LENGTH:
        raise FilterInvalid(FILTER_LENGTH, f"longer than {FILTER_LENGTH} characters")
    parser = _Parser(text)
    found = parser.expression()
    if parser.next.kind != "end":
        raise FilterInvalid(parser.next.position, "'and' or 'or' is missing")
    return found
