"""One embedded PostgreSQL for the whole run; every test makes its own customers, and the wall keeps them apart."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest_plugins = [
    "tests.fixtures.installation",
    "tests.fixtures.policies",
    "tests.fixtures.skips",
    "tests.fixtures.world",
]

_home = Path(tempfile.mkdtemp(prefix="troth-test-"))
_home.chmod(0o755)
os.environ["TROTH_HOME"] = str(_home)
os.environ["TROTH_PROCESS"] = "setup"
os.environ["TROTH_ALLOWED_HOSTS"] = "localhost,testserver"
os.environ["DJANGO_SETTINGS_MODULE"] = "troth.settings"

import django  # noqa: E402 - the environment above must stand before Django reads it

django.setup()


@pytest.fixture(scope="session", autouse=True)
def _installation() -> Iterator[None]:
    from django.db import connections

    from troth.host import install
    from troth.host.postgres import Embedded
    from troth.kernel.actor import job
    from troth.keys import first_start, workers
    from troth.settings import CONFIG

    install.prepare_home(CONFIG)
    server = Embedded(CONFIG, admin=True)
    server.start()
    try:
        install.prepare_database(CONFIG)
        install.migrate()
        first_start.begin(by=job("install"), kit_folder=_home / "recovery-kit")
        yield
        workers.stop()
        connections.close_all()
    finally:
        server.stop()
        shutil.rmtree(_home, ignore_errors=True)
