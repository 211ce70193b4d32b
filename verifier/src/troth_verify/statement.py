"""The trust statement: what an operator says of its promises, derived again from the sealed facts that it carries.

Format: docs/formats/trust-statement.md, version 1. Checked: the signature; that the pack's text is the one that the log
says was put in force, and that none of its public clauses is missing, added or worded otherwise; that every piece of
evidence stands in the log; then each control's facts are judged and each state derived by the published judgement
(`troth_judge`), and compared with what is said.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from troth_judge.facts import FactsInvalid, Value, decode_terms
from troth_judge.instants import duration, instant
from troth_judge.judges import JUDGES
from troth_judge.judging import judge
from troth_judge.sentences import sentence
from troth_judge.state import AHEAD_AT_MOST, Binding, Derived, Seen, derive
from troth_verify import promised
from troth_verify.envelope import an_object, read
from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.note import Checkpoint, Key, check_proof, parse_proof
from troth_verify.promised import Promise
from troth_verify.report import Report

TYPE = "application/vnd.troth.trust-statement+json"
VERSION = 1
AT_MOST = 64 << 20
OPERATOR = "00000000-0000-7000-8000-00000000000a"
"""The name of the operator's own log, in every installation."""
OBSERVED, ACTIVATED = "promise.observed", "policy.activated"
EVERY_AT_MOST = timedelta(days=31)
"""A coded control that says it looks less often than this says so to hide its silence."""


@dataclass
class _Log:
    """The operator's log as the statement's proofs show it."""

    key: Key
    heads: dict[int, Checkpoint] = field(default_factory=dict)

    def entry(self, sealed: Mapping[str, Any], operation: str) -> dict[str, Any]:
        """Return the entry that stands where the statement says."""
        leaf, proof = sealed["entry"].encode(), parse_proof(sealed["proof"])
        head = check_proof(proof, leaf, self.key)
        found = an_object(leaf, "a log entry")
        if head.origin != f"{self.key.name}/{OPERATOR}" or found.get("customer") != OPERATOR:
            raise DoesNotVerify(f"A proof leads to the log {head.origin}, which is not the operator's.")
        if found.get("id") != sealed["event_id"] or proof.index != sealed["leaf_index"]:
            raise DoesNotVerify("A log entry that it carries is another one than it names.")
        if found.get("operation") != operation:
            raise DoesNotVerify(f"A log entry that it carries tells of {found.get('operation')!r}, not {operation!r}.")
        self.heads[head.size] = head
        return found


def check(path: Path, key: Key) -> Report:
    """Check a statement with the key that the reader trusts.

    Raises:
        CannotRead: it is no statement, or one of another version.
    """
    report = Report("trust statement", str(path))
    envelope = read(path, AT_MOST)
    if envelope.kind != TYPE:
        raise CannotRead(f"This is an envelope of {envelope.kind!r}, not of a trust statement.")
    body = an_object(envelope.raw, "the payload")
    if body.get("v") != VERSION:
        raise CannotRead(f"This is a statement of version {body.get('v')!r}; this program knows version {VERSION}.")
    try:
        envelope.check(key)
        report.ok("signature", f"{key.name}+{key.id.hex()} signed it, unaltered.")
        _content(body, key, report)
    except DoesNotVerify as error:
        report.failed("verdict", str(error))
    except FactsInvalid as error:
        report.failed("verdict", f"It carries terms or times that can't be read: {error}.")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CannotRead(f"A field of the statement is missing or malformed ({type(error).__name__}).") from error
    return report


def _content(body: dict[str, Any], key: Key, report: Report) -> None:
    now = instant(body["evaluated_at"])
    report.facts["evaluated at"] = body["evaluated_at"]
    if body["pack"] is None:
        if body["clauses"]:
            raise DoesNotVerify("It says that no policy is in force, and carries promises all the same.")
        report.ok("policy", "It says that no policy is in force: nothing is promised.")
        return
    log = _Log(key)
    stated = _policy(body, log, report)
    ground = _evidence(body, log, now, report)
    _overall(body, log, report)
    _terms(stated, ground.terms, report)
    states = [_state(one, said, ground, report) for one, said in zip(stated, body["clauses"], strict=True)]
    _figure(body["figure"], states, report)
    if report.verifies:
        told = ", ".join(f"{count} {state}" for state, count in sorted(Counter(states).items()))
        report.ok("states", f"Each state follows from sealed evidence: {told}.")
    report.skipped("newer", "Not checked: that nothing newer was seen. A later statement, or the log itself, shows it.")
    report.skipped("facts", "Not checked: whether what was observed was so. Its signer answers for that.")


