"""How often backups are taken, proven and destroyed (clauses A-4c, A-7b, A-7c, C-1.12c, X-3c, K-2a, K-2b, K-2c)."""

from typing import Final

from troth.policy.constraints import Term, Words

TERMS: Final[tuple[Term, ...]] = (
    Term(
        name="backups.every",
        kind="duration",
        title=Words("Time between two backups", "Temps entre deux sauvegardes"),
    ),
    Term(
        name="backups.verified_every",
        kind="duration",
        title=Words(
            "Time between two full verifications of backups", "Temps entre deux vérifications complètes des sauvegardes"
        ),
    ),
    Term(
        name="backups.kept_for",
        kind="duration",
        title=Words(
            "How long the oldest backup is kept before it is destroyed",
            "Durée de conservation de la plus ancienne sauvegarde avant sa destruction",
        ),
        takes=("at_most", "at_least"),
    ),
    Term(
        name="backups.point_in_time",
        kind="duration",
        title=Words(
            "How far back the database can be taken to any moment",
            "Jusqu’où la base de données peut être ramenée à n’importe quel instant",
        ),
        takes=("at_least",),
    ),
    Term(
        name="backups.daily_kept_for",
        kind="duration",
        title=Words("How long a daily backup is kept", "Durée de conservation d’une sauvegarde quotidienne"),
        takes=("at_least",),
    ),
    Term(
        name="backups.weekly_kept_for",
        kind="duration",
        title=Words("How long a weekly backup is kept", "Durée de conservation d’une sauvegarde hebdomadaire"),
        takes=("at_least",),
    ),
    Term(
        name="backups.monthly_kept_for",
        kind="duration",
        title=Words("How long a monthly backup is kept", "Durée de conservation d’une sauvegarde mensuelle"),
        takes=("at_least",),
    ),
    Term(
        name="backups.yearly_kept_for",
        kind="duration",
        title=Words("How long a yearly backup is kept", "Durée de conservation d’une sauvegarde annuelle"),
        takes=("at_least",),
    ),
    Term(
        name="backups.copies",
        kind="count",
        title=Words("Copies of each backup", "Copies de chaque sauvegarde"),
        unit=Words("copies", "copies"),
        takes=("at_least",),
    ),
    Term(
        name="backups.providers",
        kind="count",
        title=Words("Providers that hold copies of backups", "Fournisseurs qui détiennent des copies des sauvegardes"),
        unit=Words("providers", "fournisseurs"),
        takes=("at_least",),
    ),
    Term(
        name="backups.encrypted",
        kind="flag",
        title=Words("Backups are encrypted", "Les sauvegardes sont chiffrées"),
    ),
)
