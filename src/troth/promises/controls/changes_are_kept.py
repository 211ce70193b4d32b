"""Who changed which field, and when, is kept for every change made through an interface (clauses N-6d, C-1.5a).

A field of a canary's record is corrected; then the change is sought, and those before it.
"""

import secrets
from datetime import timedelta

from troth.access.roles import Action
from troth.promises.control import Control
from troth.promises.probing import canaries, looking
from troth.promises.probing.canaries import Canary
from troth.promises.scope import Scope
from troth.vault import actions as vault
from troth_judge.controls.changes_are_kept import Facts

_KEPT = (
    "select count(*) filter (where version < %(version)s),"
    " count(*) filter (where version = %(version)s),"
    " coalesce(bool_or(fields = array[%(field)s::text]) filter (where version = %(version)s), false),"
    " coalesce(bool_or(account_id = %(who)s and actor_kind = 'account' and changed_at is not null)"
    "          filter (where version = %(version)s), false),"
    " coalesce(bool_or(position(%(before)s in c::text) > 0), false)"
    " from vault_change c where customer_id = %(customer)s and record_id = %(record)s"
)


def observe(scope: Scope) -> Facts:
    """Correct, and see what is kept of it."""
    canary, _ = canaries.ensure(clock=scope.clock)
    may = canaries.permit(canary, Action.RECORDS_CORRECT)
    change = {canaries.MARK: f"canary song {secrets.token_hex(24)}"}
    done = vault.correct(may, canary.record_id, change, clock=scope.clock)
    earlier, there, fields, who, value = _kept(canary, done.version, scope.using)
    return Facts(
        version=done.version if done.changed else 0,
        there=there == 1,
        fields_right=fields,
        who_right=who,
        earlier=earlier,
        # A record's first version is its making; each later one is a change.
        expected=done.version - 2,
        value_kept=value,
    )


def _kept(canary: Canary, version: int, using: str) -> tuple[int, int, bool, bool, bool]:
    with looking.inside(canary.customer_id, using) as cursor:
        cursor.execute(
            _KEPT,
            {
                "version": version,
                "field": canaries.MARK,
                "who": canary.account_id,
                "before": canary.marker,
                "customer": canary.customer_id,
                "record": canary.record_id,
            },
        )
        found: tuple[int, int, bool, bool, bool] = cursor.fetchone()
    return found


CONTROL = Control(
    id="changes_are_kept",
    kind="probed",
    title={"en": "Changes are kept", "fr": "Les modifications sont gardées"},
    sees={
        "en": "A field of a test record is corrected by the same action as anybody’s; then its history must say who, "
        "when "
        "and which field, hold every change before it, and nowhere what the field held.",
        "fr": "Un champ d’une fiche d’essai est corrigé par la même action que quiconque ; son historique doit dire "
        "qui, "
        "quand et quel champ, contenir chaque modification antérieure, et nulle part l’ancien contenu.",
    },
    could_lie_if={
        "en": "a new way of changing records is built and not added here; imports keep their changes by the same "
        "function.",
        "fr": "une nouvelle façon de modifier des fiches est construite sans être ajoutée ici ; les imports gardent "
        "leurs "
        "modifications par la même fonction.",
    },
    every=timedelta(hours=6),
    observe=observe,
)
