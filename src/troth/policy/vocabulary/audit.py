"""What the log holds, and for how long (clauses C-1.6b, N-2.4b)."""

from typing import Final

from troth.policy.constraints import Term, Words

TERMS: Final[tuple[Term, ...]] = (
    Term(
        name="audit.entry_holds",
        kind="choices",
        title=Words("What an entry of the access log holds", "Ce que contient une entrée du journal des accès"),
        takes=("all_of",),
        choices=("time", "account", "entity", "operation", "source_address"),
    ),
    Term(
        name="audit.kept_for",
        kind="duration",
        title=Words(
            "How long a log is kept, whatever its type", "Durée de conservation d’un journal, quel que soit son type"
        ),
        takes=("at_least", "at_most"),
    ),
)
