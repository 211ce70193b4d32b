"""A certificate as a page for people: typeset from the signed payload, in English or French.

Guarantees: the page says nothing that the payload does not; the same certificate gives the same bytes (PDF/A-3a, with
the signed envelope attached), so that a page needs not be stored.
"""

import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
import typst

from troth.erasure import dsse, payload
from troth.erasure.payload import Certificate

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
FOLDER = Path(__file__).parent / "certificate"
PLACES_LISTED = 4
OPEN_ENDED = frozenset({"expires", "operations"})
"""Reasons for which something remains until a day that the certificate can't name."""
DIALS = {"production": (24, 6), "backups": (90, 15)}


class Words:
    """The words of one language, by section and code."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.sections: dict[str, dict[str, Any]] = tomllib.loads(
            (FOLDER / f"{language}.toml").read_text(encoding="utf-8")
        )

    def __call__(self, section: str, code: str) -> str:
        """Return the words for a code; a code without words is shown as it is rather than left out."""
        return str(self.sections[section].get(code, code))

    def day(self, instant: datetime) -> str:
        """Return a day in words."""
        return self("date", "format").format(**self._parts(instant))

    def stamp(self, instant: datetime) -> str:
        """Return an instant in words, to the second, in UTC."""
        return self("date", "stamp").format(**self._parts(instant))

    def _parts(self, instant: datetime) -> dict[str, object]:
        utc = instant.astimezone(UTC)
        months = self.sections["date"]["months"]
        first = "1er" if self.language == "fr" and utc.day == 1 else utc.day
        return {"day": first, "month": months[utc.month - 1], "year": utc.year, "time": f"{utc:%H:%M:%S}"}

    def duration(self, seconds: int) -> str:
        """Return a duration in its two largest units, the way a person says it."""
        if seconds < 1:
            return self("date", "under_second")
        days, rest = divmod(seconds, 86_400)
        hours, rest = divmod(rest, 3_600)
        minutes, rest = divmod(rest, 60)
        parts = [
            (days, self("date", "day" if days == 1 else "days")),
            (hours, self("date", "hour")),
            (minutes, self("date", "minute")),
            (rest, self("date", "second")),
        ]
        first = next(index for index, (amount, _) in enumerate(parts) if amount)
        return "\u00a0".join(f"{amount}\u00a0{unit}" for amount, unit in parts[first : first + 2] if amount)

    def limit(self, seconds: int) -> str:
        """Return a limit as policies say it: 24 h, 90 days."""
        hours = seconds / 3600
        return self.duration(seconds) if hours != 24 else f"24\u00a0{self('date', 'hour')}"  # noqa: PLR2004 - a day

    def number(self, value: int) -> str:
        """Return a figure, thousands apart."""
        return f"{value:,}".replace(",", "\u00a0")


@cache
def words(language: Language) -> Words:
    """Return the words of a language, read once."""
    return Words(language)


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _clocks(c: Certificate, w: Words) -> list[dict[str, Any]]:
    ticks, major = DIALS["production"]
    of = w("label", "of")
    production = {
        "name": w("label", "production"),
        "state": c.production.state,
        "word": w("label", c.production.state),
        "figure": w.duration(c.production.took_seconds),
        "limit": f"{of} {w.limit(c.production.limit_seconds)}",
        "share": c.production.took_seconds / c.production.limit_seconds,
        "ticks": ticks,
        "major": major,
        "dashed": c.production.state == "unknown",
        "says": w("clock", "production"),
    }
    ticks, major = DIALS["backups"]
    ends = _when(c.backups.last_expires_at or c.backups.ends_at)
    used = (ends - _when(c.asked.confirmed_at)) / timedelta(seconds=c.backups.limit_seconds)
    nothing = not c.backups.copies
    backups = {
        "name": w("label", "backups"),
        "state": c.backups.state,
        "word": w("label", c.backups.state),
        "figure": w("label", "none") if nothing else w.day(ends),
        "limit": w.limit(c.backups.limit_seconds) if nothing else f"{of} {w.limit(c.backups.limit_seconds)}",
        "share": 0 if nothing else used,
        "ticks": ticks,
        "major": major,
        "dashed": nothing,
        "says": w("clock", c.backups.statement),
    }
    return [production, backups]


def _destroyed(c: Certificate, w: Words) -> str:
    shown = []
    for name in c.keys.destroyed[:PLACES_LISTED]:
        page, _, slot = name.partition("/")
        shown.append(
            w("label", "dropped_slot").format(page=page, slot=slot) if slot else w("label", "dropped_customer")
        )
    more = len(c.keys.destroyed) - len(shown)
    if more > 0:
        shown.append(w("label", "and_more").format(count=more))
    return "; ".join(shown)


def _keys(c: Certificate, w: Words) -> dict[str, Any]:
    return {
        "title": w("label", "keys"),
        "rows": [
            [w("label", "which"), _destroyed(c, w)],
            [w("label", "epoch"), w.number(c.keys.epoch)],
            [w("label", "destroyed_at"), w.stamp(_when(c.keys.destroyed_at))],
            [w("label", "acknowledged_at"), w.stamp(_when(c.keys.workers_acknowledged_at))],
        ],
        "places": [
            {"name": f"{place.place} ({place.filesystem})", "meaning": w("meaning", place.meaning)}
            for place in c.keys.places
        ],
    }


def _figures(title: str, head: tuple[str, str], rows: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    return {"title": title, "head": list(head), "rows": [list(row) for row in rows]}


def _until(one: payload.Remains, w: Words) -> str:
    if one.until is not None:
        return f"{w('label', 'until')} {w.day(_when(one.until))}"
    return w("label", "open_end" if one.why in OPEN_ENDED else "for_good")


def _asked(c: Certificate, w: Words) -> list[list[str]]:
    grace = w.duration(c.asked.grace_seconds) if c.asked.grace_seconds else w("label", "no_grace")
    rows = [
        [w("label", "account"), c.asked.account_id or c.asked.kind],
        [w("label", "route"), c.asked.route],
        [w("label", "confirmed_at"), w.stamp(_when(c.asked.confirmed_at))],
    ]
    return [*rows, [w("label", "grace"), grace]] if c.target.kind == "customer" else rows


def _target(c: Certificate, w: Words) -> list[list[str]]:
    rows = [[w("label", "customer"), c.target.customer_id]]
    if c.target.subject_id:
        rows.append([w("label", "subject"), c.target.subject_id])
    return [*rows, [w("label", "erasure"), c.erasure_id]]


def _lede(c: Certificate, w: Words) -> tuple[str, str]:
    done = _when(c.production.done_at).astimezone(UTC)
    lede = w("lede", c.target.kind).format(
        date=w.day(done), time=f"{done:%H:%M}", took=w.duration(c.production.took_seconds)
    )
    late = max(c.production.took_seconds - c.production.limit_seconds, 0)
    miss = w("lede", c.production.state).format(
        limit=w.limit(c.production.limit_seconds), late=w.duration(late) if late else ""
    )
    return lede, miss


def _tables(c: Certificate, w: Words) -> dict[str, Any]:
    label = w.sections["label"]
    remains = _figures(
        label["remains"],
        ("", label["until"]),
        ((w("remains", x.what), w("why", x.why), _until(x, w)) for x in c.remains),
    )
    return {
        "checked": _figures(
            label["checked"],
            (label["looked_at"], label["found"]),
            ((w("store", x.store), w("question", x.question), w.number(x.found)) for x in c.checked),
        ),
        "removed": _figures(
            label["removed"],
            ("", label["rows"]),
            ((w("store", x.store), "", w.number(x.count)) for x in c.removed if x.count),
        ),
        "copies": _figures(
            label["copy"],
            (label["copy"], label["expires"]),
            ((x.copy_id, x.place, w.day(_when(x.expires_at))) for x in c.backups.copies),
        ),
        "remains": {"lede": w("remains_lede", "text"), **remains},
    }


def _proofs(c: Certificate, w: Words) -> dict[str, Any]:
    return {
        "asked": {"title": w("label", "asked"), "rows": _asked(c, w)},
        "log": {
            "title": w("label", "log"),
            "rows": [[w("label", "event"), one.event_id] for one in c.log],
            # What a reader may compare with checkpoints that lie elsewhere: the signed head of the log.
            "checkpoint": "\n\n".join(one.proof.partition("\n\n")[2].strip() for one in c.log),
        },
        "verify": {
            "title": w("label", "verify"),
            "text": w("verify", "text"),
            "command": "troth-verify certificate certificate.json --key KEY",
        },
        "act": w("act", "text").format(standard=c.standard),
    }


def content(envelope: bytes, language: Language) -> dict[str, Any]:
    """Return everything that the page shows, in words: what the typesetter gets, and what a console page can use."""
    c, w = payload.decode(dsse.payload_of(envelope, payload.TYPE)), words(language)
    issued = _when(c.issued_at).astimezone(UTC)
    lede, miss = _lede(c, w)
    return {
        "lang": language,
        "document_title": f"{w('label', 'kind')} {c.certificate_id}",
        "date": {"year": issued.year, "month": issued.month, "day": issued.day},
        "installation": c.installation,
        "certificate_id": c.certificate_id,
        "kind": w("label", "kind"),
        "issued": w.stamp(issued),
        "title": w("title", c.target.kind),
        "lede": lede,
        "miss": miss,
        "clocks": _clocks(c, w),
        "target": _target(c, w),
        "keys": _keys(c, w),
        "envelope": envelope.decode(),
        **_tables(c, w),
        **_proofs(c, w),
    }


def pdf(envelope: bytes, language: Language) -> bytes:
    """Return the certificate as PDF/A-3a, tagged, with the signed envelope attached. Same envelope, same bytes."""
    shown = content(envelope, language)
    issued = payload.decode(dsse.payload_of(envelope, payload.TYPE)).issued_at
    made = typst.compile(
        FOLDER / "certificate.typ",
        font_paths=[FOLDER / "fonts"],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": msgspec.json.encode(shown).decode()},
        pdf_standards="a-3a",
        timestamp=int(_when(issued).timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("the typesetter returned several files for one document")
    return made