def _policy(body: dict[str, Any], log: _Log, report: Report) -> list[Promise]:
    """Return the pack's public clauses, after comparing them with those of the statement."""
    pack = body["pack"]
    report.facts["pack"] = f"{pack['id']} {pack['version']}"
    if pack["text"] is not None and sha256(pack["text"].encode()).hexdigest() != pack["digest"]:
        raise DoesNotVerify("The pack's text is not the one of its digest.")
    if pack["decision"] is None:
        report.skipped("policy", "Not checked: that this is the text that was put in force. It carries no entry of it.")
    else:
        said = log.entry(pack["decision"], ACTIVATED).get("detail", {})
        if said.get("digest") != pack["digest"]:
            raise DoesNotVerify("The log says that another text was put in force.")
        report.ok("policy", f"Pack {pack['id']} {pack['version']} is the text that the log says was put in force.")
    if pack["text"] is None:
        report.skipped(
            "clauses", "Not checked: that no clause is left out or turned. The pack's text is not for everybody."
        )
        return promised.as_stated(body["clauses"])
    stated = promised.promises(pack["text"])
    ours, theirs = [one.id for one in stated], [one["id"] for one in body["clauses"]]
    if ours != theirs:
        missing, added = [each for each in ours if each not in theirs], [each for each in theirs if each not in ours]
        told = [f"left out: {', '.join(missing)}"] * bool(missing) + [f"added: {', '.join(added)}"] * bool(added)
        raise DoesNotVerify(f"Its clauses are not those of the pack ({'; '.join(told) or 'in another order'}).")
    for one, said in zip(stated, body["clauses"], strict=True):
        if said["words"] != one.words.get(body["language"]):
            raise DoesNotVerify(f"{one.id} is worded otherwise than in the pack.")
        if tuple(said["controls"]) != one.controls or tuple(said["kinds"]) != one.kinds:
            raise DoesNotVerify(f"{one.id} rests on other controls than in the pack.")
    report.ok("clauses", f"All {len(stated)} public clauses of the pack are there, in its words.")
    return stated


@dataclass
class _Ground:
    """What states are derived from: when, each control's newest evidence, how often it looks, and under which terms."""

    now: datetime
    seen: dict[str, Seen] = field(default_factory=dict)
    every: dict[str, Binding] = field(default_factory=dict)
    terms: dict[str, dict[str, Value]] = field(default_factory=dict)


def _evidence(body: dict[str, Any], log: _Log, now: datetime, report: Report) -> _Ground:
    """Judge each control's facts again, after finding them in the log."""
    ground = _Ground(now)
    seen, every, terms = ground.seen, ground.every, ground.terms
    for one in body["controls"]:
        name = one["id"]
        binding = Binding(control=name, every=duration(one["every"]), planned=one["planned"])
        if name in JUDGES and (binding.planned or binding.every > EVERY_AT_MOST):
            raise DoesNotVerify(f"The control {name} exists; it is said to be planned, or to look hardly ever.")
        every[name], terms[name] = binding, decode_terms(one["terms"].encode())
        if one["evidence"] is not None:
            seen[name] = _judged(name, log.entry(one["evidence"], OBSERVED), terms[name])
        elif one["seen_at"] is not None:
            report.skipped("evidence", f"Not checked: {name}. Its newest evidence is still to be sealed.")
    oldest = min(seen.items(), key=lambda each: each[1].at, default=None)
    if oldest:
        report.facts["oldest evidence"] = f"{oldest[1].at:%Y-%m-%d %H:%M} UTC ({oldest[0]})"
    report.ok("evidence", f"The newest evidence of {len(seen)} controls stands in the log, and was judged again.")
    return ground


