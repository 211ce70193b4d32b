"""Sessions, API keys and links are stored as digests alone: who reads the database can't use any (clause C-1.6f).

A canary is given one of each; each is shown to work, and is then looked for, in any spelling, in every row that the
canary has, and in the processes' logs.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.db.backends.utils import CursorWrapper

from troth.access import actions as access
from troth.access import api_keys, sign_in, tokens
from troth.access.models import DIGEST
from troth.access.roles import Action
from troth.kernel.actor import nobody
from troth.kernel.ids import new_id
from troth.promises.control import Control
from troth.promises.probing import canaries, looking, plain_bytes, samples
from troth.promises.probing.canaries import Canary
from troth.promises.scope import Scope
from troth_judge.controls.tokens_are_stored_hashed import Facts

_DIGESTS: Final = {
    "access_session": "key_digest",
    "access_api_key": "secret_digest",
    "access_enrolment": "token_digest",
}
_AT_A_CUSTOMER: Final = 50
_LOG_BYTES: Final = 8 * 1024 * 1024


def observe(scope: Scope) -> Facts:
    """Make one of each, use it, look for it, and end it."""
    canary, _ = canaries.ensure(clock=scope.clock)
    found: list[str] = []
    logged: list[str] = []

    def look_for(what: str, secret: str) -> None:
        with looking.inside(canary.customer_id, scope.using) as cursor:
            found.extend(f"{what} in {place}" for place in plain_bytes.rows_with(cursor, secret.encode()))
        logged.extend([what] if _in_logs(scope.home, secret) else [])

    worked = [_session(canary, scope, look_for), _api_key(canary, scope, look_for), _link(canary, scope, look_for)]
    sampled, odd = _sample(scope)
    return Facts(
        made=len(worked),
        worked=sum(worked),
        found=tuple(found)[:50],
        logged=tuple(logged)[:50],
        sampled=sampled,
        odd=odd,
    )


def _session(canary: Canary, scope: Scope, look_for: Callable[[str, str], None]) -> bool:
    known = canaries.credentials(canary, clock=scope.clock)
    opened = sign_in.sign_in(known.mail, known.password, by=nobody(canaries.ROUTE), clock=scope.clock)
    look_for("session", opened.session_key)
    with looking.inside(canary.customer_id, scope.using) as cursor:
        cursor.execute(
            "select key_digest from access_session where customer_id = %s and account_id = %s",
            [canary.customer_id, canary.account_id],
        )
        there = any(tokens.same(opened.session_key, bytes(digest)) for (digest,) in cursor.fetchall())
    sign_in.sign_out(opened.session_key, by=opened.actor)
    return there


def _api_key(canary: Canary, scope: Scope, look_for: Callable[[str, str], None]) -> bool:
    with canaries.api_key(canary, clock=scope.clock) as text:
        parsed = tokens.parse_api_key(text)
        look_for("API key", parsed[1] if parsed else text)
        actor = api_keys.authenticate(text, route=canaries.ROUTE, source_address=None, request_id=new_id())
    return actor is not None and actor.customer_id == canary.customer_id


def _link(canary: Canary, scope: Scope, look_for: Callable[[str, str], None]) -> bool:
    made = access.reinvite(canaries.permit(canary, Action.ACCOUNTS_MANAGE), canary.account_id, clock=scope.clock)
    look_for("link", made.token)
    with looking.inside(canary.customer_id, scope.using) as cursor:
        cursor.execute(
            "select token_digest from access_enrolment where customer_id = %s and used_at is null", [canary.customer_id]
        )
        there = any(tokens.same(made.token, bytes(digest)) for (digest,) in cursor.fetchall())
    canaries.credentials(canary, clock=scope.clock)  # withdraws the link
    return there


def _in_logs(home: Path, secret: str) -> bool:
    paths = sorted((home / "log").glob("*.log"))
    return any(plain_bytes.holds(plain_bytes.end_of(path, _LOG_BYTES), secret.encode()) for path in paths)


def _sample(scope: Scope) -> tuple[int, int]:
    """Stored digests of some customers: how many, and how many are none by their form."""
    sampled = odd = 0
    for customer_id in samples.customers(scope):
        with looking.inside(customer_id, scope.using) as cursor:
            for table, column in _DIGESTS.items():
                for digest in _stored(cursor, table, column):
                    sampled += 1
                    odd += len(digest) != DIGEST or samples.legible(digest)
    return sampled, odd


def _stored(cursor: CursorWrapper, table: str, column: str) -> list[bytes]:
    cursor.execute(f'select "{column}" from "{table}" limit %s', [_AT_A_CUSTOMER])
    return [bytes(digest) for (digest,) in cursor.fetchall()]


CONTROL = Control(
    id="tokens_are_stored_hashed",
    kind="probed",
    title={
        "en": "Sessions, API keys and links are stored as digests",
        "fr": "Sessions, clés d’API et liens sont conservés sous forme d’empreintes",
    },
    sees={
        "en": "A session, an API key and an enrolment link made for a canary: each works, and is then looked for in "
        "every row that the canary has and in the processes’ logs; and the form of other customers’ stored digests.",
        "fr": "Une session, une clé d’API et un lien d’inscription faits pour un canari : chacun fonctionne, puis est "
        "cherché dans toutes les lignes du canari et dans les journaux des processus ; et la forme des empreintes "
        "stockées d’autres clients.",
    },
    could_lie_if={
        "en": "a proxy before the platform or a person’s browser keeps them: the platform sees its own database and "
        "logs alone.",
        "fr": "un proxy placé devant la plateforme ou le navigateur d’une personne les conserve : la plateforme ne "
        "voit que sa propre base et ses journaux.",
    },
    every=timedelta(hours=6),
    observe=observe,
)
