"""A process that leases and reads keys as fast as it can, as an import does, until its standard input closes.

usage: python -m tests.faults.lease_and_read CUSTOMER
Prints each slot with its key's digest at the end.
"""

import hashlib
import sys
import threading
from uuid import UUID

import django

django.setup()

from troth.kernel import wall  # noqa: E402 - Django must be set up first
from troth.keys import ring  # noqa: E402
from troth.keys.actions import lease  # noqa: E402


def main(customer: str) -> None:
    customer_id = UUID(customer)
    closed = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        closed.set()

    threading.Thread(target=wait, daemon=True).start()
    taken: dict[tuple[int, int], bytes] = {}
    # One long transaction, as an import is: it outlives many epochs.
    with wall.within(customer_id):
        keys = ring(customer_id)
        while not closed.is_set():
            slots = lease(customer_id, 100)
            new = {(slot.page, slot.slot): slot.key for slot in slots}
            if taken.keys() & new.keys():
                sys.stdout.write("TWICE\n")
            taken |= new
            if keys.keys(list(new)) != list(new.values()):
                sys.stdout.write("OTHER KEYS\n")
    for (page, slot), key in taken.items():
        sys.stdout.write(f"{page} {slot} {hashlib.sha256(key).hexdigest()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
