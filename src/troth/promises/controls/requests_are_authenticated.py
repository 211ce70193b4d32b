"""Nothing but the public pages answers somebody who has not shown who they are (clauses C-1.5d, C-1.10c).

Every route that our server knows is asked over the network by nobody, with a made-up key and with a dead one; a
canary's living key is answered first, and then not at its neighbour's.
"""

import http.client
import re
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

from troth.access import tokens
from troth.kernel.ids import new_id
from troth.promises.control import Control
from troth.promises.probing import canaries, own_server
from troth.promises.probing.canaries import Canary
from troth.promises.scope import Scope
from troth_judge.controls.requests_are_authenticated import Facts

PUBLIC: Final = frozenset(
    {
        "",
        "sign-in",
        "language",
        "enrol/<str:token>",
        "receipt/<str:token>",
        "receipt/<str:token>/live",
        "receipt/<str:token>/<str:form>",
        "static/console/<str:name>",
        "static/trust/<str:name>",
        ".well-known/security.txt",
        "api/docs",
        "api/docs/<str:name>",
        "api/openapi.json",
    }
)
"""Meant for everybody: ways in, what a link's holder is shown, style, and descriptions. Another is a decision."""
_TRUST: Final = re.compile(r"trust(/|$)")
"""The trust page and all below it are public by their nature."""
_PART: Final = re.compile(r"<(?:(\w+):)?(\w+)>")
_IDS: Final = frozenset({"uuid", "uuidstr"})
_TURNED_AWAY: Final = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
_SENT_AWAY: Final = frozenset({HTTPStatus.FOUND, HTTPStatus.SEE_OTHER})
_API: Final = "api/"
_ACTOR: Final = "/api/v1/actor"
_NAMED: Final = 50


def observe(scope: Scope) -> Facts:
    """Ask every route."""
    mine, neighbour = canaries.ensure(clock=scope.clock)
    routes = sorted(set(_routes(get_resolver().url_patterns)))
    private = [route for route in routes if route not in PUBLIC and not _TRUST.match(route)]
    try:
        twin, elsewhere, dead = _with_keys(mine, neighbour, scope)
        made_up = own_server.ask("GET", _ACTOR, headers=_bearer(tokens.api_key(new_id(), tokens.new_secret()))).status
        asked = {f"{method} /{route}": _asked(method, route, mine) for route in private for method in _methods(route)}
    except (OSError, http.client.HTTPException):
        return Facts(
            reached=False,
            routes=len(routes),
            public=len(routes) - len(private),
            tried=0,
            open=(),
            lost=0,
            twin=False,
            elsewhere=0,
            dead=0,
            made_up=0,
        )
    return Facts(
        reached=True,
        routes=len(routes),
        public=len(routes) - len(private),
        tried=len(asked),
        open=tuple(sorted(name for name, answer in asked.items() if answer == "open"))[:_NAMED],
        lost=sum(1 for answer in asked.values() if answer == "lost"),
        twin=twin,
        elsewhere=elsewhere,
        dead=dead,
        made_up=made_up,
    )


def _routes(patterns: "list[URLPattern | URLResolver]", start: str = "") -> Iterator[str]:
    """Every route in full, as our own table of addresses has it."""
    for each in patterns:
        if not isinstance(each.pattern, RoutePattern):
            raise TypeError("a route that is no path: this control can't ask it")
        route = start + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, route)
        else:
            yield route


def _methods(route: str) -> tuple[str, ...]:
    # The API asks who it is before it looks at the method; a page may answer each of them in its own way.
    return ("GET",) if route.startswith(_API) else ("GET", "POST")


def _asked(method: str, route: str, canary: Canary) -> str:
    """What nobody is told at a route, filled with a canary's ids: `away`, `lost` (nothing there) or `open`."""
    answer = own_server.ask(method, "/" + _PART.sub(lambda part: _filled(part, canary), route))
    if answer.status in _TURNED_AWAY:
        return "away"
    if answer.status in _SENT_AWAY:
        onward = urlsplit(answer.headers.get("location", ""))
        return "away" if onward.path == reverse("console:sign_in") and not onward.netloc else "open"
    return "lost" if answer.status == HTTPStatus.NOT_FOUND else "open"


def _filled(part: "re.Match[str]", canary: Canary) -> str:
    kind, name = part[1] or "str", part[2]
    known = {
        "customer_id": canary.customer_id,
        "dataset_id": canary.dataset_id,
        "record_id": canary.record_id,
        "subject_id": canary.subject_id,
        "account_id": canary.account_id,
    }
    if kind in _IDS:
        return str(known.get(name) or new_id())
    return "1" if kind == "int" else "probe"


def _with_keys(mine: Canary, neighbour: Canary, scope: Scope) -> tuple[bool, int, int]:
    """Whether a living key is answered as its own customer; what it meets next door; and what it meets when dead."""
    with canaries.api_key(mine, clock=scope.clock) as text:
        own = own_server.ask("GET", _ACTOR, headers=_bearer(text))
        at_home, next_door = (
            own_server.ask("GET", f"/api/v1/customers/{each.customer_id}/datasets", headers=_bearer(text))
            for each in (mine, neighbour)
        )
    dead = own_server.ask("GET", _ACTOR, headers=_bearer(text))
    answered = own.status == at_home.status == HTTPStatus.OK and str(mine.customer_id).encode() in own.body
    return answered, next_door.status, dead.status


def _bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


CONTROL = Control(
    id="requests_are_authenticated",
    kind="probed",
    title={"en": "Requests are authenticated", "fr": "Les requêtes sont authentifiées"},
    sees={
        "en": "What every route of the platform answers to nobody, what a made-up and a revoked API key meet, and what "
        "a canary’s living key meets at home and at its neighbour’s.",
        "fr": "Ce que chaque route de la plateforme répond à personne, ce que rencontrent une clé d’API inventée et "
        "une clé révoquée, et ce que la clé vivante d’un canari rencontre chez lui et chez son voisin.",
    },
    could_lie_if={
        "en": "a route that is meant for everybody shows more than it should: public routes are listed by name, and "
        "what they say is not looked at.",
        "fr": "une route ouverte à tous montre plus qu’elle ne devrait : les routes publiques sont nommées dans une "
        "liste, et ce qu’elles disent n’est pas examiné.",
    },
    every=timedelta(days=1),
    observe=observe,
)
