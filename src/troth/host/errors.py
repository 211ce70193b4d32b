"""What can be wrong with the machine, the configuration or the database, each with the step that mends it."""

from troth.kernel.errors import TrothError


class HostError(TrothError):
    """The platform can't run here as things stand. Nothing was changed."""

    code = "host.error"
    status = 503


class BadSetting(HostError):
    """An environment variable holds what can't be used."""

    code = "host.setting"
    sentence = "{name} can't be used: {why}."
    next_step = "Correct the environment variable (docs/operate.md lists them all) and start again."


class AlreadyRunning(HostError):
    """Someone else holds the folder."""

    code = "host.already_running"
    sentence = "Another process ({process}) already runs the installation in {folder}."
    next_step = "Use that one, or stop it with `troth down`. A second one needs its own TROTH_HOME and TROTH_PORT."


class NotRunning(HostError):
    """There is nothing to talk to."""

    code = "host.not_running"
    sentence = "Nothing runs in {folder}."
    next_step = "Start it with `troth up`."


class Exposed(HostError):
    """Others can read or change what must be ours alone."""

    code = "host.exposed"
    sentence = "Other users can reach {path} (mode {mode})."
    next_step = "Find out who could have read it; then `chmod {wanted} {path}` and start again."


class ForeignFolder(HostError):
    """A folder of another user, left by a start under that user."""

    code = "host.foreign_folder"
    sentence = "{path} belongs to {owner}, but the server would run as {user}."
    next_step = "Start as the user that started it first, or give the folder to {user} with chown."


class Unreachable(HostError):
    """The database's user can't get at something that it needs."""

    code = "host.unreachable_folder"
    sentence = "{user} can't reach {path}."
    next_step = "Choose a folder whose parents it may traverse, or leave the setting away."


class DiskFull(HostError):
    """No room is left; what was committed stays."""

    code = "host.disk_full"
    sentence = "The disk that holds {path} is full. Nothing that was stored is lost."
    next_step = "Free some space there and start again; the server recovers by itself."


class WrongVersion(HostError):
    """The files were written by another major version of PostgreSQL."""

    code = "host.database_version"
    sentence = "The database in {path} was written by PostgreSQL {found}; these binaries are PostgreSQL {have}."
    next_step = "Point TROTH_PG_BIN at PostgreSQL {found}, or follow `Upgrade` in docs/operate.md."


class TooOld(HostError):
    """An external server that is older than we support."""

    code = "host.database_too_old"
    sentence = "The database server is PostgreSQL {found}; Troth needs {needed} or newer."
    next_step = "Upgrade the server, or leave TROTH_DATABASE_URL away to use the embedded one."


class ServerFailed(HostError):
    """The embedded server did not come up, for a reason that we have no better words for."""

    code = "host.database_failed"
    sentence = "The embedded PostgreSQL did not start: {why}"
    next_step = "Its own words are in {log}."


class DatabaseAway(HostError):
    """An external server that does not answer, or not to us."""

    code = "host.database_unreachable"
    sentence = "The database server does not let us in: {why}"
    next_step = "Check TROTH_DATABASE_URL, the network and the server's pg_hba.conf."


class RolesMissing(HostError):
    """The login that we were given can't make what is missing: a person with the right must."""

    code = "host.roles_missing"
    sentence = "The database lacks what Troth needs, and {login} may not create it: {why}"
    next_step = "Have an administrator of the server run {script} (psql -f), then start again."


class StartFailed(HostError):
    """A child process said why it can't start; the words are its own."""

    code = "host.start_failed"
    sentence = "{words}"
    next_step = "{advice}"


class PortTaken(HostError):
    """Somebody else listens there."""

    code = "host.port_taken"
    sentence = "Port {port} on {host} is taken by another program."
    next_step = "Stop that program, or set TROTH_PORT to a free port."
