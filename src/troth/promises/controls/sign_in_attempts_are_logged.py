"""Every attempt to sign in is in the log: right, wrong, and of an unknown address (clauses K-4e, A-10b).

A canary signs in through the same action as anybody; then each attempt is sought in the sealed log.
"""

import secrets
from contextlib import suppress
from datetime import timedelta

from troth.access import sign_in
from troth.access.errors import SignInRefused
from troth.audit.evidence import Leaf
from troth.kernel.actor import nobody
from troth.kernel.clock import SYSTEM
from troth.kernel.ids import OPERATOR
from troth.promises.control import Control
from troth.promises.probing import canaries, tracing
from troth.promises.probing.tracing import Trace
from troth.promises.scope import Scope
from troth_judge.controls.sign_in_attempts_are_logged import Facts


def observe(scope: Scope) -> Facts:
    """Try, then look for the tries."""
    canary, _ = canaries.ensure(clock=scope.clock)
    known = canaries.credentials(canary, clock=scope.clock)
    since, tried = SYSTEM.now(), list[Trace]()
    tries = {
        "wrong": (known.mail, canaries.fresh_password(), canary.customer_id, "on_behalf_of"),
        "unknown": (f"{secrets.token_hex(16)}@canary.invalid", canaries.fresh_password(), OPERATOR, None),
        "right": (known.mail, known.password, canary.customer_id, "account"),
    }
    for name, (mail, password, home, who) in tries.items():
        by = nobody(canaries.ROUTE)
        with suppress(SignInRefused):
            opened = sign_in.sign_in(mail, password, by=by)
            sign_in.sign_out(opened.session_key, by=opened.actor)
        tried.append(
            Trace(
                name=name,
                customer_id=home,
                request_id=by.request_id,
                operation=sign_in.OPERATION,
                says=_succeeded if name == "right" else _failed,
                opens=(who, str(canary.account_id)) if who else None,
            )
        )
    followed = tracing.follow(tried, since=since)
    return Facts(
        tried=tuple(tries),
        unlogged=tuple(followed.unlogged),
        vague=tuple(followed.vague),
        waiting=tuple(followed.waiting),
        patience=tracing.PATIENCE,
    )


def _succeeded(leaf: Leaf) -> bool:
    return leaf.get("outcome") == "done" and bool(leaf.get("route"))


def _failed(leaf: Leaf) -> bool:
    return leaf.get("outcome") == "refused" and bool(leaf.get("route") and leaf.get("detail", {}).get("error"))


CONTROL = Control(
    id="sign_in_attempts_are_logged",
    kind="probed",
    title={"en": "Every attempt to sign in is logged", "fr": "Chaque tentative de connexion est journalisée"},
    sees={
        "en": "A test account signs in wrongly, rightly, and under an address that nobody has, by the same action as "
        "anybody; then each attempt is sought in the sealed log with its outcome and account.",
        "fr": "Un compte d’essai se connecte à tort, à raison et sous une adresse que personne n’a, par la même "
        "action que "
        "quiconque ; puis chaque tentative est cherchée au journal scellé avec son issue et son compte.",
    },
    could_lie_if={
        "en": "another way of signing in is built and not added here. Attempts beyond the limit for an address are "
        "counted, and logged as refused without trying the password.",
        "fr": "une autre façon de se connecter est construite sans être ajoutée ici. Les tentatives au-delà de la "
        "limite "
        "par adresse sont comptées et journalisées comme refusées sans essayer le mot de passe.",
    },
    every=timedelta(hours=3),
    observe=observe,
)
