"""Messages about promises that changed, queued in the transaction of the change."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from troth.messages import actions as messages
from troth.promises.models import Interval
from troth_judge.instants import instant_text
from troth_judge.sentences import sentence
from troth_judge.verdict import STATES, Param, State, Verdict
from troth_judge.words import LANGUAGES, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One promise whose state is another than before. `before` is None for a promise that is new."""

    clause: str
    before: str | None
    state: str | None
    since: datetime
    verdict: Verdict


def tell(home: UUID, changes: Sequence[tuple[Interval, str | None]]) -> list[Changed]:
    """Queue a message for each promise that went from one state to another; return all changes."""
    found = []
    for row, before in changes:
        found.append(
            Changed(clause=row.clause, before=before, state=row.state, since=row.since, verdict=verdict_of(row))
        )
        # A promise that is new, or gone, is the activation's news; a reason that changed within a state is none.
        if before is not None and row.state is not None and before != row.state:
            messages.queue("promise_changed", customer_id=home, payload=_payload(row, before))
    return found


def verdict_of(row: Interval) -> Verdict:
    """Return why, as it was derived then."""
    return Verdict(state_of(row.underlying or row.state) or "unverified", row.code, _params(row.params))


def state_of(text: str | None) -> State | None:
    """Return the state of this name; None for none, and for a word that is none."""
    return _STATES.get(text or "")


def _params(text: str) -> dict[str, Param]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items()}


def _payload(row: Interval, before: str) -> dict[str, str | int | dict[str, str]]:
    verdict = verdict_of(row)
    said: dict[str, str] = {language: sentence(verdict, language)[:_TEXT] for language in _LANGUAGES}
    return {
        "pack": row.pack,
        "version": row.pack_version,
        "clause": row.clause,
        "from": before,
        "to": row.state or "",
        "since": instant_text(row.since),
        "sentence": said,
        "path": f"/trust/clauses/{row.clause}",
    }


_TEXT = 2_000
_STATES: dict[str, State] = {str(one): one for one in STATES}
_LANGUAGES: tuple[Language, ...] = LANGUAGES
