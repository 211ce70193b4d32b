"""In which countries data lies and may go (clauses N-2.2a, N-4.2c, K-2c; GDPR art. 44)."""

from typing import Final

from troth.policy.constraints import Term, Words

TERMS: Final[tuple[Term, ...]] = (
    Term(
        name="residency.storage",
        kind="countries",
        title=Words("Countries where customer data is stored", "Pays où sont stockées les données des clients"),
        takes=("one_of", "all_of"),
    ),
    Term(
        name="residency.primary",
        kind="countries",
        title=Words("Country of the main database", "Pays de la base de données principale"),
        takes=("one_of",),
    ),
    Term(
        name="residency.backups",
        kind="countries",
        title=Words("Countries where copies of backups lie", "Pays où se trouvent les copies des sauvegardes"),
        takes=("all_of", "one_of"),
    ),
    Term(
        name="residency.subsidiaries",
        kind="countries",
        title=Words("Countries where a subsidiary’s data is stored", "Pays où sont stockées les données d’une filiale"),
        takes=("one_of",),
    ),
    Term(
        name="residency.transfers",
        kind="countries",
        title=Words(
            "Countries to which data may go without the controller’s acceptance",
            "Pays vers lesquels des données peuvent partir sans l’accord du responsable du traitement",
        ),
        takes=("one_of",),
    ),
)
