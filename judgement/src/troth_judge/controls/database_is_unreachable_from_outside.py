"""Judges whether the database can be reached from outside (clause K-3c)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """Where the server listens and who may come in. None where it could not be seen from here."""

    embedded: bool
    listens_outside: int
    listens_inside: int
    by_socket: bool
    answered: int
    socket_open: bool | None
    rules_for_networks: int | None
    address_kind: str


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:  # noqa: PLR0911 - one answer to each question
    """Our own server must have no way in but its socket; of another's, only what was seen counts."""
    if facts.address_kind == "public":
        return broken("database_reach.public")
    if facts.embedded:
        if facts.listens_outside or facts.listens_inside or facts.answered:
            return broken("database_reach.port")
        if facts.socket_open:
            return broken("database_reach.socket")
        if facts.rules_for_networks:
            return broken("database_reach.rules", rules=facts.rules_for_networks)
        if facts.socket_open is None or facts.rules_for_networks is None or not facts.by_socket:
            return unverified("database_reach.unseen")
        return kept("database_reach.kept")
    if facts.listens_outside:
        return unverified("database_reach.others")
    return kept("database_reach.local")


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "database_reach.kept": {
        "en": "The database has no network port, its rules let no network in, and its socket is open to its own user "
        "alone.",
        "fr": "La base de données n’a aucun port réseau, ses règles ne laissent entrer aucun réseau, et son socket "
        "n’est ouvert qu’à son propre utilisateur.",
    },
    "database_reach.local": {
        "en": "The database listens on its own machine alone.",
        "fr": "La base de données n’écoute que sur sa propre machine.",
    },
    "database_reach.port": {
        "en": "The database listens on a network port, though it should have none.",
        "fr": "La base de données écoute sur un port réseau alors qu’elle ne devrait pas en avoir.",
    },
    "database_reach.socket": {
        "en": "Other users of the machine may come near the database’s socket.",
        "fr": "D’autres utilisateurs de la machine peuvent approcher du socket de la base de données.",
    },
    "database_reach.rules": {
        "en": "{rules:access rule lets|access rules let} a network into the database.",
        "fr": "{rules:règle d’accès laisse|règles d’accès laissent} un réseau entrer dans la base de données.",
    },
    "database_reach.public": {
        "en": "The database is reached at a public address.",
        "fr": "La base de données est jointe à une adresse publique.",
    },
    "database_reach.others": {
        "en": "Somebody else runs the database, and it listens on a network; its firewall can’t be seen from here.",
        "fr": "Quelqu’un d’autre exploite la base de données, et elle écoute sur un réseau ; son pare-feu ne se voit "
        "pas d’ici.",
    },
    "database_reach.unseen": {
        "en": "The database’s socket or its access rules could not be looked at.",
        "fr": "Le socket de la base de données ou ses règles d’accès n’ont pas pu être examinés.",
    },
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "database_reach.port": {
        "en": "Start the platform again: it writes the server’s settings anew. Then find out who changed them.",
        "fr": "Redémarrez la plateforme : elle réécrit les réglages du serveur. Puis cherchez qui les a changés.",
    },
    "database_reach.rules": {
        "en": "Start the platform again: it writes pg_hba.conf anew. Then find out who changed it.",
        "fr": "Redémarrez la plateforme : elle réécrit pg_hba.conf. Puis cherchez qui l’a modifié.",
    },
    "database_reach.socket": {
        "en": "Take the rights away: `chmod go-rwx` on the socket’s folder.",
        "fr": "Retirez les droits : `chmod go-rwx` sur le dossier du socket.",
    },
}
