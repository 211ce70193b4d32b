"""The first start and every later one: roles, database, schema, keys, the operator and its first way in.

Every step looks first whether it is done already, so that a start that was killed is simply started again.
"""

import os
import shutil
from dataclasses import dataclass

from troth.host import placement, private, tls
from troth.host.config import Config


@dataclass(frozen=True, slots=True)
class Started:
    """What the person who started it must see. `enrolment_link` is shown once and kept nowhere."""

    created: bool
    enrolment_link: str | None
    warnings: tuple[str, ...]
    certificate: str | None


def prepare_home(config: Config) -> None:
    """The folders that every process needs, and the installation's own secret."""
    through = 0o711 if os.geteuid() == 0 else 0o700  # the database's own user passes through some of them
    for folder in (config.home, config.logs, config.run):
        placement.made(folder, through)
    private.prepare(config)
    placement.made(config.spool, 0o700)


def empty_spool(config: Config) -> None:
    """Remove uploads that a killed process left behind: nobody will come for them. Under the supervisor's lock only."""
    shutil.rmtree(config.spool, ignore_errors=True)
    placement.made(config.spool, 0o700)


def prepare_database(config: Config) -> None:
    """Create the roles and the database where they are missing. The embedded server is made with them."""


def migrate() -> None:
    """Bring the schema up to date, as the owner."""
    from django.core.management import call_command  # noqa: PLC0415 - Django must be set up first

    call_command("migrate", database="owner", verbosity=0)


def first_start(config: Config) -> Started:
    """Everything between an answering database server and a platform that can serve."""
    prepare_home(config)
    prepare_database(config)
    migrate()
    certificate = tls.fingerprint(tls.certificate(config)[0]) if config.tls else None
    return Started(created=False, enrolment_link=None, warnings=(), certificate=certificate)
