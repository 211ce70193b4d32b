"""The log is stored so that tampering is refused, and shows where it was not (C-1.6c, A-2b)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """`allowed` names forbidden writes that went through; `damaged` are customers whose stored entries no longer give
    the signed root; `forked` counts earlier heads, `outside` of them kept outside the database, that today's log does
    not continue."""

    twin: bool
    refused: int
    allowed: tuple[str, ...]
    entries: int
    looked_at: int
    damaged: tuple[str, ...]
    heads: int
    outside: int
    outside_since: timedelta | None
    forked: int


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """Damage that is there outranks damage that could be done."""
    breach = _breach(facts)
    if breach is not None:
        return breach
    if not facts.twin or not facts.refused:
        return unverified("log.not_tried")
    if not facts.looked_at or not facts.heads:
        return unverified("log.empty")
    if facts.outside_since is None:
        return kept("log.whole", n=facts.looked_at, of=facts.entries, refused=facts.refused, heads=facts.heads)
    return kept(
        "log.whole_since",
        n=facts.looked_at,
        of=facts.entries,
        refused=facts.refused,
        heads=facts.heads,
        since=facts.outside_since,
    )


def _breach(facts: Facts) -> Verdict | None:
    if facts.damaged:
        return broken("log.damaged", n=len(facts.damaged), which=facts.damaged)
    if facts.forked:
        return broken("log.forked", n=facts.forked)
    if facts.allowed:
        return broken("log.writable", which=facts.allowed)
    return None


SENTENCES = {
    "log.whole": {
        "en": "{n:entry|entries} of {of} hashed again: they give the signed roots. {refused:attempt|attempts} to "
        "rewrite "
        "the log refused.",
        "fr": "{n:entrée|entrées} sur {of} hachées de nouveau : elles donnent les racines signées. {refused:tentative|"
        "tentatives} de réécrire le journal, refusées.",
    },
    "log.whole_since": {
        "en": "{n:entry|entries} of {of} hashed again: they give the signed roots. {refused:attempt|attempts} to "
        "rewrite "
        "the log refused. It continues every head that we compared, the oldest kept outside for {since:duration}.",
        "fr": "{n:entrée|entrées} sur {of} hachées de nouveau : elles donnent les racines signées. {refused:tentative|"
        "tentatives} de réécrire le journal, refusées. Il prolonge chaque tête comparée, la plus ancienne gardée "
        "au-dehors depuis {since:duration}.",
    },
    "log.damaged": {
        "en": "The log of {n:customer|customers} no longer gives its signed root: an entry was altered.",
        "fr": "Le journal de {n:client|clients} ne donne plus sa racine signée : une entrée a été altérée.",
    },
    "log.forked": {
        "en": "The log does not continue {n:earlier head|earlier heads}: its past was exchanged or cut off.",
        "fr": "Le journal ne prolonge pas {n:tête antérieure|têtes antérieures} : son passé a été remplacé ou coupé.",
    },
    "log.writable": {
        "en": "The database let us rewrite the log ({which:list}).",
        "fr": "La base nous a laissés réécrire le journal ({which:list}).",
    },
    "log.not_tried": {
        "en": "The attempt could not be made: not even reading an entry worked.",
        "fr": "La tentative n’a pas pu être faite : pas même la lecture d’une entrée.",
    },
    "log.empty": {
        "en": "There is no sealed entry yet.",
        "fr": "Il n’y a pas encore d’entrée scellée.",
    },
}
ADVICE = {
    "log.damaged": {
        "en": "Keep the database as it is, export the log, and compare with a checkpoint held elsewhere "
        "(`troth-verify bundle --against`).",
        "fr": "Gardez la base telle quelle, exportez le journal et comparez à un point de contrôle tenu ailleurs "
        "(`troth-verify bundle --against`).",
    },
    "log.forked": {
        "en": "Keep the database as it is. If it was restored, say so; otherwise somebody rewrote it.",
        "fr": "Gardez la base telle quelle. Si elle a été restaurée, dites-le ; sinon, quelqu’un l’a réécrite.",
    },
    "log.writable": {
        "en": "Compare grants and triggers of the log’s tables with the migrations.",
        "fr": "Comparez les droits et déclencheurs des tables du journal aux migrations.",
    },
}
