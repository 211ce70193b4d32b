"""A control: one value with no inheritance, named as what must be true."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from troth.promises.scope import Scope
from troth_judge.facts import Facts
from troth_judge.words import Language

Kind = Literal["observed", "probed", "attested", "planned"]
Words = Mapping[Language, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One way to see whether a promise holds.

    `id` is permanent, is the module's name, and says what must be true. `observe` returns facts of the judge's own
    type (`troth_judge.judges`) and judges nothing; it never raises for a promise that does not hold, and whatever it
    raises is recorded as an error, which is `unverified`. A probe tries the forbidden act in a transaction of its own
    that is rolled back, after an allowed twin succeeded. `terms` names what the judge reads. `per_customer` controls
    are observed for each customer as well, with that customer's own terms.
    """

    id: str
    kind: Kind
    title: Words
    sees: Words
    could_lie_if: Words
    every: timedelta
    terms: tuple[str, ...] = ()
    observe: Callable[[Scope], Facts] | None = None
    per_customer: bool = False


def planned(control_id: str, *, en: str, fr: str) -> Control:
    """A control whose capability is not built: its promises say so, and nothing else."""
    nothing: Words = {"en": "Nothing yet.", "fr": "Rien encore."}
    return Control(
        id=control_id,
        kind="planned",
        title={"en": en, "fr": fr},
        sees=nothing,
        could_lie_if=nothing,
        every=timedelta(days=1),
    )
