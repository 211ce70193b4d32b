"""The whole platform, as `troth up` runs it: an erasure that is asked for is worked off by the worker process alone."""

import json
from collections.abc import Callable

from tests.fixtures.installation import Installation
from troth.erasure import files

ASK = """
import json, time
from troth.access import gate
from troth.access.roles import Action
from troth.erasure import actions, queries
from tests.erasure.conftest import make_world
from django.conf import settings
world = make_world(settings.TROTH_HOME)
(_, subject), (other, _) = world.add(2)
one = actions.request_subject(world.permit(Action.SUBJECTS_ERASE), subject)
def wait(erasure_id, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        shown = queries.progress(world.permit(Action.ERASURES_READ), erasure_id)
        if shown.finished:
            return shown
        time.sleep(0.05)
    raise SystemExit(repr([(s.step, s.state, s.error_code, s.waiting_for) for s in shown.steps]))
first = wait(one.erasure_id, 60)
read = world.read(other).values["name"]
whole = actions.request_customer(world.permit(Action.CUSTOMER_DELETE), world.name)
second = wait(whole.erasure_id, 60)
print(json.dumps([first.state, second.state, read, first.production.elapsed.total_seconds(),
                  second.production.elapsed.total_seconds()]))
"""


def test_the_worker_does_it_all(own_installation: Callable[..., Installation]) -> None:
    installation = own_installation(running=False)
    installation.up()
    first, second, read, *seconds = json.loads(installation.python(ASK, process="web").splitlines()[-1])
    assert (first, second, read) == ("done", "done", "person 1")
    assert max(seconds) < 30
    config = installation.config
    assert files.strange(installation.home, (*config.key_places, config.custodian)) == []
