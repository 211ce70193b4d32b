"""Judges whether what goes between platform and database is protected (clauses A-5a, K-3d)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """How our connections came. `plain_refused` is None where no network lies between."""

    connections: int
    by_socket: int
    by_loopback: int
    by_network: int
    unprotected: int
    versions: tuple[str, ...]
    plain_refused: bool | None


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """One connection in the clear is enough; so is a server that would take one."""
    if facts.unprotected:
        return broken("database_traffic.clear", unprotected=facts.unprotected, connections=facts.connections)
    if facts.plain_refused is False:
        return broken("database_traffic.takes_plain")
    old = tuple(version for version in facts.versions if version not in {"TLSv1.2", "TLSv1.3"})
    if old:
        return broken("database_traffic.old", versions=old)
    if not facts.connections:
        return unverified("database_traffic.none")
    if facts.by_network:
        return kept("database_traffic.tls", connections=facts.connections, versions=facts.versions)
    return kept("database_traffic.local", connections=facts.connections)


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "database_traffic.local": {
        "en": "{connections:connection to the database stays|connections to the database stay} on its own machine.",
        "fr": "{connections:connexion à la base de données reste|connexions à la base de données restent} sur sa "
        "propre machine.",
    },
    "database_traffic.tls": {
        "en": "{connections:connection to the database was|connections to the database were} looked at: whatever "
        "crosses the network does so in {versions:list}, and a login without TLS was refused.",
        "fr": "{connections:connexion à la base de données examinée|connexions à la base de données examinées} : tout "
        "ce qui traverse le réseau le fait en {versions:list}, et une connexion sans TLS a été refusée.",
    },
    "database_traffic.clear": {
        "en": "{unprotected} of {connections:connection|connections} to the database cross the network in the clear.",
        "fr": "{unprotected} sur {connections:connexion|connexions} à la base de données traversent le réseau en "
        "clair.",
    },
    "database_traffic.takes_plain": {
        "en": "The database server let us in without TLS.",
        "fr": "Le serveur de base de données nous a laissés entrer sans TLS.",
    },
    "database_traffic.old": {
        "en": "A connection to the database uses an outdated version: {versions:list}.",
        "fr": "Une connexion à la base de données emploie une version dépassée : {versions:list}.",
    },
    "database_traffic.none": {
        "en": "The database server showed no connection of ours.",
        "fr": "Le serveur de base de données n’a montré aucune de nos connexions.",
    },
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "database_traffic.clear": {
        "en": "Turn TLS on at the server, and say `?sslmode=verify-full` in TROTH_DATABASE_URL.",
        "fr": "Activez TLS sur le serveur, et dites `?sslmode=verify-full` dans TROTH_DATABASE_URL.",
    },
    "database_traffic.takes_plain": {
        "en": "Let the server take `hostssl` lines only in its pg_hba.conf.",
        "fr": "N’admettez sur le serveur que des lignes `hostssl` dans pg_hba.conf.",
    },
}
