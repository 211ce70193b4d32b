"""Database roles: which login does what, and how their names are made.

owner (migrations; owns every table; bound by its own row-level security) · app (web workers, command line; walled) ·
sealer (inbox to log) · keeper (epochs, fencing) · probe (read only, walled).
"""

from typing import Literal, get_args

Role = Literal["owner", "app", "sealer", "keeper", "probe"]
ROLES: tuple[Role, ...] = get_args(Role)


def role_name(role: Role, database: str) -> str:
    """The role's name in the cluster. It carries the database's, so that two installations can share a cluster."""
    return f"{database}_{role}"
