"""Nobody at the operator ever sets a person's password: it comes through that person's own enrolment (clause "
"C-1.6e)."""

from datetime import timedelta
from uuid import UUID

from troth.access import evidence
from troth.access.evidence import Passwords
from troth.promises.control import Control
from troth.promises.probing import looking, reach
from troth.promises.scope import Scope
from troth_judge.controls.no_password_is_preset import Facts


def observe(scope: Scope) -> Facts:
    """Hold every password against a link that was used, and against the enrolments in the log."""
    theirs = {one: _read(scope, one) for one in reach.customers(scope, operator=True)}
    ours = {one: _read(scope, one) for one in reach.tests(scope)}
    everyone = theirs | ours
    return Facts(
        passwords=sum(one.count for one in theirs.values()),
        tests=sum(one.count for one in ours.values()),
        preset=sum(one.preset for one in everyone.values()),
        unlogged=sum(one.unlogged for one in everyone.values()),
        early=sum(one.early for one in everyone.values()),
        where=reach.named([who for who, one in everyone.items() if one.preset or one.unlogged or one.early]),
    )


def _read(scope: Scope, customer_id: UUID) -> Passwords:
    with looking.inside(customer_id, scope.using):
        return evidence.passwords(customer_id, using=scope.using)


CONTROL = Control(
    id="no_password_is_preset",
    kind="observed",
    title={"en": "No password is set for anybody", "fr": "Aucun mot de passe n’est fixé pour autrui"},
    sees={
        "en": "Every account that has a password: the link, used in time, with which its person set it; and as many "
        "enrolments in the sealed log as there are passwords.",
        "fr": "Chaque compte muni d’un mot de passe : le lien, utilisé à temps, par lequel sa personne l’a choisi ; "
        "et au "
        "journal scellé autant d’inscriptions que de mots de passe.",
    },
    could_lie_if={
        "en": "somebody else used the link before its person did (the link goes to whoever invites), or exchanged the "
        "hash of an enrolled account in the database.",
        "fr": "quelqu’un d’autre a utilisé le lien avant sa personne (le lien va à qui invite), ou a échangé dans la "
        "base "
        "l’empreinte d’un compte inscrit.",
    },
    every=timedelta(hours=6),
    observe=observe,
)
