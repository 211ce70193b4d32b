"""A whole platform of the tests' own, for controls that look at what is served; and a sealer at work."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import override_settings

from tests.fixtures.installation import Installation, _free_port, copied


@pytest.fixture(scope="session")
def platform(installation_template: Path) -> Iterator[Installation]:
    """One that runs, for all of them; nobody changes it."""
    found = copied(installation_template, TROTH_SECURITY_CONTACT="mailto:security@example.org")
    try:
        found.up()
        yield found
    finally:
        found.close()


@pytest.fixture
def sealing() -> Iterator[None]:
    """The sealer, running."""
    from troth.audit import sealer

    stop = threading.Event()
    thread = threading.Thread(target=sealer.run, args=(stop,), daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


@contextmanager
def served_by(installation: Installation) -> Iterator[None]:
    """Observers of this process look at that installation's server."""
    with override_settings(CONFIG=installation.config):
        yield


@pytest.fixture
def s_server(tmp_path: Path) -> Iterator[Callable[..., "override_settings"]]:
    """`s_server("-tls1_1", …)`: OpenSSL's own server with these options, where ours would listen."""
    import shutil
    import socket
    import time

    from troth.host import tls
    from troth.settings import CONFIG

    if shutil.which("openssl") is None:
        pytest.skip("missing: openssl (apt-get install openssl)")
    running: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> "override_settings":
        config = replace(CONFIG, home=tmp_path, port=_free_port())
        certificate, key = tls.certificate(config)
        words = ["openssl", "s_server", "-accept", f"127.0.0.1:{config.port}", "-www", "-quiet"]
        running.append(
            subprocess.Popen(
                [*words, "-cert", str(certificate), "-key", str(key), *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        for _ in range(200):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", config.port)) == 0:
                    break
            time.sleep(0.02)
        return override_settings(CONFIG=config)

    yield start
    for one in running:
        one.kill()
        one.wait()
