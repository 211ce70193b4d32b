"""Reading a request's body: bounded, strict JSON, and told where it is wrong without repeating what it says."""

import json
import re
from typing import Any, NoReturn, TypeVar

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError

from troth.api.errors import (
    BodyInvalid,
    BodyTooLarge,
    BodyTruncated,
    BodyUnreadable,
    HeaderInvalid,
    LengthRequired,
    NotJson,
)
from troth.api.limits import DEPTH, DIGITS

Shape = TypeVar("Shape")
_WHERE = re.compile(r"^(?P<why>.*?)(?: - at `(?P<where>[^`]*)`)?$", re.DOTALL)
_SAFE = re.compile(r"Expected `[^`]*`(?:, got `[^`]*`)?|Object missing required field|Object contains unknown field")


def read(request: HttpRequest, at_most: int) -> bytes:
    """The raw body. Raises BodyTooLarge before reading it, BodyTruncated when it ends early."""
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        raise LengthRequired
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise HeaderInvalid(name="Content-Length", why="it is no number") from None
    if length > at_most:
        raise BodyTooLarge(at_most=at_most)
    try:
        body = request.read(length) if length > 0 else b""
    except (UnreadablePostError, RequestDataTooBig, OSError):
        raise BodyTruncated from None
    if len(body) != max(length, 0):
        raise BodyTruncated
    return body


def decode(body: bytes, content_type: str) -> Any:
    """Strict JSON: UTF-8, no repeated key, no NaN, no NUL, bounded depth and digits."""
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() != "application/json" or _foreign_charset(parameters):
        raise NotJson
    try:
        document = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_bounded_int,
        )
    except UnicodeDecodeError:
        raise BodyUnreadable(why="it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise BodyUnreadable(why=f"it breaks off or goes wrong at byte {error.pos}") from None
    except RecursionError:
        raise BodyUnreadable(why=f"it is nested deeper than {DEPTH}") from None
    _judge(document, DEPTH)
    return document


def shaped(document: Any, shape: type[Shape]) -> Shape:
    """The document as the type says, unknown fields refused. Raises BodyInvalid with the place."""
    try:
        return msgspec.convert(document, shape)
    except msgspec.ValidationError as error:
        found = _WHERE.match(str(error))
        where = (found["where"] if found else None) or "$"
        raise BodyInvalid([{"where": where, "why": _plain(str(error))}]) from None


def _plain(message: str) -> str:
    """What msgspec says of types and limits; a message that could repeat a value is cut to its kind."""
    text = message.partition(" - at `")[0]
    if text.startswith("Object contains unknown field"):
        return "unknown field"
    if text.startswith("Object missing required field"):
        return text.replace("Object missing", "missing")
    if text.startswith("Invalid enum value"):
        return "none of the allowed values"
    return text if _SAFE.match(text) else "not as it should be"


def _foreign_charset(parameters: str) -> bool:
    given = parameters.strip().lower().replace(" ", "").replace('"', "")
    return bool(given) and given not in {"charset=utf-8", "charset=utf8"}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BodyUnreadable(why="a key stands twice in one object")
    return found


def _no_constant(_: str) -> NoReturn:
    raise BodyUnreadable(why="NaN and Infinity are no JSON")


def _bounded_int(text: str) -> int:
    if len(text) > DIGITS:
        raise BodyUnreadable(why=f"a number has more than {DIGITS} digits")
    return int(text)


def _judge(value: Any, depth: int) -> None:
    """No NUL and no lone surrogate anywhere (PostgreSQL takes neither), and no deeper than allowed."""
    if isinstance(value, str):
        if "\x00" in value or not _encodable(value):
            raise BodyUnreadable(why="it holds a NUL or half a character")
    elif isinstance(value, dict | list):
        if depth == 0:
            raise BodyUnreadable(why=f"it is nested deeper than {DEPTH}")
        if isinstance(value, dict):
            for key in value:
                _judge(key, depth)
            value = list(value.values())
        for each in value:
            if isinstance(each, str | dict | list):
                _judge(each, depth - 1)


def _encodable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