def _judged(name: str, entry: dict[str, Any], terms: dict[str, Value]) -> Seen:
    said = entry["detail"]
    if said["control"] != name:
        raise DoesNotVerify(f"The evidence of {name} is that of {said['control']}.")
    at, written = instant(said["seen_at"]), datetime.fromisoformat(entry["time"])
    if at > written + AHEAD_AT_MOST:
        raise DoesNotVerify(f"The evidence of {name} bears a later time than the entry that holds it.")
    facts = said.get("facts")
    raw = None if facts is None else facts.encode()
    return Seen(at=at, verdict=judge(name, raw, terms, error=said.get("error")))


def _overall(body: dict[str, Any], log: _Log, report: Report) -> None:
    """The heads on which the proofs rest stand in the log over all: nobody else can be shown another log."""
    proofs = [parse_proof(one) for one in body["overall"]]
    for head in log.heads.values():
        for proof in proofs:
            try:
                over = check_proof(proof, head.text.encode(), log.key)
            except DoesNotVerify:
                continue
            if over.origin != log.key.name:
                raise DoesNotVerify(f"A proof leads to a log named {over.origin}, which is not the log over all.")
            break
        else:
            raise DoesNotVerify("A head of the operator's log is not shown to stand in the log over all.")
    if log.heads:
        report.ok("log", f"The operator's log, at {max(log.heads)} entries, stands in the log over all.")


def _terms(stated: list[Promise], terms: dict[str, dict[str, Value]], report: Report) -> None:
    for one in stated:
        for control in one.controls:
            mild = sorted(set(promised.looser(one, terms.get(control, {}))))
            if mild:
                raise DoesNotVerify(f"{control} was judged more mildly than {one.id} promises: {', '.join(mild)}.")
    if any(one.terms for one in stated) or any(one.words for one in stated):
        report.ok("terms", "Nothing was judged more mildly than the pack promises.")
    else:
        report.skipped("terms", "Not checked: the terms of the judgement against the pack's text.")


def _state(one: Promise, said: dict[str, Any], ground: _Ground, report: Report) -> str:
    """Return the state that follows, and note where another is said."""
    missing = [control for control in one.controls if control not in ground.every]
    if missing:
        raise DoesNotVerify(f"{one.id} rests on controls that it does not carry: {', '.join(missing)}.")
    kinds: Any = one.kinds
    found = derive(kinds, [ground.every[control] for control in one.controls], ground.seen, (), ground.now)
    if said["state"] == "excepted":
        return _excepted(one, said, found, ground.now, report)
    if said["state"] != found.state:
        says = sentence(found.because, "en")
        report.failed("state", f"{one.id} is said to be {said['state']}; its evidence says {found.state}: {says}")
    return found.state


def _excepted(one: Promise, said: dict[str, Any], found: Derived, now: datetime, report: Report) -> str:
    exception = said["exception"]
    live = bool(exception["reason"].strip()) and instant(exception["approved_at"]) <= now < instant(exception["until"])
    if found.state in {"kept", "declared"} or not live:
        report.failed("state", f"{one.id} is said to be excepted, and nothing excepts it.")
        return found.state
    if said["underlying"] != found.state:
        report.failed(
            "state", f"{one.id} is said to be {said['underlying']} but for its exception; it is {found.state}."
        )
    report.skipped("exception", f"Not checked: who approved the exception of {one.id}, until {exception['until']}.")
    return "excepted"


def _figure(said: dict[str, Any], states: list[str], report: Report) -> None:
    counts = Counter(states)
    found = {
        "kept": counts["kept"],
        "provable": len(states) - counts["declared"],
        "unproven": counts["unverified"],
        "declared": counts["declared"],
    }
    report.facts["kept"] = f"{found['kept']} of {found['provable']}"
    if {name: said[name] for name in found} != found:
        report.failed("figure", f"Its figure is not that of its states: {said['kept']} of {said['provable']} kept.")
