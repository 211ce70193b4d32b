"""`docs/promises.md`, from the packs: `check` says whether it is in step, `update` writes it.

Every clause of the five packs with its kinds, the controls that prove it, the terms that it obliges to, and the best
that its state can be today: what is not built can't be kept, whatever anybody says.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from troth.policy.clauses import Clause, Pack
from troth.policy.known import ATTESTED
from troth.policy.lexicon import known
from troth.policy.pack import load
from troth.policy.topics import TOPICS
from troth.policy.vocabulary.words import VOCABULARY
from troth.promises import planned
from troth_judge.judges import CODED

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "promises.md"
PACKS = ROOT / "src" / "troth" / "policy" / "packs"
NAMES: Final = ("agency", "cloud", "network", "campaigns", "contracts")
PLANNED: Final = frozenset(control.id for control in planned.CONTROLS)
IMPOSSIBLE: Final = frozenset(planned.NEVER)

EVIDENCE, ATTESTATION, DECLARED, UNBUILT, NEVER = (
    "by evidence",
    "once attested",
    "declared",
    "not built yet",
    "never",
)
BEST: Final = (EVIDENCE, ATTESTATION, DECLARED, UNBUILT, NEVER)
HEAD: Final = """# The promises
<!-- Written by tools/promises.py from the packs; change those, then run `python tools/promises.py update`. -->
Five policies come with Troth. Here is each of their promises, with what proves it. Nobody types a state: it follows
from evidence, the worst control first. This page says how good it can be **today**:

- **by evidence** – running controls see it: kept, at risk or broken; stale or not proven when they could not look.
- **once attested** – a person must answer for it as well; until then it is not proven.
- **declared** – said and published; nothing decides it.
- **not built yet** – a control that it needs is still to come: it is not proven, whatever else holds.
- **never** – it rests on something that no longer exists.

