"""Migration operations that build the wall: the only way in which a table gets policies and grants.

The role names depend on the database, so the statements are made when the migration runs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.migrations.operations.base import Operation

from troth.kernel.database import Role, role_name

CONTEXT = "customer_id = nullif(current_setting('troth.customer', true), '')::uuid"
"""After a transaction-local setting ends it reads '', not NULL: hence nullif."""


class _Statements(Operation):
    """An operation that runs statements forward only and changes no model state."""

    reversible = False
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing: policies and grants are no part of Django's models."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        database = schema_editor.connection.settings_dict["NAME"]
        for statement in self.statements(database):
            schema_editor.execute(statement, params=None)

    def statements(self, database: str) -> Sequence[str]:
        raise NotImplementedError


def _quoted(role: Role, database: str) -> str:
    return '"' + role_name(role, database).replace('"', '""') + '"'


class Walled(_Statements):
    """Force row-level security on a table; the app role (and the probe, reading) sees its own customer only."""

    def __init__(self, table: str, *, app: str) -> None:
        self.table, self.app = table, app

    def statements(self, database: str) -> Sequence[str]:
        app, probe = _quoted("app", database), _quoted("probe", database)
        return (
            f'ALTER TABLE "{self.table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{self.table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY wall ON "{self.table}" TO {app}, {probe} USING ({CONTEXT}) WITH CHECK ({CONTEXT})',
            f'GRANT {self.app} ON "{self.table}" TO {app}',
            f'GRANT SELECT ON "{self.table}" TO {probe}',
        )


class Door(_Statements):
    """A named exception to the wall for the app role: rows seen before the customer is known, for one purpose."""

    def __init__(self, table: str, *, name: str, using: str = "true", command: str = "SELECT") -> None:
        self.table, self.name, self.using, self.command = table, name, using, command

    def statements(self, database: str) -> Sequence[str]:
        condition = f"current_setting('troth.door', true) = '{self.name}' AND ({self.using})"
        return (
            f'CREATE POLICY "door_{self.name}" ON "{self.table}" FOR {self.command} '
            f"TO {_quoted('app', database)} USING ({condition})",
        )


class RoleDoor(_Statements):
    """A named exception to the wall for a role that works across customers by its nature (sealer, keeper)."""

    def __init__(self, table: str, *, role: Role, grants: str) -> None:
        self.table, self.role, self.grants = table, role, grants

    def statements(self, database: str) -> Sequence[str]:
        role = _quoted(self.role, database)
        return (
            f'CREATE POLICY "door_{self.role}" ON "{self.table}" TO {role} USING (true) WITH CHECK (true)',
            f'GRANT {self.grants} ON "{self.table}" TO {role}',
        )


class Unwalled(_Statements):
    """Grants on a table that belongs to no customer (no `customer_id`): the wall test lists each."""

    def __init__(self, table: str, *, grants: Mapping[Role, str]) -> None:
        self.table, self.grants = table, grants

    def statements(self, database: str) -> Sequence[str]:
        return [f'GRANT {what} ON "{self.table}" TO {_quoted(role, database)}' for role, what in self.grants.items()]


class ForeignKey(_Statements):
    """A composite foreign key that leads with `customer_id`, so that its errors can name no neighbour's row."""

    def __init__(
        self,
        table: str,
        columns: Sequence[str],
        target: str,
        target_columns: Sequence[str] = (),
        *,
        on_delete: str = "NO ACTION",
    ) -> None:
        self.table, self.columns, self.target = table, tuple(columns), target
        self.target_columns, self.on_delete = tuple(target_columns) or tuple(columns), on_delete

    def statements(self, database: str) -> Sequence[str]:
        name = f"{self.table}_{self.columns[-1]}_fk"
        return (
            f'ALTER TABLE "{self.table}" ADD CONSTRAINT "{name}" FOREIGN KEY ({", ".join(self.columns)}) '
            f'REFERENCES "{self.target}" ({", ".join(self.target_columns)}) ON DELETE {self.on_delete}',
        )
