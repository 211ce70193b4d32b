"""The first start and every later one: roles, database, schema, keys, the operator and its first way in.

Every step looks first whether it is done already, so that a start that was killed is simply started again.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from troth.host import external, placement, private, tls
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
    if not config.embedded:
        external.prepare(config)


def migrate() -> None:
    """Bring the schema up to date, as the owner."""
    from django.core.management import call_command  # noqa: PLC0415 - Django must be set up first

    call_command("migrate", database="owner", verbosity=0)


def first_start(config: Config) -> Started:
    """Everything between an answering database server and a platform that can serve."""
    from troth.access.actions import first_administrator  # noqa: PLC0415 - models, once Django is set up
    from troth.kernel.actor import job  # noqa: PLC0415 - beside its users
    from troth.keys import epochs, first_start, workers  # noqa: PLC0415 - models
    from troth.tenancy.actions import establish_operator  # noqa: PLC0415 - models

    prepare_home(config)
    prepare_database(config)
    migrate()
    by = job("install")
    created = first_start.begin(by=by, kit_folder=config.home / "recovery-kit") is not None
    epochs.settle()  # completes or undoes a half-done epoch; raises where this database must not serve
    establish_operator(by=by)
    invitation = first_administrator(by=by)
    warnings = tuple(_warnings())
    workers.stop()
    return Started(
        created=created,
        enrolment_link=f"{config.address}/enrol/{invitation.token}" if invitation else None,
        warnings=warnings,
        certificate=tls.fingerprint(tls.certificate(config)[0]) if config.tls else None,
    )


def _warnings() -> Iterator[str]:
    """What the person at the terminal must hear at every start until it is mended."""
    from troth.keys import queries  # noqa: PLC0415 - models

    for alarm in queries.status().alarms:
        yield f"{alarm.sentence} {alarm.next_step}"
