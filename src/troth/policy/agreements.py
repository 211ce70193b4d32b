"""A customer's own agreement: a reference and the terms that it asks for, read like a pack's."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from troth.policy import nodes, reading
from troth.policy.errors import PackInvalid
from troth.policy.known import Known
from troth.policy.obligations import Obligation, Source

REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_ -]{0,79}")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What one customer was promised beyond the policy. Its reference is a contract's number, never a person."""

    reference: str
    obligations: tuple[Obligation, ...] = ()


def load(source: Path | str | bytes, known: Known | None = None) -> Agreement:
    """Read `{reference: …, terms: {…}}`. Raises PackInvalid with every fault, its line and its column."""
    reader = reading.Reader(known)
    node = nodes.read(nodes.text_of(source))
    told = reader.fields(node, "an agreement", ("reference", "terms"))
    reference = reader.text(told.get("reference"), "the agreement's reference", REFERENCE, 80)
    made = reading.obligations(reader, told.get("terms"), Source("agreement", reference))
    if reader.faults:
        raise PackInvalid(reader.faults)
    return Agreement(reference, made)


def canonical(agreement: Agreement) -> str:
    """The one text of an agreement; `load` reads it back."""
    return json.dumps(
        {"reference": agreement.reference, "terms": written(agreement.obligations)},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def written(obligations: Iterable[Obligation]) -> dict[str, dict[str, str | tuple[str, ...]]]:
    """Each term with its limit, as its author wrote it."""
    return {each.term: dict(each.written) for each in obligations}
