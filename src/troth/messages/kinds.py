"""What a message can be about: one kind each, with exactly the fields that its payload may carry.

Guarantee: a payload holds what its kind lists and nothing else, so that nothing personal gets into one by accident.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.messages.errors import BadPayload

Plain = str | int | float | bool | None
Value = Plain | Mapping[str, str]
Payload = Mapping[str, Value]

_TEXT = 2_000
_LANGUAGES = frozenset({"en", "fr"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is told: registered webhooks, accounts by their role at this customer, accounts by their id.

    Addresses are looked up when the message leaves, never before.
    """

    webhooks: bool = False
    roles: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. `name` is permanent: receivers branch on it.

    `texts` are fields that hold the same sentence in English and French.
    """

    name: str
    event: str
    needs: frozenset[str]
    takes: frozenset[str] = frozenset()
    texts: frozenset[str] = field(default=frozenset())
    audience: Audience = Audience()
    alarmed: Audience | None = None
    """Who is told instead when the payload is an alarm (`alarms`)."""


_OFFICERS = ("administrator", "security_officer", "data_protection_officer")

PROMISE_CHANGED = Kind(
    name="promise_changed",
    event="promise.changed",
    needs=frozenset({"pack", "clause", "to", "since", "sentence"}),
    takes=frozenset({"from", "path", "version"}),
    texts=frozenset({"sentence"}),
    audience=Audience(webhooks=True),
    # At a customer its owner and administrators; at the operator its officers.
    alarmed=Audience(webhooks=True, roles=("owner", *_OFFICERS)),
)
WEBHOOK_TEST = Kind(name="webhook_test", event="webhook.test", needs=frozenset({"asked_at"}))
WEBHOOK_GIVEN_UP = Kind(
    name="webhook_given_up",
    event="webhook.given_up",
    needs=frozenset({"endpoint", "host", "reason"}),
    audience=Audience(roles=("administrator", "security_officer")),
)
ATTESTATION_DUE = Kind(
    name="attestation_due",
    event="attestation.due",
    needs=frozenset({"topic", "title", "due", "days"}),
    takes=frozenset({"path"}),
    texts=frozenset({"title"}),
    audience=Audience(roles=_OFFICERS),
)
ATTESTATION_EXPIRED = Kind(
    name="attestation_expired",
    event="attestation.expired",
    needs=frozenset({"topic", "title", "due"}),
    takes=frozenset({"path"}),
    texts=frozenset({"title"}),
    audience=Audience(roles=_OFFICERS),
)
ATTESTATION_GIVEN = Kind(
    name="attestation_given",
    event="attestation.given",
    needs=frozenset({"topic", "title", "attestation"}),
    takes=frozenset({"path"}),
    texts=frozenset({"title"}),
    audience=Audience(roles=_OFFICERS),
)

KINDS: tuple[Kind, ...] = (
    PROMISE_CHANGED,
    WEBHOOK_TEST,
    WEBHOOK_GIVEN_UP,
    ATTESTATION_DUE,
    ATTESTATION_EXPIRED,
    ATTESTATION_GIVEN,
)
_BY_NAME = {kind.name: kind for kind in KINDS}


def by_name(name: str) -> Kind:
    """The kind of this name. Raises BadPayload."""
    found = _BY_NAME.get(name)
    if found is None:
        raise BadPayload(kind=name, why="there is no such kind")
    return found


def audience(kind: Kind, payload: Payload) -> Audience:
    """Who is told of this, where the caller says nobody else."""
    return kind.alarmed if kind.alarmed is not None and _alarms(payload) else kind.audience


def _alarms(payload: Payload) -> bool:
    """A promise that is broken, about to be, or whole again: what people must act on, or may stop acting on."""
    return payload.get("to") in {"broken", "at_risk"} or payload.get("from") == "broken"


def checked(kind: Kind, payload: Payload) -> dict[str, Value]:
    """The payload as it is stored. Raises BadPayload for a field that is missing, unknown or no plain value."""
    missing = kind.needs - payload.keys()
    unknown = payload.keys() - kind.needs - kind.takes
    if missing or unknown:
        raise BadPayload(kind=kind.name, why="missing or unknown: " + ", ".join(sorted(missing | unknown)))
    return {name: _value(kind, name, value) for name, value in payload.items()}


def _value(kind: Kind, name: str, value: Value) -> Value:
    if name in kind.texts:
        if not isinstance(value, Mapping) or set(value) != _LANGUAGES:
            raise BadPayload(kind=kind.name, why=f"{name} needs `en` and `fr`")
        return {language: _text(kind, name, text) for language, text in value.items()}
    if isinstance(value, str):
        return _text(kind, name, value)
    if value is None or isinstance(value, bool | int | float):
        return value
    raise BadPayload(kind=kind.name, why=f"{name} is no plain value")


def _text(kind: Kind, name: str, text: str) -> str:
    if not isinstance(text, str) or len(text) > _TEXT or "\x00" in text:
        raise BadPayload(kind=kind.name, why=f"{name} is no text of at most {_TEXT} characters")
    return text
