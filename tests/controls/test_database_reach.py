"""The embedded server held as it starts; broken by a port, by access rules, by an open folder; another's by its TLS."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings

from tests.controls.looks import facts_of, facts_there, judged, verdict_of
from tests.fixtures.installation import Installation, _free_port
from tests.fixtures.world import World
from tests.host import servers
from troth.host import placement, server_files
from troth.host.dsn import security
from troth.kernel.clock import SYSTEM
from troth.promises.catalogue import by_id
from troth.promises.scope import Scope
from troth.settings import CONFIG, TROTH_POSTGRES

REACH = "database_is_unreachable_from_outside"
TRAFFIC = "database_traffic_is_protected"


def test_held(world: World) -> None:
    verdict = verdict_of(REACH)
    assert (verdict.state, verdict.code) == ("kept", "database_reach.kept")
    assert facts_of(REACH).rules_for_networks == 0


def test_the_socket_is_protected_by_being_one(world: World) -> None:
    verdict = verdict_of(TRAFFIC)
    assert (verdict.state, verdict.code) == ("kept", "database_traffic.local")


def test_a_server_with_a_port(own_installation: Callable[..., Installation], monkeypatch: pytest.MonkeyPatch) -> None:
    found = own_installation(running=False)
    fixed, port = server_files._fixed, _free_port()
    monkeypatch.setattr(
        server_files, "_fixed", lambda place: [*fixed(place), "listen_addresses = '127.0.0.1'", f"port = {port}"]
    )
    # The socket's name carries the port.
    found.extra["PGPORT"] = str(port)
    found.start()
    facts = facts_there(found, REACH)
    assert facts.answered >= 1
    assert judged(REACH, facts).code == "database_reach.port"


def test_access_rules_that_let_a_network_in(world: World) -> None:
    assert TROTH_POSTGRES is not None
    path = TROTH_POSTGRES.data / "pg_hba.conf"
    text = path.read_text()
    path.write_text(text + "host all all 0.0.0.0/0 scram-sha-256\n")
    try:
        verdict = verdict_of(REACH)
    finally:
        path.write_text(text)
    assert (verdict.state, verdict.code) == ("broken", "database_reach.rules")


def test_a_socket_that_others_may_come_near(world: World) -> None:
    assert TROTH_POSTGRES is not None
    mode = TROTH_POSTGRES.socket.stat().st_mode & 0o777
    TROTH_POSTGRES.socket.chmod(0o755)
    try:
        assert verdict_of(REACH).code == "database_reach.socket"
    finally:
        TROTH_POSTGRES.socket.chmod(mode)


def _address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 9))
        found = str(asked.getsockname()[0])
    if found.startswith("127."):
        pytest.skip("this machine has no address but its loopback")
    return found


@contextmanager
def elsewhere(*rules: str, sslmode: str = "") -> Iterator[str]:
    """Another's server at this machine's network address, with TLS; the alias under which it is reached."""
    binaries, address, port = servers.system_binaries(), _address(), _free_port()
    user = placement.SYSTEM_USER if os.geteuid() == 0 else None
    entry = pwd.getpwnam(user) if user else pwd.getpwuid(os.geteuid())
    folder = Path(tempfile.mkdtemp(prefix="troth-foreign-"))
    (folder / "password").write_text("of-the-test-alone")
    shutil.chown(folder, entry.pw_uid, entry.pw_gid)
    run = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []} if user else {}
    words = ["-D", str(folder / "data"), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    shutil.chown(folder / "password", entry.pw_uid, entry.pw_gid)
    subprocess.run([str(binaries / "initdb"), *words], check=True, **quiet, **run)  # type: ignore[call-overload]  # spelled out above
    certificate = ["-subj", "/CN=test", "-keyout", str(folder / "key"), "-out", str(folder / "certificate")]
    subprocess.run(["openssl", "req", "-new", "-x509", "-nodes", *certificate], check=True, **quiet)  # type: ignore[call-overload]  # as above
    for name in ("key", "certificate"):
        (folder / name).chmod(0o600)
        shutil.chown(folder / name, entry.pw_uid, entry.pw_gid)
    (folder / "data/pg_hba.conf").write_text("".join(f"{rule}\n" for rule in rules))
    options = {"listen_addresses": "*", "unix_socket_directories": "", "ssl": "on"}
    options |= {"ssl_cert_file": str(folder / "certificate"), "ssl_key_file": str(folder / "key"), "port": str(port)}
    process = subprocess.Popen(
        [
            str(binaries / "postgres"),
            "-D",
            str(folder / "data"),
            *(f"--{name}={value}" for name, value in options.items()),
        ],
        **quiet,  # type: ignore[call-overload]  # as above
        **run,
    )
    connections.databases["elsewhere"] = connections.databases["default"] | {
        "NAME": "postgres",
        "USER": "postgres",
        "PASSWORD": "of-the-test-alone",
        "HOST": address,
        "PORT": str(port),
        # As an installation would be: what demands TLS is `dsn.security`.
        "OPTIONS": {"sslmode": sslmode} if sslmode else security(f"postgresql://{address}:{port}/postgres"),
    }
    try:
        _await(address, port)
        yield "elsewhere"
    finally:
        connections["elsewhere"].close()
        del connections["elsewhere"]
        connections.databases.pop("elsewhere", None)
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await(address: str, port: int) -> None:
    import time

    import psycopg

    for _ in range(100):
        try:
            psycopg.connect(host=address, port=port, user="postgres", password="wrong", dbname="postgres").close()
        except psycopg.OperationalError as error:
            if "refused" not in str(error) and "starting up" not in str(error):
                return
        time.sleep(0.1)


def seen(control_id: str, using: str) -> Any:
    """Observe over that connection."""
    control = by_id(control_id)
    assert control is not None
    assert control.observe is not None
    return control.observe(Scope(now=SYSTEM.now(), home=Path("/nowhere"), using=using))


def test_another_s_server_over_tls_alone() -> None:
    with elsewhere("hostssl all all all scram-sha-256") as using:
        facts = seen(TRAFFIC, using)
        assert (facts.by_network, facts.unprotected, facts.plain_refused) == (1, 0, True)
        assert judged(TRAFFIC, facts).code == "database_traffic.tls"
        with override_settings(TROTH_POSTGRES=None):
            assert judged(REACH, seen(REACH, using)).code == "database_reach.others"


def test_another_s_server_that_takes_plain_logins() -> None:
    with elsewhere("host all all all scram-sha-256") as using:
        assert judged(TRAFFIC, seen(TRAFFIC, using)).code == "database_traffic.takes_plain"


def test_another_s_server_that_we_talk_to_in_the_clear() -> None:
    with elsewhere("hostnossl all all all scram-sha-256", sslmode="prefer") as using:
        verdict = judged(TRAFFIC, seen(TRAFFIC, using))
    assert (verdict.state, verdict.code) == ("broken", "database_traffic.clear")


def test_what_can_not_be_seen_is_not_claimed(world: World) -> None:
    with override_settings(TROTH_POSTGRES=placement.Placement(Path("/nowhere"), Path("/nowhere"), Path("/"), None)):
        assert verdict_of(REACH).code == "database_reach.unseen"
    assert CONFIG.embedded
