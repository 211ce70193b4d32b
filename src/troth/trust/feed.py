"""The Atom feed (RFC 4287): one entry for each change of a promise's state, under an id that never changes."""

import re
import uuid
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext

from troth.promises.statement import Change, Line, Statement
from troth.trust import marks, saying

SPACE = uuid.UUID("7d5a3c0e-5f0b-5a52-9f0e-3d6c1f6a7b10")
"""Ids of entries are UUIDs of version 5 in this name space."""
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def entry_id(change: Change) -> str:
    """The same for ever, in every language and under every name of this host."""
    return uuid.uuid5(SPACE, f"{change.pack_id}/{change.clause_id}/{change.number}/{change.since.isoformat()}").urn


def feed_id(statement: Statement) -> str:
    """The feed's own."""
    return uuid.uuid5(SPACE, f"feed/{statement.language}").urn


def text(value: str) -> str:
    """Escaped, without what XML can't hold."""
    return escape(_UNWRITABLE.sub("\ufffd", value))


def atom(statement: Statement, changes: Sequence[Change], *, host: str, at: str, operator: str) -> str:
    """The feed. `host` and `at` make the links; nothing else depends on them."""
    updated = max((one.since for one in changes), default=statement.in_force_since or statement.evaluated_at)
    own = f"{host}/trust/{statement.language}/feed.atom"
    title = gettext("Changes of our security policy's promises")
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(statement.language)}>',
        f"<id>{feed_id(statement)}</id>",
        f"<title>{text(title)}</title>",
        f"<updated>{saying.machine(updated)}</updated>",
        f"<author><name>{text(operator or title)}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(own)}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(f"{host}{at}")}/>',
        *(_entry(one, statement.line(one.clause_id), f"{host}{at}/clauses/{one.clause_id}") for one in changes),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def _entry(change: Change, line: Line | None, link: str) -> str:
    instant = saying.machine(change.since)
    return "\n".join(
        [
            "<entry>",
            f"<id>{entry_id(change)}</id>",
            f"<title>{text(f'{change.clause_id}: {headline(change)}')}</title>",
            f"<updated>{instant}</updated>",
            f"<published>{instant}</published>",
            f'<link rel="alternate" type="text/html" href={quoteattr(link)}/>',
            f"<summary>{text(change.sentence)}</summary>",
            *([f"<content>{text(f'{line.words} — {change.sentence}')}</content>"] if line else []),
            "</entry>",
        ]
    )


def headline(change: Change) -> str:
    """The new state, and the one before."""
    if change.state is None:
        return gettext("no longer promised")
    now = marks.word(change.state)
    return (
        now
        if change.before is None
        else gettext("%(now)s (was: %(before)s)")
        % {
            "now": now,
            "before": marks.word(change.before).lower(),
        }
    )
