"""A password stands in no log and no table (clause C-1.6d).

A canary enrols with a fresh random password, signs in with it and with a wrong one, and types a third one into the form
of the sign-in page; then all three are sought wherever this installation writes.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db import connections

from troth.access import sign_in
from troth.access.errors import SignInRefused
from troth.audit import queries
from troth.erasure import plan
from troth.kernel.actor import nobody
from troth.kernel.clock import SYSTEM
from troth.kernel.ids import OPERATOR
from troth.promises.control import Control
from troth.promises.probing import canaries, looking, plain_bytes, visiting
from troth.promises.scope import Scope
from troth_judge.controls.passwords_are_never_logged import Facts

_WAY_IN = "/sign-in"
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
_END = 8 * 1024 * 1024
_ENTRIES = 200
_UNWALLED = {"procrastinate_jobs": "id", "access_attempts": "started_at"}


def observe(scope: Scope) -> Facts:
    """Sign in, and search."""
    canary, _ = canaries.ensure(clock=scope.clock)
    since = SYSTEM.now()
    known = canaries.credentials(canary, clock=scope.clock)
    wrong, typed = canaries.fresh_password(), canaries.fresh_password()
    refused = not _signs_in(known.mail, wrong) and _form_refuses(typed)
    signed_in = _signs_in(known.mail, known.password)
    sought = [known.password, wrong, typed]
    tables = [*_rows(canary.customer_id, sought), *_rows(OPERATOR, sought), *_outside_the_wall(sought)]
    files = list(_files())
    return Facts(
        signed_in=signed_in,
        refused=refused,
        files=len(files),
        tables=len(_tables()),
        control_found="access_account" in set(_rows(canary.customer_id, [str(canary.account_id)])),
        found=tuple(sorted({*tables, *_opened(canary.customer_id, since, sought), *_written(files, sought)})),
    )


def _signs_in(mail: str, password: str) -> bool:
    with suppress(SignInRefused):
        opened = sign_in.sign_in(mail, password, by=nobody(canaries.ROUTE))
        sign_in.sign_out(opened.session_key, by=opened.actor)
        return True
    return False


def _form_refuses(password: str) -> bool:
    """Type it into the page, under an address that nobody has; the page must not say it back."""
    page = visiting.get(_WAY_IN)
    found = _TOKEN.search(page.body)
    if found is None:
        return False
    mail = f"{secrets.token_hex(16)}@canary.invalid"
    form = {"csrfmiddlewaretoken": unescape(found[1].decode()), "mail": mail, "password": password}
    answer = visiting.submit(_WAY_IN, form, cookies=page.cookies)
    return answer.status == SignInRefused.status and password.encode() not in answer.body


def _rows(customer_id: UUID, sought: list[str]) -> Iterator[str]:
    """Tables with a newest row that holds one of them, read by the login that sees most."""
    using = "probe" if "probe" in connections.databases else "default"
    with looking.inside(customer_id, using) as cursor:
        for each in sought:
            yield from plain_bytes.rows_with(cursor, each.encode())


def _outside_the_wall(sought: list[str]) -> Iterator[str]:
    with looking.at_all() as cursor:
        for table, order in _UNWALLED.items():
            for each in sought:
                cursor.execute(
                    f'select exists (select 1 from (select * from "{table}" order by {order} desc limit 5000) t'
                    " where position(%s in t::text) > 0 or position(%s in t::text) > 0)",
                    [each, each.encode().hex()],
                )
                if (cursor.fetchone() or (False,))[0]:
                    yield table


def _tables() -> list[str]:
    """What `rows_with` goes by, and what stands outside the wall."""
    return [*(table.name for table in plan.TABLES), *_UNWALLED]


def _opened(customer_id: UUID, since: datetime, sought: list[str]) -> Iterator[str]:
    """What lies sealed beside the log is opened and read as well."""
    for home in (customer_id, OPERATOR):
        for entry in queries.entries(home, since=since, limit=_ENTRIES).entries:
            if any(each in value for each in sought for value in entry.opened.values()):
                yield "audit_opening"


def _files() -> Iterator[Path]:
    """The logs of our processes and of the database server."""
    folders = {Path(settings.TROTH_HOME) / "log"}
    if settings.TROTH_POSTGRES is not None:
        folders.add(Path(settings.TROTH_POSTGRES.log))
    seen: set[Path] = set()
    for folder in folders:
        seen |= set(plain_bytes.files_below(folder, set()))
    yield from sorted(seen)


def _written(files: list[Path], sought: list[str]) -> Iterator[str]:
    for path in files:
        end = plain_bytes.end_of(path, _END)
        if any(plain_bytes.holds(end, each.encode()) or quote(each).encode() in end for each in sought):
            yield path.name


CONTROL = Control(
    id="passwords_are_never_logged",
    kind="probed",
    title={"en": "Passwords are never logged", "fr": "Les mots de passe ne sont jamais journalisés"},
    sees={
        "en": "A test account enrols with a fresh random password, signs in with it and with a wrong one, and a third "
        "is "
        "typed into the sign-in page. All three are sought, in the clear and encoded, in the ends of the log files, in "
        "every table’s newest rows and in what lies sealed beside the log.",
        "fr": "Un compte d’essai s’inscrit avec un mot de passe aléatoire, se connecte avec lui et avec un faux ; un "
        "troisième est saisi sur la page de connexion. Les trois sont cherchés, en clair et encodés, à la fin des "
        "journaux, dans les lignes récentes de chaque table et dans ce qui est scellé à côté du journal.",
    },
    could_lie_if={
        "en": "a proxy in front of the platform logs the bodies of requests, or an administrator has the database log "
        "statements to a place that is not looked at.",
        "fr": "un mandataire devant la plateforme journalise le corps des requêtes, ou un administrateur fait écrire "
        "les "
        "requêtes de la base en un lieu que nous ne regardons pas.",
    },
    every=timedelta(hours=6),
    observe=observe,
)
