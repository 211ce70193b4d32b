# ruff: noqa: E501 - sample sentences read better whole
"""Statements made by hand: what the page must be able to show, without anything behind it."""

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import troth.policy
from troth.kernel.ids import new_id
from troth.policy import pack as packs
from troth.promises import catalogue
from troth.promises.statement import (
    Change,
    ControlLine,
    ControlPage,
    Day,
    EvidenceRow,
    ExceptionLine,
    Figure,
    Line,
    Miss,
    PackRef,
    Section,
    Statement,
    TermLine,
)
from troth_judge.judges import CODED
from troth_judge.verdict import State
from troth_judge.words import Language

NOW = datetime(2026, 11, 22, 7, 14, tzinfo=UTC)
BEGUN = datetime(2026, 8, 3, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def history(bad: dict[int, State] | None = None, days: int = 90, whole: State = "kept") -> tuple[Day, ...]:
    """So many days until today; `bad` maps days ago to their state."""
    today = NOW.date()
    return tuple(
        Day(day=today - timedelta(days=ago), state=(bad or {}).get(ago, whole)) for ago in range(days - 1, -1, -1)
    )


def control(
    name: str, state: State, sentence: str, *, ago: timedelta | None = 41 * timedelta(minutes=1)
) -> ControlLine:
    """One control that looked `ago`."""
    return ControlLine(
        id=name,
        kind="observed",
        title=name.replace("_", " ").capitalize(),
        state=state,
        code="sample",
        sentence=sentence,
        every=HOUR,
        seen_at=NOW - ago if ago is not None else None,
        next_at=NOW - ago + HOUR if ago is not None else None,
        evidence_id=new_id() if ago is not None else None,
        event_id=new_id() if ago is not None else None,
        leaf_index=4711 if ago is not None else None,
    )


def line(clause_id: str, words: str, state: State, sentence: str, **told: Any) -> Line:
    """One promise, with one control behind it unless `controls` says otherwise."""
    ago: timedelta | None = told.pop("ago", 41 * timedelta(minutes=1))
    controls = told.pop("controls", None)
    if controls is None:
        controls = () if state == "declared" else (control("sample_control", state, sentence, ago=ago),)
    seen = max((one.seen_at for one in controls if one.seen_at), default=None)
    due = min((one.next_at for one in controls if one.next_at), default=None)
    if "history" not in told and state not in {"declared", "unverified"}:
        told["history"] = history({0: state} if state != "kept" else None)
    return Line(
        clause_id=clause_id,
        section_id=clause_id.partition("-")[2].rstrip("abcdefg"),
        words=words,
        kinds=told.pop("kinds", ("enforced", "probed")),
        audience=told.pop("audience", ("public",)),
        state=state,
        code=told.pop("code", "sample"),
        sentence=sentence,
        since=told.pop("since", BEGUN),
        seen_at=seen,
        next_at=due,
        controls=controls,
        **told,
    )


def statement(
    sections: Sequence[tuple[str, str, Iterable[Line]]], *, language: Language = "en", title: str = "Example Agency"
) -> Statement:
    """A whole statement, counted."""
    made = tuple(Section(id=number, title=name, clauses=tuple(lines)) for number, name, lines in sections)
    lines = [one for section in made for one in section.clauses]
    counts = Counter(one.state for one in lines)
    return Statement(
        language=language,
        customer_id=None,
        pack=PackRef(id="agency", version=3, title=title, digest="ab" * 32),
        in_force_since=BEGUN,
        evaluated_at=NOW,
        version=12,
        figure=Figure(
            kept=counts["kept"],
            provable=len(lines) - counts["declared"],
            unproven=counts["unverified"],
            declared=counts["declared"],
        ),
        counts=counts,
        sections=made,
    )


LATE = Miss(
    since=datetime(2026, 10, 2, 4, 12, tzinfo=UTC),
    until=datetime(2026, 10, 2, 4, 43, tzinfo=UTC),
    state="broken",
    code="erasure.late",
    sentence="One deletion took 24 h 31 min of 24 h: a worker had stopped, and the alarm came after the hour.",
)
NIGHT = Miss(
    since=datetime(2026, 11, 22, 2, 10, tzinfo=UTC),
    until=None,
    state="broken",
    code="backup.missing",
    sentence="Last night's backup did not reach its second place. The newest complete one is 29 h old.",
)


def seven() -> Statement:
    """Every state that there is, with what goes with each."""
    within = TermLine(
        name="erasure.production_within",
        title="Gone from production within",
        value="24 h",
        derivation="24 h, from clause A-4b",
    )
    return statement(
        [
            (
                "4",
                "Deletion of customer data",
                [
                    line(
                        "A-4a",
                        "You can delete your customer data at any time. Your primary owner does it, alone.",
                        "kept",
                        "A canary customer was deleted by its owner, and refused to everyone else.",
                    ),
                    line(
                        "A-4b",
                        "Within 24 hours of that, nothing of it is left in our running production systems.",
                        "at_risk",
                        "7 deletions in 30 days, slowest 3 h 12 min. One is still running: 19 h 40 min of 24 h.",
                        note="Your agreement with us may say less; then the shorter time holds for you.",
                        since=NOW - 3 * HOUR,
                        history=history({0: "at_risk", 51: "broken"}),
                        misses=(LATE,),
                        terms=(within,),
                        controls=(
                            control(
                                "erased_data_leaves_production",
                                "at_risk",
                                "7 deletions in 30 days, slowest 3 h 12 min. One is still running: 19 h 40 min of 24 h.",
                            ),
                            control("erased_keys_open_nothing", "kept", "Tried to open what a canary had: refused."),
                        ),
                    ),
                    line(
                        "A-4c",
                        "Backups that hold it are destroyed within 90 days.",
                        "unverified",
                        "Not built yet.",
                        code="not_built_yet",
                        ago=None,
                        since=BEGUN,
                    ),
                ],
            ),
            (
                "7",
                "Disaster recovery",
                [
                    line(
                        "A-7b",
                        "Customer data is backed up automatically every night, and our operations team is alerted if that fails.",
                        "broken",
                        NIGHT.sentence,
                        since=NIGHT.since,
                        misses=(NIGHT,),
                    ),
                    line(
                        "A-7c",
                        "Backups are restored and fully verified at least every 60 days.",
                        "stale",
                        "The last check is 63 days old; it is due every 60 days. We do not count it.",
                        since=NOW - 3 * DAY,
                        ago=63 * DAY,
                        history=history({0: "stale", 1: "stale", 2: "stale"}),
                        misses=(
                            Miss(
                                since=NOW - 3 * DAY,
                                until=None,
                                state="stale",
                                code="evidence.stale",
                                sentence="The last check is 63 days old; it is due every 60 days.",
                            ),
                        ),
                    ),
                ],
            ),
            (
                "12",
                "External security audits",
                [
                    line(
                        "A-12a",
                        "Independent firms audit the security of our services regularly, and we follow up what they find.",
                        "excepted",
                        "Nobody has attested it since 2 October 2025.",
                        underlying="stale",
                        kinds=("attested",),
                        exception=ExceptionLine(
                            id=new_id(),
                            reason="This year's audit was moved by its auditor; meanwhile, a second internal review.",
                            until=datetime(2027, 1, 31, tzinfo=UTC),
                            approved_at=NOW - 20 * DAY,
                        ),
                    ),
                    line(
                        "A-3a",
                        "We check every employee's background before recruitment.",
                        "unverified",
                        "Nobody has attested it yet.",
                        kinds=("attested",),
                        ago=None,
                        since=BEGUN,
                    ),
                    line(
                        "N-2.2f",
                        "Data at rest is not encrypted.",
                        "declared",
                        "Declared; in fact the platform does better.",
                        code="declared.exceeded",
                        kinds=("declared",),
                        exceeds="every personal field is sealed with AES-256-GCM under a key of its own.",
                    ),
                ],
            ),
        ]
    )


def many_misses(count: int = 200) -> Statement:
    """A promise that was broken again and again."""
    misses = tuple(
        Miss(
            since=NOW - number * DAY - HOUR,
            until=NOW - number * DAY,
            state="broken",
            code="sample",
            sentence=f"Miss {number}.",
        )
        for number in range(1, count + 1)
    )
    found = line(
        "A-4b",
        "Nothing is left.",
        "kept",
        "Nothing is left.",
        misses=misses,
        history=history(dict.fromkeys(range(1, 90), "broken")),
    )
    return statement([("4", "Deletion", [found])])


def untouched() -> Statement:
    """An installation that has only begun: nothing was ever checked."""
    lines = [
        line(f"A-4{letter}", "A promise.", "unverified", "It was never checked.", ago=None, history=())
        for letter in "abc"
    ]
    return statement([("4", "Deletion", lines)])


def no_policy() -> Statement:
    """Nothing is promised yet."""
    made = statement([])
    return replace(made, pack=None, in_force_since=None)


PACKS = ("agency", "campaigns", "cloud", "contracts", "network")
_SAID: dict[State, tuple[str, str]] = {
    "kept": ("Looked at 41 places, and found nothing amiss.", "41 endroits observés, rien à redire."),
    "at_risk": ("19 h 40 min of 24 h are used.", "19 h 40 min sur 24 h sont écoulées."),
    "broken": ("One took longer than promised: 25 h of 24 h.", "Une a pris plus que promis : 25 h sur 24 h."),
    "stale": ("The last check is 63 days old. We do not count it.", "La dernière vérification date de 63 jours."),
    "unverified": ("Not built yet.", "Pas encore construit."),
    "declared": ("A statement about how we work.", "Une déclaration sur notre façon de travailler."),
}


def _state(clause_id: str, controls: tuple[str, ...], kinds: tuple[str, ...]) -> State:
    if set(kinds) == {"declared"}:
        return "declared"
    if not set(controls) <= set(CODED):
        return "unverified"
    return (*("kept",) * 9, "at_risk", "broken", "stale")[zlib.crc32(clause_id.encode()) % 12]  # type: ignore[return-value]


def _built(control_id: str) -> dict[str, Any]:
    return {"state": "kept", "code": "sample"} if control_id in CODED else {"code": "not_built_yet"}


def of_pack(name: str, language: Language = "en") -> Statement:
    """A pack's own promises, with states that depend on nothing but the clause's id."""
    pack = packs.load(Path(troth.policy.__path__[0]) / "packs" / f"{name}.yaml")
    at = ("en", "fr").index(language)
    sections = []
    for section in pack.sections:
        lines = []
        for clause in section.clauses:
            state = _state(clause.id, clause.controls, clause.kinds)
            said = _SAID[state][at]
            titles = {one: found.title[language] for one in clause.controls if (found := catalogue.by_id(one))}
            ago = None if state in {"unverified", "declared"} else 41 * timedelta(minutes=1)
            controls = tuple(
                replace(
                    control(one, state, said, ago=ago),
                    title=titles.get(one, one),
                    **({} if state != "unverified" else _built(one)),
                )
                for one in clause.controls
            )
            misses = (replace(LATE, sentence=_SAID["broken"][at]),) if zlib.crc32(clause.id.encode()) % 7 == 0 else ()
            lines.append(
                line(
                    clause.id,
                    getattr(clause.words, language),
                    state,
                    said,
                    code="not_built_yet" if state == "unverified" else "sample",
                    kinds=clause.kinds,
                    audience=clause.audience,
                    note=getattr(clause.note, language) if clause.note else None,
                    exceeds=getattr(clause.exceeds, language) if clause.exceeds else None,
                    controls=controls,
                    misses=misses if ago else (),
                )
            )
        sections.append((section.id, getattr(section.title, language), lines))
    return statement(sections, language=language, title=getattr(pack.title, language))


def changes(language: Language = "en", clause_id: str | None = None) -> tuple[Change, ...]:
    """A short history."""
    made = [
        Change(number=number, customer_id=new_id(), clause_id="A-4b", pack_id="agency", since=since, before=before,
               state=state, code="sample", sentence=_SAID[state][0])
        for number, (since, before, state) in enumerate(
            ((BEGUN, None, "kept"), (LATE.since, "kept", "broken"), (NOW - 51 * DAY, "broken", "kept"),
             (NOW - 3 * HOUR, "kept", "at_risk")), 1)
    ]  # fmt: skip
    return tuple(reversed([one for one in made if clause_id in {None, one.clause_id}]))


def control_page(control_id: str, language: Language = "en") -> ControlPage:
    """A control with a little evidence."""
    rows = tuple(
        EvidenceRow(evidence_id=new_id(), number=100 - back, customer_id=new_id(), control_id=control_id,
                    seen_at=NOW - back * HOUR, state="kept" if back else "at_risk", code="sample",
                    sentence=_SAID["kept" if back else "at_risk"][0], facts={}, facts_json="{}", terms_json="{}",
                    revision="0123abc", error=None, event_id=new_id(), leaf_index=48211 - back if back else None)
        for back in range(5)
    )  # fmt: skip
    return ControlPage(
        id=control_id, kind="observed", title=control_id.replace("_", " ").capitalize(),
        sees="Every erasure of the last 30 days from its owner's confirmation to the scan that found nothing, and the newest survivor scan.",
        could_lie_if="the survivor scan skips a table. An architecture test lists every table that holds customer data.",
        every=HOUR, per_customer=True, line=control(control_id, "kept", "7 deletions in 30 days, slowest 3 h 12 min."),
        clauses=("A-4b",), evidence=rows,
    )  # fmt: skip


def example() -> Statement:
    """What the documentation's pictures show: an operator that does not exist, some months on."""
    first, recovery, audits = seven().sections
    gone, late, _ = first.clauses
    backup, restored = recovery.clauses
    audited, background, _ = audits.clauses
    minutes = timedelta(minutes=1)
    return statement(
        [
            (
                "4",
                "Deletion of customer data",
                [
                    gone,
                    late,
                    line("A-4c", "Backups that hold it are destroyed within 90 days.", "kept",
                         "The oldest backup that still holds deleted data ends in 61 days. Tried to open it there: refused."),
                ],
            ),
            (
                "5",
                "Encryption",
                [
                    line("A-5a", "Everything travels encrypted, with the ciphers and protocols recommended today.", "kept",
                         "6 handshakes: TLS 1.3 first, TLS 1.2 taken, everything older refused.", ago=6 * minutes),
                    line("A-5b", "Customer data is encrypted where it is stored.", "kept",
                         "2,048 raw pages searched for what a test person had: nothing found.", ago=9 * minutes),
                ],
            ),
            ("7", "Disaster recovery", [backup, restored]),
            ("12", "External security audits", [audited, background]),
        ]
    )  # fmt: skip
