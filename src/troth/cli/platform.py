"""From the shell into the platform: the folder, the database, the actor, the permit.

Django is set up here and nowhere earlier, so that `troth --help` and completion are quick.
"""

import os
import pwd
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import typer

from troth.cli.errors import Ambiguous, NotInstalled, NotRunning, NotYours
from troth.cli.terminal import Mark, note
from troth.kernel.errors import Invalid, NotFound, TrothError

if TYPE_CHECKING:
    from troth.access.permit import Permit
    from troth.access.roles import Action
    from troth.host.config import Config
    from troth.kernel.actor import Actor
    from troth.tenancy.models import Customer

ROLE = "cli"
_NOT_LET_IN = frozenset({"28000", "28P01", "42501"})


def user() -> str:
    """The operating-system user behind this command; behind sudo, the one who called it."""
    login = os.environ.get("SUDO_USER") if os.geteuid() == 0 else None
    return login or _name(os.geteuid())


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"


def enter(*, process: str = "cli") -> None:
    """Check the way in, set Django up and make sure that the database answers; every error says what to do.

    `process` says which database logins the command has: the application's own, unless it must do a keeper's work.
    """
    os.environ["TROTH_PROCESS"] = process
    _connect(prepare())


def prepare() -> "Config":
    """Check the way in and set Django up, without asking for a running platform."""
    from troth.host.config import Config

    config = Config.from_environment()
    admit(config)
    from troth.keys.hygiene import forbid_core_dumps

    forbid_core_dumps()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.settings")
    import django

    django.setup()
    return config


def admit(config: "Config") -> None:
    """Refuse where there is no installation, or where this user may not open its folders."""
    try:
        installed = config.home.is_dir() and any(config.home.iterdir())
        folders = (config.home, *config.key_places, config.custodian)
        shut = any(folder.exists() and not os.access(folder, os.R_OK | os.X_OK) for folder in folders)
    except PermissionError:
        raise not_yours(config) from None
    if not installed:
        raise NotInstalled(home=config.home)
    if shut:
        raise not_yours(config)


def not_yours(config: "Config") -> NotYours:
    """The refusal, with the name of whom to ask."""
    return NotYours(user=user(), home=config.home, owner=_owner(config.home))


def _owner(path: os.PathLike[str]) -> str:
    try:
        return _name(os.stat(path).st_uid)  # noqa: PTH116 - Path.owner raises where the user has no name
    except PermissionError:
        return "its owner"


def _connect(config: "Config") -> None:
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        state = getattr(error.__cause__, "sqlstate", None)
        if state in _NOT_LET_IN or "authentication failed" in str(error) or "Permission denied" in str(error):
            raise not_yours(config) from None
        raise NotRunning(home=config.home) from None


_acting: "list[Actor]" = []


def actor(ctx: typer.Context, *, on_behalf_of: UUID | None = None) -> "Actor":
    """Who acts: this operating-system user, as staff, through this command."""
    from troth.kernel.actor import Actor

    acting = Actor(kind="cli", route=ctx.command_path, role=ROLE, label=user(), on_behalf_of=on_behalf_of)
    _acting[:] = [acting]
    return acting


def act_as(person: "Actor") -> None:
    """From here on this person acts: a refusal is logged as theirs."""
    _acting[:] = [person]


def log_refusal(error: TrothError) -> None:
    """What was refused is in the log too, although its transaction is gone."""
    if not _acting:
        return  # it never reached the platform
    from django.db import Error

    from troth.access import refusals

    by = _acting[0]
    try:
        refusals.log(error, by=by, operation=by.route.removeprefix("troth ").replace(" ", "."))
    except (TrothError, Error):
        note("This refusal could not be logged: the platform does not answer.", Mark.ATTENTION)


def identifier(text: str, what: str) -> UUID:
    """An id as given on the command line."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(what=f"The {what}'s id", why="it is no UUID") from None


def customer(ctx: typer.Context, name: str) -> "Customer":
    """A customer by id, or by name: an active one before one that is going."""
    from troth.access.gate import permit
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.tenancy import queries

    permit(actor(ctx), OPERATOR, Action.CUSTOMERS_LIST)
    try:
        return queries.get(UUID(name))
    except ValueError:
        pass
    found = [each for each in queries.customers() if each.name.casefold() == " ".join(name.split()).casefold()]
    for states in (("active",), ("closing",)):
        several = [each for each in found if each.state in states]
        if len(several) > 1:
            raise Ambiguous(what="customer")
        if several:
            return several[0]
    raise NotFound(what="customer")


def permit(
    ctx: typer.Context,
    customer_id: UUID,
    *actions: "Action",
    purpose: str | None = None,
    reason: str | None = None,
    on_behalf_of: UUID | None = None,
) -> "Permit":
    """Ask the gate for everything that the command is going to do."""
    from troth.access import gate

    acting = actor(ctx, on_behalf_of=on_behalf_of)
    return gate.permit(acting, customer_id, *actions, purpose=purpose, reason=reason)


def home_of(ctx: typer.Context, name: str | None) -> UUID:
    """The customer named, or the operator itself."""
    from troth.kernel.ids import OPERATOR

    return OPERATOR if name is None else customer(ctx, name).customer_id


def aware(instant: datetime | None) -> datetime | None:
    """An instant of the command line: UTC unless it says otherwise."""
    return instant.replace(tzinfo=UTC) if instant is not None and instant.tzinfo is None else instant


def link_to(page: str, token: str) -> str:
    """The address of a page that a token opens."""
    from troth.host.config import Config

    return f"{Config.from_environment().address}/{page}/{token}"
