"""A session of an account that is no longer active opens nothing, even where its row was left behind."""

from tests.fixtures.world import World
from troth.access.models import Account
from troth.access.sessions import SessionStore
from troth.access.sign_in import sign_in
from troth.kernel import wall
from troth.kernel.actor import nobody


def test_the_account_is_looked_at_too(world: World) -> None:
    person = world.person(world.customer())
    opened = sign_in(person.mail, person.password, by=nobody("test", source_address="198.51.100.9"))
    assert SessionStore(opened.session_key).bound is not None
    with wall.within(person.customer_id):
        Account.objects.filter(customer_id=person.customer_id).update(state="deactivated")
    assert SessionStore(opened.session_key).bound is None
