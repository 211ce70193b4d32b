"""A process that holds opened keys and answers on its standard output: `read`, `begin`, `fork`, `identity`.

usage: python -m tests.faults.hold_keys CUSTOMER PAGE SLOT
"""

import os
import sys
from uuid import UUID

import django

django.setup()

from django.db import Error, connection, connections  # noqa: E402 - Django must be set up first

from troth.kernel import process, wall  # noqa: E402
from troth.keys import KeyErased, ring  # noqa: E402
from troth.keys.actions import lease  # noqa: E402


class Holder:
    """What the process can be asked."""

    def __init__(self, customer: str, page: str, slot: str) -> None:
        self.customer_id, self.where = UUID(customer), (int(page), int(slot))

    def read(self) -> str:
        try:
            with wall.within(self.customer_id):
                return ring(self.customer_id).key(*self.where).hex()
        except KeyErased:
            return "erased"

    def begin(self) -> str:
        """Open the key in a transaction that goes on after the next line."""
        with wall.within(self.customer_id):
            say(ring(self.customer_id).key(*self.where).hex())
            sys.stdin.readline()
            with connection.cursor() as cursor:
                cursor.execute("select 1")
        return "went on"

    def fork(self) -> str:
        """A slot of the child's and one of the parent's, after the parent had leased a page."""
        with wall.within(self.customer_id):
            lease(self.customer_id, 1)
        readable, writable = os.pipe()
        child = os.fork()
        if not child:
            for alias in ("default", "aside"):
                connections[alias].connection = None
            with wall.within(self.customer_id):
                slot = lease(self.customer_id, 1)[0]
            os.write(writable, f"{slot.page}.{slot.slot}".encode())
            os._exit(0)
        os.waitpid(child, 0)
        with wall.within(self.customer_id):
            slot = lease(self.customer_id, 1)[0]
        return f"{os.read(readable, 100).decode()} {slot.page}.{slot.slot}"

    def identity(self) -> str:
        return str(process.identity())


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    holder = Holder(*sys.argv[1:])
    for line in sys.stdin:
        try:
            say(getattr(holder, line.strip())())
        except Error:
            connection.close()
            say("cut off")


if __name__ == "__main__":
    main()
