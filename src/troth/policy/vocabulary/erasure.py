"""How fast what was deleted is gone (clauses A-4b, A-4c; GDPR art. 17)."""

from typing import Final

from troth.policy.constraints import Term, Words

TERMS: Final[tuple[Term, ...]] = (
    Term(
        name="erasure.production_within",
        kind="duration",
        title=Words(
            "Time from a deletion until nothing of it is left in production",
            "Temps entre une suppression et la disparition de tout ce qu’elle vise en production",
        ),
    ),
    Term(
        name="erasure.backups_within",
        kind="duration",
        title=Words(
            "Time from a deletion until every backup that holds it is destroyed",
            "Temps entre une suppression et la destruction de toute sauvegarde qui contient encore la donnée",
        ),
    ),
)
