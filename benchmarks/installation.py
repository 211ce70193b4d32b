"""A throw-away installation in a temporary folder, for benchmarks that work in-process."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def installation() -> Iterator[Path]:
    """Set the environment, start an embedded PostgreSQL, migrate, make keys and the operator; yield the folder.

    Nothing of Troth that needs settings may be imported before.
    """
    home = Path(tempfile.mkdtemp(prefix="troth-bench-"))
    home.chmod(0o755)
    os.environ |= {"TROTH_HOME": str(home), "TROTH_PROCESS": "setup", "DJANGO_SETTINGS_MODULE": "troth.settings"}

    import django

    django.setup()
    from django.db import connections

    from troth.host import install
    from troth.host.postgres import Embedded
    from troth.kernel.actor import job
    from troth.keys import first_start, workers
    from troth.settings import CONFIG
    from troth.tenancy.actions import establish_operator

    server = Embedded(CONFIG, admin=True)
    server.start()
    try:
        install.prepare_database(CONFIG)
        install.migrate()
        first_start.begin(by=job("install"), kit_folder=home / "recovery-kit")
        establish_operator(by=job("install"))
        yield home
        workers.stop()
        connections.close_all()
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
