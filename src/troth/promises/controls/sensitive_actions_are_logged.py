"""Every sensitive action is in the log: accounts, roles, keys, data, deletions (clauses K-4f, N-2.4a).

A canary's owner carries them out, each by the same action as anybody; then each is sought in the sealed log.
"""

import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from troth.access import actions as access
from troth.access import gate
from troth.access import queries as accounts
from troth.access.permit import Permit
from troth.access.roles import Action
from troth.audit.evidence import Leaf
from troth.erasure import actions as erasures
from troth.kernel.clock import SYSTEM, Clock
from troth.promises.control import Control
from troth.promises.probing import canaries, rehearsals, tracing
from troth.promises.probing.canaries import Canary
from troth.promises.probing.tracing import Trace
from troth.promises.scope import Scope
from troth.vault import actions as vault
from troth_judge.controls.sensitive_actions_are_logged import Facts

_LIVES = timedelta(minutes=5)
_VIEWER = ("viewer", "user")


class _Deeds:
    """What is done at the canary, one after the other, each under a request of its own."""

    def __init__(self, canary: Canary, clock: Clock) -> None:
        self.canary, self.clock = canary, clock
        self.traces: list[Trace] = []

    def do(self, operation: str, action: Action, deed: Callable[[Permit], object]) -> object:
        """Carry one out, and remember what must stand in the log."""
        actor = canaries.actor(self.canary)
        permit = gate.permit(actor, self.canary.customer_id, action, purpose=canaries.PURPOSE)
        done = deed(permit)
        self.traces.append(
            Trace(
                name=f"{operation} {len(self.traces)}",
                customer_id=self.canary.customer_id,
                request_id=actor.request_id,
                operation=operation,
                says=_done,
                opens=("account", str(self.canary.account_id)),
            )
        )
        return done

    def accounts(self) -> None:
        """An account comes, changes its role and goes; an API key comes and goes."""
        clock, manage = self.clock, Action.ACCOUNTS_MANAGE
        mail = f"{secrets.token_hex(16)}@canary.invalid"
        invited = self.do(
            "account.invite", manage, lambda may: access.invite(may, role=_VIEWER[0], mail=mail, clock=clock)
        )
        guest = invited.account_id if isinstance(invited, access.Invitation) else self.canary.account_id
        self.do("account.reinvite", manage, lambda may: access.reinvite(may, guest, clock=clock))
        self.do("account.role", manage, lambda may: access.change_role(may, guest, _VIEWER[1], clock=clock))
        self.do("account.deactivate", manage, lambda may: access.deactivate(may, guest, clock=clock))
        self.do("accounts.list", Action.ACCOUNTS_LIST, accounts.accounts)
        keys = Action.API_KEYS_MANAGE
        made = self.do(
            "api_key.add", keys, lambda may: access.add_api_key(may, name="probe", lives=_LIVES, clock=clock)
        )
        if isinstance(made, access.NewKey):
            key_id = made.key_id
            self.do("api_key.revoke", keys, lambda may: access.revoke_api_key(may, key_id, clock=clock))

    def data(self) -> None:
        """A person's record is changed, deleted, and the person erased."""
        person = rehearsals.somebody(self.canary, clock=self.clock)
        other = rehearsals.somebody(self.canary, clock=self.clock)
        change = {rehearsals.FIELD: f"part {secrets.token_hex(8)}"}
        self.do("record.corrected", Action.RECORDS_CORRECT, lambda may: vault.correct(may, person.record_id, change))
        self.do("record.deleted", Action.RECORDS_DELETE, lambda may: vault.delete(may, person.record_id))
        for one in (person, other):
            self._erase(one.subject_id)

    def _erase(self, subject_id: UUID) -> None:
        self.do("erasure.requested", Action.SUBJECTS_ERASE, lambda may: erasures.request_subject(may, subject_id))


def observe(scope: Scope) -> Facts:
    """Do, then look for what was done."""
    canary, _ = canaries.ensure(clock=scope.clock)
    since, deeds = SYSTEM.now(), _Deeds(canary, scope.clock)
    deeds.accounts()
    deeds.data()
    followed = tracing.follow(deeds.traces, since=since)
    return Facts(
        done=_names(trace.name for trace in deeds.traces),
        unlogged=_names(followed.unlogged),
        vague=_names(followed.vague),
        waiting=_names(followed.waiting),
        patience=tracing.PATIENCE,
    )


def _names(traces: Iterable[str]) -> tuple[str, ...]:
    """Each operation once: a trace's name is its operation and its number."""
    return tuple(dict.fromkeys(name.partition(" ")[0] for name in traces))


def _done(leaf: Leaf) -> bool:
    return leaf.get("outcome") == "done" and bool(leaf.get("route"))


CONTROL = Control(
    id="sensitive_actions_are_logged",
    kind="probed",
    title={"en": "Sensitive actions are logged", "fr": "Les actions sensibles sont journalisées"},
    sees={
        "en": "At a test customer an account is invited, given another role and ended, an API key made and revoked, a "
        "record changed and deleted, and two people erased, each by the same action as anybody’s; then each is sought "
        "in "
        "the sealed log with who did it.",
        "fr": "Chez un client d’essai, un compte est invité, change de rôle et prend fin, une clé d’API est créée et "
        "révoquée, une fiche modifiée et supprimée, deux personnes effacées, chaque fois par la même action que "
        "quiconque ; puis chacune est cherchée au journal scellé avec son auteur.",
    },
    could_lie_if={
        "en": "a new sensitive action is built and not added here (a test of the code sees to it that every writing "
        "action "
        "logs). What an administrator does on the machine itself is in no log of ours.",
        "fr": "une nouvelle action sensible est construite sans être ajoutée ici (un test du code veille à ce que "
        "toute "
        "action qui écrit journalise). Ce qu’un administrateur fait sur la machine même n’est dans aucun de nos "
        "journaux.",
    },
    every=timedelta(days=1),
    observe=observe,
)
