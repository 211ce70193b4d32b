"""How data lies where it lies (clauses A-5b, A-7a, C-1.12b, N-2.2d, K-2d, K-4b)."""

from typing import Final

from troth.policy.constraints import Term, Words

TERMS: Final[tuple[Term, ...]] = (
    Term(
        name="storage.encrypted",
        kind="flag",
        title=Words("Stored data is encrypted", "Les données stockées sont chiffrées"),
    ),
    Term(
        name="storage.places",
        kind="count",
        title=Words("Separate places that hold the live data", "Lieux distincts où vivent les données"),
        unit=Words("places", "lieux"),
        takes=("at_least",),
    ),
    Term(
        name="storage.providers",
        kind="count",
        title=Words("Providers that hold the files", "Fournisseurs qui détiennent les fichiers"),
        unit=Words("providers", "fournisseurs"),
        takes=("at_least",),
    ),
)
