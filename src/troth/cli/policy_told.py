"""What `troth policy` prints: packs, faults, differences, simulations, decisions, terms."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING
from uuid import UUID

import typer

from troth.cli.terminal import Mark, document, facts, note, number, say, span, table, when

if TYPE_CHECKING:
    from troth.policy.agreements_kept import Kept
    from troth.policy.clauses import Clause, Pack
    from troth.policy.diffing import Difference
    from troth.policy.errors import Fault
    from troth.policy.queries import Decided
    from troth.policy.terms import Terms
    from troth.promises.simulation import Simulation, Unknown


def pack(found: "Pack", language: str, *, as_json: bool) -> None:
    """A whole pack."""
    from troth.policy.pack import canonical, digest

    if as_json:
        document(json.loads(canonical(found)) | {"digest": digest(found)})
        return
    facts(
        {
            "Pack": f"{found.id} {found.version}",
            "Title": found.title.get(language),
            "Operator": found.operator.get(language),
            "Digest": digest(found),
        }
    )
    for section in found.sections:
        say("")
        say(f"{section.id}  {section.title.get(language)}")
        table(
            ["Clause", "Kinds", "Words", "Obliges to"],
            [(each.id, ", ".join(each.kinds), each.words.get(language), _obliges(each)) for each in section.clauses],
            empty="",
        )


def _obliges(clause: "Clause") -> str:
    from troth.policy.agreements import written

    told = written(clause.obligations)
    return "; ".join(f"{term} {_limit(limit)}" for term, limit in told.items())


def _limit(limit: dict[str, str | tuple[str, ...]]) -> str:
    return " ".join(f"{name} {value if isinstance(value, str) else ', '.join(value)}" for name, value in limit.items())


def faults(file: str, found: Sequence["Fault"], *, as_json: bool) -> None:
    """Each fault as editors and CI read it: file:line:column."""
    if as_json:
        document({"valid": False, "faults": found, "clashes": []})
        return
    for each in found:
        typer.echo(f"{file}:{each.line}:{each.column}: {each.why}")
    note(f"{number(len(found))} {'fault' if len(found) == 1 else 'faults'}.", Mark.BROKEN)


def difference(found: "Difference", language: str, *, as_json: bool) -> None:
    """Clauses, then terms."""
    if as_json:
        moved = {what: [each.term for each in found.terms if each.what == what] for what in ("tightened", "loosened")}
        document(asdict(found) | moved | {"loosens": found.loosens})
        return
    table(
        ["Clause", "", "What", "Words"],
        [
            (each.clause_id, each.what, ", ".join(each.fields), (each.after or each.before or _NONE).get(language))
            for each in found.clauses
        ],
        empty="No clause changes.",
    )
    table(
        ["Term", "", "Before", "After", "Clauses"],
        [
            (
                each.term,
                each.what,
                each.before.get(language) if each.before else "–",
                each.after.get(language) if each.after else "–",
                ", ".join(each.clauses_after or each.clauses_before),
            )
            for each in found.terms
        ],
        empty="No term changes.",
    )


class _None:
    def get(self, _: str) -> str:
        return ""


_NONE = _None()

_WHY = {
    "no_facts": "Not yet observed here, so not judged: {about}.",
    "not_built": "Not built yet; these clauses would be unverified: {about}.",
    "nothing_measures": "Nothing measures: {about}.",
    "passwords_are_hashed": "{count} passwords are stored as hashes: each is judged at its next sign-in.",
    "no_backups": "Troth takes no backups yet: whether yours keep their terms can't be said here.",
}


def simulation(found: "Simulation", *, as_json: bool) -> None:
    """What would break, at whom, and what can't be said."""
    if as_json:
        document(found)
        return
    say(f"{found.pack} {found.version}, tried on today" + (f" instead of {found.against}." if found.against else "."))
    for clash in found.clashes:
        note(f"It can't come into force. {clash}", Mark.BROKEN)
    if found.clashes:
        return
    if found.difference is not None and found.against:
        difference(found.difference, "en", as_json=False)
    worse = [each for each in found.promises if each.then in {"broken", "at_risk", "stale"}]
    table(
        ["Clause", "Now", "Then", "Why", "Customer"],
        [(each.clause_id, each.now or "–", each.then, each.sentence, str(each.customer_id or "")) for each in worse],
        empty="No promise that can be judged today would be broken.",
    )
    for customer in found.customers:
        for erasure in customer.erasures:
            used = f"{span(erasure.elapsed.total_seconds())} of {span(erasure.limit.total_seconds())}"
            note(
                f"Erasure {erasure.erasure_id} of {customer.customer_id} would be {erasure.state}: {used}.", Mark.BROKEN
            )
        if customer.keys:
            note(f"{number(len(customer.keys))} API keys of {customer.customer_id} live longer.", Mark.ATTENTION)
        if customer.sessions:
            note(f"{number(customer.sessions)} sessions of {customer.customer_id} live longer.", Mark.ATTENTION)
    for unknown in found.unknown:
        note(_unknown(unknown), Mark.UNPROVEN)


