"""Requests to our own interfaces, through the very handler that serves everybody's, within this process (PEP 3333).

Guarantees: nothing leaves the machine; the whole chain of middlewares and views answers, as to any other caller. Call
it outside any transaction: a request has its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

ADDRESS: Final = "192.0.2.99"
"""Of the range that documents use (RFC 5737): no caller can have it, so that nobody is counted as us."""
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    cookies: Mapping[str, str] = field(repr=False, default_factory=dict)


def get(path: str, **headers: str) -> Answer:
    """One GET. `Troth_Purpose="…"` is the header `Troth-Purpose`."""
    return _ask("GET", path, headers, b"")


def submit(path: str, form: Mapping[str, str], *, cookies: Mapping[str, str]) -> Answer:
    """Send a form from our own page."""
    told = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Origin": f"https://{host()}"}
    return _ask("POST", path, told, urlencode(form).encode())


def host() -> str:
    """A name under which the platform answers."""
    named = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"]
    return named[0] if named else "localhost"


@cache
def _handler() -> WSGIHandler:
    return WSGIHandler()


def _environ(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """A request as the web server would hand it over."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": host(),
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": host(),
        "REMOTE_ADDR": ADDRESS,
        "CONTENT_TYPE": _FORM if body else "",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    environ |= {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
    if settings.TROTH_BEHIND_PROXY:
        environ["HTTP_X_FORWARDED_PROTO"] = "https"
    return environ


def _ask(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    path, _, query = path.partition("?")
    told: list[tuple[int, list[tuple[str, str]]]] = []

    def start(status: str, answered: list[tuple[str, str]], failure: object = None) -> Any:
        told.append((int(status.split(" ", 1)[0]), answered))

    environ = _environ(method, path, query, headers, body)
    response = _handler()(environ, start)
    try:
        whole = b"".join(response)
    finally:
        response.close()
    status, answered = told[-1]
    cookies: SimpleCookie = SimpleCookie()
    for name, value in answered:
        if name.lower() == "set-cookie":
            cookies.load(value)
    return Answer(status, dict(answered), whole, {name: each.value for name, each in cookies.items()})
