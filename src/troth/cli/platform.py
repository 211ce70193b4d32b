"""From the shell into the platform: the folder, the database, the actor, the permit.

Django is set up here and nowhere earlier, so that `troth --help` and completion are quick.
"""

import os
import pwd
from typing import TYPE_CHECKING
from uuid import UUID

import typer

from troth.kernel.errors import TrothError

if TYPE_CHECKING:
    from troth.kernel.actor import Actor


class NotInstalled(TrothError):
    """There is no installation in the folder."""

    code = "cli.not_installed"
    status = 503
    sentence = "There is no installation in {home}."
    next_step = "`troth up` makes one there; TROTH_HOME names another folder."


class NotRunning(TrothError):
    """The installation's database does not answer."""

    code = "cli.not_running"
    status = 503
    sentence = "The platform in {home} is not running."
    next_step = "`troth up` starts it; `troth status` says what is missing."


class NotYours(TrothError):
    """The operating-system user may not work on this installation."""

    code = "cli.not_yours"
    status = 403
    sentence = "{user} may not work on the installation in {home}."
    next_step = "Work as {owner}, who owns it, or sign in to the console with an account of your own."


class Ambiguous(TrothError):
    """A name stands for more than one thing."""

    code = "cli.ambiguous"
    status = 409
    sentence = "More than one {what} is called that."
    next_step = "Give its id; `troth {what} list` shows them."


def user() -> str:
    """The operating-system user behind this command; behind sudo, the one who called it."""
    login = os.environ.get("SUDO_USER") if os.geteuid() == 0 else None
    try:
        return login or pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"uid {os.geteuid()}"


def _owner(path: os.PathLike[str]) -> str:
    number = os.stat(path).st_uid  # noqa: PTH116 - Path.owner raises where the user has no name
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"


def enter() -> None:
    """Check the way in and set Django up; every error says what to do."""
    from troth.host.config import Config

    config = Config.from_environment()
    home = config.home
    if not home.is_dir():
        raise NotInstalled(home=home)
    for folder in (home, *config.key_places, config.custodian):
        if folder.exists() and not os.access(folder, os.R_OK | os.X_OK):
            raise NotYours(user=user(), home=home, owner=_owner(home))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.settings")
    import django

    django.setup()
    _connect(home)


def _connect(home: os.PathLike[str]) -> None:
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        cause = error.__cause__
        if getattr(cause, "sqlstate", None) in {"28000", "28P01", "42501"} or "eer authentication" in str(error):
            raise NotYours(user=user(), home=home, owner=_owner(home)) from None
        raise NotRunning(home=home) from None


def actor(ctx: typer.Context, *, on_behalf_of: UUID | None = None) -> "Actor":
    """Who acts: this operating-system user, as staff, through this command."""
    from troth.access.roles import CLI_ROLE
    from troth.kernel.actor import Actor

    return Actor(kind="cli", route=ctx.command_path, role=CLI_ROLE, label=user(), on_behalf_of=on_behalf_of)
