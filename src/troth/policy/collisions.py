"""What can't hold together: clauses of one pack, or a pack and a customer's agreement."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from troth.policy import agreements_kept, terms
from troth.policy.agreements import Agreement
from troth.policy.clauses import Pack
from troth.policy.constraints import Term
from troth.policy.errors import Clash
from troth.policy.obligations import Obligation, Source
from troth.tenancy import queries as tenancy
from troth.tenancy.models import State


def of_pack(pack: Pack, vocabulary: Mapping[str, Term], *, using: str = "aside") -> list[Clash]:
    """Everything in the way of a pack: in itself, else with the agreement of any customer that is not erased.

    Agreements are read through a second connection, because each lies inside its own customer's wall.
    """
    within = of_customer(pack, None, None, vocabulary)
    if within:
        return within
    found = []
    for customer in tenancy.customers(using=using):
        if customer.state != State.ERASED:
            agreement = agreements_kept.newest(customer.customer_id, using=using)
            found += of_customer(pack, agreement, customer.customer_id, vocabulary)
    return found


def of_customer(
    pack: Pack | None, agreement: Agreement | None, customer_id: UUID | None, vocabulary: Mapping[str, Term]
) -> list[Clash]:
    """Everything that nothing can satisfy where this pack meets this agreement."""
    obligations: list[Obligation] = [*(pack.obligations if pack else ()), *(agreement.obligations if agreement else ())]
    return [
        Clash(term, tuple(named(each.source for each in given)), customer_id)
        for term, given in terms.clashes(obligations, vocabulary)
    ]


def named(sources: Iterable[Source]) -> list[str]:
    """The sources as an error names them, each once."""
    said = (f"clause {each}" if each.kind == "clause" else f"the agreement {each}" for each in sources)
    return list(dict.fromkeys(said))
