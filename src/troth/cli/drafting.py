"""`troth policy draft`: a written policy becomes the draft of a pack, on this machine alone."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from troth.cli.options import AsJson
from troth.cli.terminal import Mark, document, note
from troth.kernel.errors import Invalid

if TYPE_CHECKING:
    from troth.policy.drafting.draft import Draft, DraftClause
    from troth.policy.drafting.knowledge import ControlWords, Knowledge


def draft(
    file: Annotated[Path, typer.Argument(help="The written policy: .txt, .md, .pdf or .docx, English or French.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the draft to this new file.")] = None,
    pack: Annotated[str, typer.Option("--pack", help="The id of the pack that it becomes.")] = "draft",
    as_json: AsJson = False,
) -> None:
    """Draft a pack from a written policy, for a person to confirm.

    Splits the text into promises, proposes for each its controls and terms with how sure that is and which words led
    to it, and lists what promises nothing and what nothing covers. Nothing is activated; nothing leaves this machine.
    """
    from troth.policy.drafting import reading, writing
    from troth.policy.drafting.draft import Drafting
    from troth.policy.reading import PACK_ID

    if not PACK_ID.fullmatch(pack):
        raise Invalid(what="The pack's id", why="it is small letters, digits and single joints, like my-policy")
    if output is not None and output.exists():
        raise Invalid(what="The file to write", why="it is there already")
    read = reading.read(file)
    made = Drafting(knowledge()).draft(read, prefix=pack[0].upper())
    text = writing.pack_yaml(made, pack=pack)
    if output is not None:
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Invalid(what="The file to write", why=f"it can't be written ({error.strerror})") from None
    if as_json:
        document(told(made))
    elif output is None:
        typer.echo(text, nl=False)
    clauses = list(made.clauses)
    note(
        f"{len(clauses)} promises, {len(made.uncovered)} of them covered by nothing; "
        f"{len(made.silent)} sentences promise nothing.",
        Mark.DONE if not made.uncovered else Mark.ATTENTION,
    )
    note("A draft only: confirm each clause, translate what is marked, then run `troth policy lint`.")


def knowledge(*, without: str = "", details: bool = True) -> "Knowledge":
    """The controls, the terms and the shipped packs; `without` leaves one pack out."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.settings")
    import django

    django.setup()  # the controls name tables; no database is asked for anything
    from troth.policy import pack, shipped
    from troth.policy.drafting.knowledge import gather
    from troth.policy.vocabulary.words import BY_NAME

    packs = [pack.load(shipped.text(name)) for name in sorted(shipped.NAMES) if name != without]
    return gather(controls(details=details), BY_NAME, packs)


def controls(*, details: bool = True) -> "list[ControlWords]":
    """Every control as words: coded ones with what they see, attested ones with what they ask."""
    from troth.policy.drafting.knowledge import ControlWords
    from troth.policy.topics import TOPICS
    from troth.promises.catalogue import CONTROLS

    asks = {f"attested.{topic.id}": (topic.asks.en, topic.asks.fr) for topic in TOPICS}
    found = []
    for each in CONTROLS:
        sees = () if each.kind in {"planned", "attested"} else tuple(each.sees.values())
        more = (*asks.get(each.id, ()), *sees) if details else ()
        found.append(ControlWords(each.id, tuple(each.title.values()), more, each.terms, each.kind))
    return found


def told(made: "Draft") -> dict[str, Any]:
    """The draft as JSON."""
    return {
        "language": made.language,
        "sha256": made.document.sha256,
        "encoding": made.document.encoding,
        "sections": [
            {"id": each.id, "title": each.title, "clauses": [_clause(clause) for clause in each.clauses]}
            for each in made.sections
        ],
        "promises_nothing": [
            {"start": each.start, "end": each.end, "page": each.page, "reason": each.reason, "because": each.words}
            for each in made.silent
        ],
        "covered_by_nothing": [clause.id for clause in made.uncovered],
    }


def _clause(clause: "DraftClause") -> dict[str, Any]:
    return {
        "id": clause.id,
        "start": clause.start,
        "end": clause.end,
        "page": clause.page,
        "language": clause.language,
        "words": clause.words,
        "kinds": list(clause.kinds),
        "covered": clause.covered,
        "controls": [
            {
                "id": each.control,
                "proposed": each.control in clause.controls,
                "confidence": each.confidence,
                "because": list(each.because),
            }
            for each in clause.candidates
        ],
        "terms": [
            {
                "term": each.term,
                "limit": dict(each.written),
                "confidence": each.confidence,
                "start": clause.start + each.start,
                "end": clause.start + each.end,
            }
            for each in clause.terms
        ],
    }
