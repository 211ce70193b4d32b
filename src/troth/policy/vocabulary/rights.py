"""What a customer can ask of us, and at what price (clauses K-1b, K-1e)."""

from typing import Final

from troth.policy.constraints import Term, Words

TERMS: Final[tuple[Term, ...]] = (
    Term(
        name="rights.free_exports_a_year",
        kind="count",
        title=Words(
            "Full exports a year that cost a customer nothing", "Exports complets gratuits par an et par client"
        ),
        unit=Words("exports", "exports"),
        takes=("at_least",),
    ),
    Term(
        name="rights.escrow_fee",
        kind="count",
        title=Words(
            "Fee for the escrow, as a share of the licence",
            "Prix de l’inscription au séquestre, en part de la licence",
        ),
        unit=Words("%", "%"),
        takes=("at_most",),
    ),
)
