"""How the running platform is looked after (clauses X-3b, K-4j, K-4k)."""

from typing import Final

from troth.policy.constraints import Term, Words

TERMS: Final[tuple[Term, ...]] = (
    Term(
        name="operations.libraries_updated_every",
        kind="duration",
        title=Words(
            "Time between two updates of third-party libraries",
            "Temps entre deux mises à jour des bibliothèques tierces",
        ),
    ),
    Term(
        name="operations.servers_patched_every",
        kind="duration",
        title=Words(
            "Time between two rounds of patches to the servers", "Temps entre deux campagnes de correctifs des serveurs"
        ),
    ),
    Term(
        name="operations.campaigns_watched_daily",
        kind="count",
        title=Words(
            "Hours of the day in which campaign data is watched",
            "Heures par jour où les données de campagne sont surveillées",
        ),
        unit=Words("hours", "heures"),
        takes=("at_least",),
    ),
    Term(
        name="operations.campaigns_watched_weekly",
        kind="count",
        title=Words(
            "Days of the week on which campaign data is watched",
            "Jours par semaine où les données de campagne sont surveillées",
        ),
        unit=Words("days", "jours"),
        takes=("at_least",),
    ),
)
