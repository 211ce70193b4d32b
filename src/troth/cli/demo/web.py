"""The demonstration's HTTPS client: the API as a customer's program uses it, the enrolment page as a browser does.

It trusts the installation's own certificate and no other.
"""

import http.client
import json
import re
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from troth.kernel.errors import TrothError

_TOKEN_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Unexpected(TrothError):
    """The platform answered something else than the demonstration counts on."""

    code = "demo.unexpected_answer"
    status = 500
    sentence = "{method} {path} was answered with {got}: {said}"
    next_step = "This is a fault of Troth: the demonstration stops here. Its logs are in the folder it named."


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, read whole."""

    status: int
    body: bytes
    headers: dict[str, str]

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Browser:
    """Requests to one address, with the cookies that it set."""

    address: str
    certificate: Path | None
    cookies: dict[str, str] = field(default_factory=dict)

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.address)
        host, port = parts.hostname or "localhost", parts.port
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=120)
        context = ssl.create_default_context(cafile=self.certificate)
        return http.client.HTTPSConnection(host, port, timeout=120, context=context)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """One request, one answer; redirects are not followed."""
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = self._connect()
        try:
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            for line in response.headers.get_all("Set-Cookie") or []:
                for name, morsel in SimpleCookie(line).items():
                    self.cookies[name] = morsel.value
            return Answer(response.status, response.read(), {k.lower(): v for k, v in response.getheaders()})
        finally:
            connection.close()

    def fill_in(self, path: str, fields: dict[str, str]) -> Answer:
        """Open a page, fill in its form, send it."""
        page = self.ask("GET", path)
        found = _TOKEN_FIELD.search(page.body.decode("utf-8", "replace"))
        if page.status != HTTPStatus.OK or found is None:
            raise Unexpected(method="GET", path=urlsplit(path).path.split("/")[1], got=page.status, said="no form")
        sent = urlencode(fields | {"csrfmiddlewaretoken": found[1]}).encode()
        origin = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": self.address + "/",
            "Origin": self.address,
        }
        return self.ask("POST", path, sent, origin)


@dataclass(slots=True)
class Api:
    """The REST API with one account's key."""

    browser: Browser
    key: str
    below: str
    """The address of the customer's own things."""

    def call(self, method: str, path: str, body: object = None, *, expect: int = 200, **headers: str) -> Any:
        """One call; raises `Unexpected` for another status than the expected one."""
        sent = {"Authorization": f"Bearer {self.key}", "Accept": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        answer = self.browser.ask(method, self.below + path, content, sent)
        if answer.status != expect:
            raise Unexpected(method=method, path=path or "its customer", got=answer.status, said=_said(answer))
        return answer.json() if answer.body and "json" in answer.headers.get("content-type", "") else answer.body


def _said(answer: Answer) -> str:
    """The problem's own code (RFC 9457), never its values."""
    try:
        problem = answer.json()
        return str(problem.get("code") or problem.get("title") or "no word")
    except ValueError:
        return "no word"
