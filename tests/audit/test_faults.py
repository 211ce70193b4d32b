"""The sealer outlives its database, and a database killed under it loses no sealed entry."""

import json
import time
from collections.abc import Callable

from tests.fixtures.installation import Installation

SEALER = """
import django, threading
django.setup()
from troth.audit import sealer
print("up", flush=True)
sealer.run(threading.Event())
"""
WRITE = """
from troth import audit
from troth.kernel.actor import job
from troth.kernel.ids import OPERATOR
from troth.kernel.wall import within
for _ in range(40):
    with within(OPERATOR):
        audit.record("x.y", by=job("test"), customer_id=OPERATOR, reason="to be sealed")
"""
STATE = """
import json
from troth.audit import bundles, queries
from troth.kernel.ids import OPERATOR
count, cursor = 0, None
while True:
    page = queries.entries(OPERATOR, operation="x.y", before=cursor, limit=500)
    count += len(page.entries)
    if (cursor := page.next) is None:
        break
print(json.dumps([count, queries.waiting()[0]]))
"""
CHECK = """
import pathlib, tempfile
from troth.audit import bundles, note
from troth.kernel.ids import OPERATOR
from troth.keys import signing
from troth_verify.main import main
folder = pathlib.Path(tempfile.mkdtemp(dir={home!r}))
bundles.export(OPERATOR, folder / "log.tar")
(folder / "against.txt").write_text({against!r})
signer = signing.signer()
key = note.verifier_key(signer.name, signer.public)
print(main(["bundle", str(folder / "log.tar"), "--key", key, "--against", str(folder / "against.txt")]))
"""
HEAD = """
from troth.audit import queries
from troth.kernel.ids import OPERATOR
print(queries.checkpoint(OPERATOR), end="")
"""


def _sealed(installation: Installation, count: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        state = json.loads(installation.python(STATE))
        if state == [count, 0]:
            return
        time.sleep(0.3)
    raise AssertionError(state)


def test_a_database_killed_under_the_sealer_comes_back(own_installation: Callable[..., Installation]) -> None:
    installation = own_installation()
    installation.install()
    sealer = installation.spawn("-c", SEALER, process="sealer")
    assert sealer.stdout is not None
    assert sealer.stdout.readline() == "up\n"
    installation.python(WRITE)
    _sealed(installation, 40)
    before = installation.python(HEAD)
    installation.crash()
    time.sleep(1)
    assert sealer.poll() is None
    installation.start()
    installation.python(WRITE)
    _sealed(installation, 80)
    assert sealer.poll() is None
    said = installation.python(CHECK.format(home=str(installation.home), against=before))
    assert said.endswith("\n0\n"), said
