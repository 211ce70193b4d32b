"""First start: roles, database, migrations."""

from troth.host.config import Config


def prepare_database(config: Config) -> None:
    """Create the roles and the database where they are missing. The embedded server is made with them."""


def migrate() -> None:
    """Bring the schema up to date, as the owner."""
    from django.core.management import call_command  # noqa: PLC0415 - Django must be set up first

    call_command("migrate", database="owner", verbosity=0)