Controls that are still to come stand in italics. `attested.…` is a question that one person answers, another reviews.
"""


def packs() -> dict[str, Pack]:
    """The packs that ship, checked against everything that the platform knows."""
    wanted = known(dict.fromkeys((*CODED, *PLANNED), ()))
    return {name: load(PACKS / f"{name}.yaml", wanted) for name in NAMES}


def best(clause: Clause) -> str:
    """The best that the state of a clause can be today."""
    controls = set(clause.controls)
    if clause.kinds == ("declared",):
        return DECLARED
    if controls & IMPOSSIBLE:
        return NEVER
    if controls & PLANNED:
        return UNBUILT
    return ATTESTATION if any(each.startswith(ATTESTED) for each in controls) else EVIDENCE


def page(given: Mapping[str, Pack]) -> str:
    """The whole page."""
    parts = [HEAD, _figures(given)]
    parts += [_pack(pack) for pack in given.values()]
    parts += [_by_coded(given), _by_planned(given), _by_topic(given), _by_term(given)]
    return "\n".join(parts)


def _figures(given: Mapping[str, Pack]) -> str:
    lines = [f"| pack | promises | {' | '.join(BEST)} |", "|---|---|" + "---|" * len(BEST)]
    counted = {name: [best(clause) for clause in pack.clauses] for name, pack in given.items()}
    for name, found in counted.items():
        lines.append(f"| [{name}](#{name}) | {len(found)} | {' | '.join(str(found.count(each)) for each in BEST)} |")
    whole = [each for found in counted.values() for each in found]
    lines.append(f"| **all** | **{len(whole)}** | {' | '.join(f'**{whole.count(each)}**' for each in BEST)} |")
    return "\n".join(lines) + "\n"


def _pack(pack: Pack) -> str:
    lines = [f"## {pack.id}", f"{pack.title.en}, of {_small(pack.operator.en)}. Version {pack.version}.", ""]
    for section in pack.sections:
        lines += [f"### {section.id} · {section.title.en}", ""]
        lines += ["| clause | promise | kinds | proven by | terms | at best today |", "|---|---|---|---|---|---|"]
        lines += [_clause(clause) for clause in section.clauses]
        lines.append("")
    return "\n".join(lines)


def _clause(clause: Clause) -> str:
    exceeded = ", and exceeded" if clause.exceeds else ""
    cells = (
        clause.id,
        _cell(clause.words.en),
        ", ".join(clause.kinds),
        "<br>".join(_control(each) for each in clause.controls) or "–",
        "<br>".join(_terms(clause)) or "–",
        best(clause) + exceeded,
    )
    return f"| {' | '.join(cells)} |"


def _control(control: str) -> str:
    return f"*`{control}`*" if control in PLANNED else f"`{control}`"


def _terms(clause: Clause) -> Iterator[str]:
    for obligation in clause.obligations:
        for operator, value in obligation.written:
            yield f"`{obligation.term}` {operator} {value if isinstance(value, str) else ', '.join(value)}"


def _by_coded(given: Mapping[str, Pack]) -> str:
    naming = _naming(given)
    lines = ["## What running code sees", "", "| what must be true | control | relied on by |", "|---|---|---|"]
    lines += [f"| {_said(each)} | `{each}` | {naming[each]} |" for each in CODED]
    return "\n".join(lines) + "\n"


def _by_planned(given: Mapping[str, Pack]) -> str:
    naming = _naming(given)
    lines = ["## Still to come", "Each control names one fact; clauses of several policies may wait for the same.", ""]
    lines += ["| what must be true | comes with | waited for by |", "|---|---|---|"]
    for facts, by in planned.BROUGHT_BY:
        lines += [f"| {_cell(title.en)} (`{each}`) | {by.en} | {naming[each]} |" for each, title in facts.items()]
    lines += [f"| {_cell(title.en)} (`{each}`) | nothing | {naming[each]} |" for each, title in planned.NEVER.items()]
    return "\n".join(lines) + "\n"


def _by_topic(given: Mapping[str, Pack]) -> str:
    naming = _naming(given)
    lines = ["## What people attest", "", "| question | topic | asked by |", "|---|---|---|"]
    lines += [f"| {_cell(topic.asks.en)} | `{topic.id}` | {naming[ATTESTED + topic.id]} |" for topic in TOPICS]
    return "\n".join(lines) + "\n"


def _by_term(given: Mapping[str, Pack]) -> str:
    naming = _naming(given)
    lines = ["## Terms", "Every topic above also has the term `attestations.<topic>.every`.", ""]
    lines += ["| term | what it limits | kind | takes | named by |", "|---|---|---|---|---|"]
    for term in VOCABULARY:
        by = naming[term.name] or ("" if term.domain == "attestations" else "your own pack")
        if by:
            takes = ", ".join(term.takes)
            lines.append(f"| `{term.name}` | {_cell(term.title.en)} | {term.kind} | {takes} | {by} |")
    return "\n".join(lines) + "\n"


def _naming(given: Mapping[str, Pack]) -> defaultdict[str, str]:
    """The ids of the clauses that name each control or term."""
    found: defaultdict[str, str] = defaultdict(str)
    for pack in given.values():
        for clause in pack.clauses:
            for name in (*clause.controls, *clause.terms):
                found[name] += f", {clause.id}" if found[name] else clause.id
    return found


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _said(control: str) -> str:
    """An id as the sentence that it is."""
    words = control.replace("_", " ").replace("api ", "API ").replace("tls ", "TLS ")
    return words[:1].upper() + words[1:]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def main() -> int:
    """`check` or `update`."""
    wanted = page(packs())
    if sys.argv[1:] == ["update"]:
        PAGE.write_text(wanted, encoding="utf-8")
    in_step = PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted
    said = (
        "promises: in step"
        if in_step
        else "docs/promises.md is not what the packs say: python tools/promises.py update"
    )
    sys.stdout.write(f"{said}\n")
    return 0 if in_step else 1


if __name__ == "__main__":
    sys.exit(main())
