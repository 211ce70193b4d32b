"""What can go wrong with a policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from troth.kernel.errors import Conflict, Invalid, NotFound, TrothError


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


class PackChanged(Conflict):
    """A version that is kept says something else: versions never change."""

    code = "policy.pack_changed"
    sentence = "Version {version} of {pack} is kept already, and says something else."
    next_step = "Raise the version in the file: a version that was published never changes."


class PackAltered(TrothError):
    """A kept version is not what its digest says: somebody changed it below us, and nothing is read from it."""

    code = "policy.pack_altered"
    status = 500
    sentence = "A kept version of the policy ({digest}…) was altered in the database."
    next_step = "Find out who changed it, and restore the row; until then nothing can be promised or done by it."


class NoSuchVersion(NotFound):
    """No version of this pack is kept under this number."""

    code = "policy.no_such_version"
    sentence = "There is no version {version} of a pack “{pack}” here."
    next_step = "See `troth policy list`; publish a file of your own by activating it."


class NoSuchPack(NotFound):
    """Neither a file, nor a pack that comes with Troth, nor one that is kept here."""

    code = "policy.no_such_pack"
    sentence = "There is no pack “{pack}”: no file, none that comes with Troth, none that is kept here."
    next_step = "See `troth policy list`, or give the path of a file."


class ActivationRefused(Conflict):
    """The pack contradicts itself or a customer's agreement; `found` names each collision."""

    code = "policy.activation_refused"
    sentence = "The pack can't come into force: {listed}"
    next_step = "Change the clauses named, or come to another agreement with the customers named; nothing was changed."

    def __init__(self, found: Sequence["Clash"]) -> None:
        self.found = tuple(found)
        listed = "; ".join(str(each) for each in self.found[:_LISTED])
        more = len(self.found) - _LISTED
        super().__init__(listed=listed + (f"; and {more} more" if more > 0 else ""))


class AgreementRefused(Conflict):
    """What a customer asks for can't hold beside the policy, now or once a decided one comes into force."""

    code = "policy.agreement_refused"
    sentence = "This agreement can't hold beside the policy: {listed}"
    next_step = "Change the agreement, or the clauses named; nothing was changed."

    def __init__(self, found: Sequence["Clash"]) -> None:
        self.found = tuple(found)
        super().__init__(listed="; ".join(str(each) for each in self.found[:_LISTED]))


_LISTED = 20


@dataclass(frozen=True, slots=True)
class Clash:
    """One term that nothing can satisfy: at this customer, or (None) in the pack itself."""

    term: str
    sources: tuple[str, ...]
    customer_id: UUID | None = None

    def __str__(self) -> str:
        named = " and ".join(self.sources)
        where = f" (customer {self.customer_id})" if self.customer_id else ""
        return f"{self.term}: {named} exclude each other{where}"
