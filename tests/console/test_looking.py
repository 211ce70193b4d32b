"""Why someone looks: kept sealed, for one customer, in a session that tells nobody."""

from base64 import b64decode

import pytest
from django.contrib.sessions.backends.base import SessionBase

from tests.console.conftest import STAFF, House
from troth.console import looking
from troth.kernel import wall
from troth.kernel.ids import OPERATOR
from troth.keys.errors import CannotOpen
from troth.keys.rings import ring
from troth.keys.sealing import context, unseal

REASON = "Ticket 4711, asked by Zebedee Quill"


def session() -> SessionBase:
    return SessionBase()


def test_a_reason_is_there_for_its_customer_and_for_no_other(here: House, there: House) -> None:
    kept = session()
    looking.say(kept, STAFF, here.customer_id, purpose="support", reason=REASON)
    held = looking.said(kept, here.customer_id)
    assert held is not None
    assert (held.purpose, held.reason) == ("support", REASON)
    assert looking.said(kept, there.customer_id) is None


def test_a_reason_moved_to_another_customer_does_not_open(here: House, there: House) -> None:
    kept = session()
    looking.say(kept, STAFF, here.customer_id, purpose="support", reason=REASON)
    kept[looking.SLOT] = {**kept[looking.SLOT], "customer": str(there.customer_id)}
    assert looking.said(kept, there.customer_id) is None


def test_the_sessions_table_tells_nobody_why(here: House) -> None:
    kept = session()
    looking.say(kept, STAFF, here.customer_id, purpose="support", reason=REASON)
    assert "Zebedee" not in str(dict(kept.items()))
    with wall.within(OPERATOR):
        key = ring(OPERATOR).stable(looking.KEY_NAME)
    sealed = b64decode(kept[looking.SLOT]["reason"])
    with pytest.raises(CannotOpen):
        unseal(key, sealed, context(looking.KEY_NAME, OPERATOR))


def test_stopping_forgets(here: House) -> None:
    kept = session()
    looking.say(kept, STAFF, here.customer_id, purpose="support", reason=REASON)
    looking.stop(kept)
    assert looking.said(kept, here.customer_id) is None
