"""What can go wrong with a policy."""

from collections.abc import Sequence
from dataclasses import dataclass

from troth.kernel.errors import Conflict, Invalid


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong in a pack, where it stands (both counted from 1), in one sentence."""

    line: int
    column: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.why}"


class PackInvalid(Invalid):
    """A pack that can't be taken; `faults` holds everything that is wrong with it, in the order of its lines."""

    code = "policy.pack_invalid"
    sentence = "The policy pack can't be taken: {count} found.\n{listed}"
    next_step = "Correct the lines named, then check again with `troth policy lint`."

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        count = "one fault was" if len(faults) == 1 else f"{len(faults)} faults were"
        super().__init__(count=count, listed="\n".join(str(each) for each in self.faults))


class Collision(Conflict):
    """Obligations that nothing can satisfy together; `sources` are exactly those that collide."""

    code = "policy.collision"
    sentence = "Nothing can satisfy {term}: {named} exclude each other."
    next_step = "Change one of the clauses or agreements named; until then the policy can't come into force."

    def __init__(self, *, term: str, sources: Sequence[object]) -> None:
        self.term = term
        self.sources = tuple(sources)
        super().__init__(term=term, named=", ".join(dict.fromkeys(str(each) for each in sources)))
