"""No customer sees, changes or adds anything of another's (clauses C-1.1a, N-2.3a, X-3a).

The catalogue says whether the wall stands on every table; a canary then tries to reach its neighbour, as the role that
serves requests, from its own context, from none, and from before each door.
"""

from datetime import timedelta
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from troth.kernel.ids import new_id
from troth.promises.control import Control
from troth.promises.probing import canaries, looking, wall_catalogue
from troth.promises.probing.canaries import Canary
from troth.promises.scope import Scope
from troth_judge.controls.customers_are_walled_off import Facts

_NAMED = 50
_ROWS = ("vault_record", "vault_subject", "vault_dataset", "access_account", "tenancy_customer")
"""Tables in which each canary has a row of its own."""
_TOUCH = "update vault_record set updated_at = updated_at where customer_id = %s and record_id = %s"
_DELETE = "delete from vault_record where customer_id = %s and record_id = %s"
_INSERT = (
    "insert into vault_dataset (customer_id, dataset_id, name, one_record_per_subject, schema_version, created_at)"
    " values (%s, %s, %s, true, 1, now())"
)


def observe(scope: Scope) -> Facts:
    """Look at the catalogue, then try."""
    mine, neighbour = canaries.ensure(clock=scope.clock)
    with looking.at_all(scope.using) as cursor:
        database = wall_catalogue.database_of(cursor)
        tables = wall_catalogue.tables(cursor)
        loose = wall_catalogue.loose_policies(cursor, database)
        mighty = wall_catalogue.mighty_roles(cursor, database)
        passable = wall_catalogue.passable_tables(cursor, database)
        cursor.execute("select current_user")
        role = str((cursor.fetchone() or ("",))[0])
    twins, failed = _twins(mine, scope.using)
    tried, passed = _tries(mine, neighbour, scope.using)
    return Facts(
        tables=len(tables),
        unwalled=tuple(name for name, walled in tables.items() if not walled)[:_NAMED],
        loose=tuple(loose)[:_NAMED],
        mighty=tuple(mighty)[:_NAMED],
        passable=tuple(passable)[:_NAMED],
        role=role.removeprefix(f"{database}_"),
        twins=twins,
        twins_failed=failed,
        tried=tried,
        passed=passed[:_NAMED],
    )


def _twins(mine: Canary, using: str) -> tuple[int, tuple[str, ...]]:
    """What a customer may do with its own: each must succeed, or the refusals would prove nothing."""
    with looking.trying(mine.customer_id, using) as cursor:
        acts = {f"read {table}": _seen(cursor, table, mine.customer_id, using) for table in _ROWS}
        acts["update"] = looking.goes_through(cursor, _TOUCH, [mine.customer_id, mine.record_id], using)
        acts["insert"] = _inserts(cursor, mine.customer_id, using)
        acts["delete"] = looking.goes_through(cursor, _DELETE, [mine.customer_id, mine.record_id], using)
    return len(acts), tuple(name for name, done in acts.items() if not done)


def _tries(mine: Canary, neighbour: Canary, using: str) -> tuple[int, tuple[str, ...]]:
    """What nobody may do with a neighbour's: each must find no row, or be refused."""
    with looking.trying(mine.customer_id, using) as cursor:
        acts = {f"read {table}": _seen(cursor, table, neighbour.customer_id, using) for table in _ROWS}
        acts["update"] = looking.goes_through(cursor, _TOUCH, [neighbour.customer_id, neighbour.record_id], using)
        acts["delete"] = looking.goes_through(cursor, _DELETE, [neighbour.customer_id, neighbour.record_id], using)
        acts["insert"] = _inserts(cursor, neighbour.customer_id, using)
    with looking.at_all(using) as cursor:
        acts |= {f"read {table} without a customer": _seen(cursor, table, None, using) for table in _ROWS}
    for door in sorted(wall_catalogue.DOORS):
        with looking.before(door, using) as cursor:
            # Staff's list of customers is what that door is for; it must show nothing else.
            behind = [table for table in _ROWS if (door, table) != ("staff_directory", "tenancy_customer")]
            acts |= {f"read {table} through {door}": _seen(cursor, table, None, using) for table in behind}
    return len(acts), tuple(name for name, done in acts.items() if done)


def _seen(cursor: CursorWrapper, table: str, customer_id: UUID | None, using: str) -> bool:
    # Where nothing shows, a walk through the whole table would find that out too, and take its time.
    cursor.execute("set local enable_seqscan = off")
    if customer_id is None:
        return looking.goes_through(cursor, f'select 1 from "{table}" limit 1', [], using)
    return looking.goes_through(cursor, f'select 1 from "{table}" where customer_id = %s limit 1', [customer_id], using)


def _inserts(cursor: CursorWrapper, customer_id: UUID, using: str) -> bool:
    return looking.goes_through(cursor, _INSERT, [customer_id, new_id(), f"probe {new_id()}"], using)


CONTROL = Control(
    id="customers_are_walled_off",
    kind="probed",
    title={"en": "Customers are walled off from one another", "fr": "Les clients sont séparés les uns des autres"},
    sees={
        "en": "PostgreSQL’s own catalogue (row-level security enabled and forced on every table with customers’ rows, "
        "policies in their exact wording, no role that could pass them), and what a canary customer can do: with its "
        "own rows everything, with its neighbour’s nothing, from inside, from outside, and through every door.",
        "fr": "Le catalogue même de PostgreSQL (sécurité au niveau des lignes activée et imposée sur chaque table de "
        "clients, politiques dans leur formulation exacte, aucun rôle capable de les franchir), et ce que peut un "
        "client canari : tout avec ses lignes, rien avec celles du voisin, du dedans, du dehors et par chaque porte.",
    },
    could_lie_if={
        "en": "the process that looks is another than those that serve, or talks to another database; or code enters "
        "the wrong customer’s context on purpose: the wall trusts the context that it is given. The operator’s own "
        "database administrator passes every wall.",
        "fr": "le processus qui regarde n’est pas de ceux qui servent, ou parle à une autre base ; ou si du code "
        "entre exprès dans le contexte d’un autre client : le mur se fie au contexte qu’on lui donne. "
        "L’administrateur de la base, chez l’exploitant, passe tous les murs.",
    },
    every=timedelta(hours=1),
    observe=observe,
)