def _unknown(unknown: "Unknown") -> str:
    shown = ", ".join(unknown.about[:_SHOWN]) + (
        f" and {len(unknown.about) - _SHOWN} more" * (len(unknown.about) > _SHOWN)
    )
    return _WHY[unknown.why].format(about=shown, count=number(unknown.count))


_SHOWN = 8


def activated(activation_id: UUID, tried: "Simulation", *, as_json: bool) -> None:
    """What was decided."""
    if as_json:
        document({"activation_id": activation_id, "pack": tried.pack, "version": tried.version, "simulation": tried})
        return
    say(f"{tried.pack} {tried.version} was activated: {activation_id}", Mark.DONE)
    note("What holds and what does not: troth promise list")


_LOGGED = {"sealed": "yes", "waiting": "being sealed", "missing": "NO", "differs": "OTHERWISE"}


def history(found: Sequence["Decided"], *, as_json: bool) -> None:
    """Every decision, newest first."""
    if as_json:
        document(found)
        return
    table(
        ["Pack", "Version", "Decided", "In force from", "", "In the log", "Reason"],
        [
            (
                each.pack,
                str(each.version),
                when(each.decided_at),
                when(each.effective_at),
                each.state.replace("_", " "),
                _LOGGED[each.in_log],
                each.reason,
            )
            for each in found
        ],
        empty="Nothing was ever decided: no policy is in force.",
    )


def terms(found: "Terms", language: str, *, as_json: bool) -> None:
    """The whole vocabulary, with what holds and why."""
    from troth.policy.derivations import spoken
    from troth.policy.vocabulary.words import VOCABULARY

    rows = [
        {
            "term": term.name,
            "title": term.title.get(language),
            "kind": term.kind,
            "takes": term.takes,
            "choices": term.choices,
            "value": spoken(found[term.name], language) if term.name in found else None,
            "derivation": found.explain(term.name, language) or None,
        }
        for term in VOCABULARY
    ]
    if as_json:
        document(rows)
        return
    table(
        ["Term", "What", "Now"],
        [(str(row["term"]), str(row["title"]), str(row["derivation"] or "–")) for row in rows],
        empty="",
    )


def agreements(found: Sequence["Kept"], obliged: "Terms", *, as_json: bool) -> None:
    """Every version of a customer's agreement, the newest first, and what comes of it."""
    from troth.policy.agreements import written

    rows = [
        {
            "number": each.number,
            "reference": each.agreement.reference,
            "terms": written(each.agreement.obligations),
            "decided_at": each.decided_at,
            "holds": place == 0,
        }
        for place, each in enumerate(found)
    ]
    named = sorted({each.term for each in found[0].agreement.obligations}) if found else []
    if as_json:
        document({"agreements": rows, "derivations": {name: obliged.explain(name) for name in named}})
        return
    table(
        ["Number", "Reference", "Since", "Terms"],
        [
            (
                str(each.number),
                each.agreement.reference,
                when(each.decided_at),
                "; ".join(f"{name} {_limit(limit)}" for name, limit in written(each.agreement.obligations).items()),
            )
            for each in found
        ],
        empty="No agreement is recorded: the policy alone holds.",
    )
    for name in named:
        say(f"{name}: {obliged.explain(name)}")
