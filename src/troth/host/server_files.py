"""The embedded server's configuration files, written anew at every start: what holds is what stands here."""

import os
import pwd
from pathlib import Path

from troth.host.config import Config
from troth.host.placement import Placement
from troth.kernel.database import ROLES, role_name

ADMIN = "troth_admin"
"""The cluster's superuser. No socket leads to it but in tests and restores: installing runs in single-user mode."""

_WAL_SUMMARIES_SINCE = 17
_MEBI = 1024 * 1024


def _shared_buffers() -> int:
    """An eighth of the memory, from 64 MB to 1 GB: the page cache does the rest."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MEBI
    return min(max(memory // 8, 64), 1024)


def _quoted(path: Path | str) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def main_file(config: Config, place: Placement, major: int) -> str:
    """postgresql.conf. The operator's own file may tune anything but what comes after it."""
    buffers = _shared_buffers()
    lines = [
        "# Written at every start; changes belong into postgresql.local.conf in TROTH_HOME.",
        "max_connections = 200",
        f"shared_buffers = {buffers}MB",
        f"effective_cache_size = {buffers * 4}MB",
        "work_mem = 8MB",
        "maintenance_work_mem = 128MB",
        "random_page_cost = 1.1",
        "jit = off",
        "max_wal_size = 2GB",
        "min_wal_size = 160MB",
        "checkpoint_timeout = 10min",
        "wal_level = replica",
        "max_wal_senders = 10",
        *(["summarize_wal = on"] if major >= _WAL_SUMMARIES_SINCE else []),
        "timezone = 'UTC'",
        "lc_messages = 'C'",
        "datestyle = 'iso, ymd'",
        "log_filename = 'postgres-%a.log'",
        "log_rotation_age = 1d",
        "log_rotation_size = 0",
        "log_truncate_on_rotation = on",
        "log_line_prefix = '%m [%p] %q%u@%d '",
    ]
    local = config.home / "postgresql.local.conf"
    if local.exists():
        lines.append(f"include = {_quoted(local)}")
    return "\n".join([*lines, *_fixed(place), ""])


def _fixed(place: Placement) -> list[str]:
    """What nobody may tune: durability, who can connect, and that no log line carries anyone's data.

    `log_min_messages = log`: PostgreSQL's errors quote input ("invalid input syntax for type uuid: …") and key values;
    whoever caused one is told, the log is not. Failures of the server itself (FATAL, PANIC) stand in it.
    """
    return [
        "# From here on fixed.",
        "fsync = on",
        "full_page_writes = on",
        "synchronous_commit = on",
        "listen_addresses = ''",
        "port = 5432",
        f"unix_socket_directories = {_quoted(place.socket)}",
        "unix_socket_permissions = 0700",
        "password_encryption = 'scram-sha-256'",
        "logging_collector = on",
        "log_destination = 'stderr'",
        f"log_directory = {_quoted(place.log)}",
        "log_file_mode = 0600",
        "log_min_messages = log",
        "log_min_error_statement = panic",
        "log_error_verbosity = terse",
        "log_statement = 'none'",
        "log_duration = off",
        "log_min_duration_statement = -1",
        "log_min_duration_sample = -1",
        "log_transaction_sample_rate = 0",
        "log_parameter_max_length = 0",
        "log_parameter_max_length_on_error = 0",
        "log_lock_waits = off",
        "log_autovacuum_min_duration = -1",
        "log_connections = off",
        "log_disconnections = off",
        "debug_print_parse = off",
        "debug_print_rewritten = off",
        "debug_print_plan = off",
        "track_activity_query_size = 1024",
    ]


def access_file(config: Config, *, admin: bool) -> str:
    """pg_hba.conf: this database's own roles, over the socket, as the operating-system user who runs us."""
    names = ",".join(f'"{role_name(role, config.database)}"' for role in ROLES)
    lines = [f'local "{config.database}" {names} peer map=troth']
    if admin:
        lines.append(f"local all {ADMIN} peer map=troth")
    return "\n".join([*lines, ""])


def users_file(config: Config, *, admin: bool) -> str:
    """pg_ident.conf: exactly one operating-system user, exactly these roles."""
    me = pwd.getpwuid(os.geteuid()).pw_name.replace('"', '""')
    names = [role_name(role, config.database) for role in ROLES] + ([ADMIN] if admin else [])
    return "".join(f'troth "{me}" "{name}"\n' for name in names)
