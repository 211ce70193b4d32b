"""Every column whose bytes are sealed, and samples of what lies in them."""

from collections.abc import Iterator
from typing import Final

from troth.keys.sealing import OVERHEAD
from troth.promises.probing import looking, samples
from troth.promises.scope import Scope

VERSIONS: Final = frozenset({1})
"""The versions of sealed bytes that are in use (docs/formats/keys.md): 1 is AES-256-GCM with a random nonce."""
COLUMNS: Final[tuple[tuple[str, str], ...]] = (
    ("vault_record", "sealed"),
    ("access_account", "mail"),
    ("keys_customer", "sealed"),
    ("keys_directory", "sealed"),
    ("keys_page", "sealed"),
    ("audit_opening", "who"),
    ("audit_opening", "ids"),
    ("audit_opening", "whence"),
    ("audit_opening", "subject"),
    ("messages_endpoint", "url"),
    ("messages_endpoint", "secret"),
)
_AT_A_CUSTOMER: Final = 20
_HEAD: Final = 1_024


def drawn(scope: Scope) -> Iterator[tuple[str, bytes]]:
    """Samples as (table.column, the first kilobyte), of the canaries and of other customers."""
    for customer_id in samples.customers(scope):
        with looking.inside(customer_id, scope.using) as cursor:
            for table, column in COLUMNS:
                cursor.execute(
                    f'select substr("{column}", 1, {_HEAD}) from "{table}" where customer_id = %s'
                    f' and "{column}" is not null limit {_AT_A_CUSTOMER}',
                    [customer_id],
                )
                yield from ((f"{table}.{column}", bytes(value)) for (value,) in cursor.fetchall())


def version(sealed: bytes) -> int | None:
    """The version that sealed bytes carry; None for what is not sealed: too short, of no known version, or legible."""
    if len(sealed) < OVERHEAD or sealed[0] not in VERSIONS or samples.legible(sealed):
        return None
    return sealed[0]
