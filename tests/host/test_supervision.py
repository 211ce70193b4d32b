"""One platform, looked at and hurt: its processes come back, its status says what is, its log holds nobody's data."""

import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.fixtures.installation import Installation, copied
from tests.host.test_supervisor import _living
from troth.host import dsn, state

Make = Callable[..., Installation]


@pytest.fixture(scope="module")
def _running(installation_template: Path) -> Iterator[Installation]:
    """A running one for all that it survives."""
    found = copied(installation_template)
    try:
        found.up()
        yield found
    finally:
        found.close()


@pytest.fixture
def platform(_running: Installation) -> Installation:
    """All of it up again after the test before."""
    _until(lambda: all(_process(_running, name).state == "running" for name in ("postgres", "web", "worker", "sealer")))
    return _running


def _process(found: Installation, name: str) -> "state.ProcessState":
    notes = state.read(found.config)
    assert notes is not None
    return next(process for process in notes.processes if process.name == name)


def _until(condition: Callable[[], bool], wait: float = 30) -> None:
    deadline = time.monotonic() + wait
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _get(found: Installation, path: str) -> tuple[int, dict[str, str]]:
    context = ssl.create_default_context(cafile=str(found.home / "tls" / "certificate.pem"))
    try:
        with urllib.request.urlopen(found.config.address + path, context=context) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}


@pytest.mark.parametrize("name", ["web", "worker", "sealer", "postgres"])
def test_a_killed_process_comes_back(platform: Installation, name: str) -> None:
    before = _process(platform, name)
    assert before.process is not None
    os.kill(before.process, signal.SIGKILL)
    _until(
        lambda: _process(platform, name).restarts == before.restarts + 1 and _process(platform, name).state == "running"
    )
    assert _process(platform, name).process != before.process
    _until(lambda: _get(platform, "/no-such-page")[0] == 404)


def test_a_web_worker_that_dies_is_replaced(platform: Installation) -> None:
    web = _process(platform, "web").process

    def workers() -> set[str]:
        return set((Path(f"/proc/{web}/task/{web}/children")).read_text().split())

    before = workers()
    assert len(before) == 2
    os.kill(int(next(iter(before))), signal.SIGKILL)
    _until(lambda: len(workers()) == 2 and workers() != before)
    assert _get(platform, "/no-such-page")[0] == 404


def test_the_master_of_the_web_processes_takes_them_along(platform: Installation) -> None:
    before = _process(platform, "web").process
    assert before is not None
    workers = Path(f"/proc/{before}/task/{before}/children").read_text().split()
    os.kill(before, signal.SIGKILL)
    _until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))


def test_status_says_what_is(platform: Installation) -> None:
    ask = (
        "from troth.host import status\nfrom troth.settings import CONFIG\nfound = status.status(CONFIG)\n"
        "print(found.database.version, found.backlog, found.keys.epoch, [p.state for p in found.notes.processes])\n"
        "print(found.troubles)"
    )
    told: list[str] = []

    def whole() -> bool:
        # A process may still be on its way back: it lost the database that the test before killed.
        told[:] = platform.python(ask, process="cli").splitlines()
        return "1 ['running', 'running', 'running', 'running']" in told[0]

    _until(whole)
    said, troubles = told
    assert said.startswith("18.")
    assert "recovery kit" in troubles
    assert "one disk" in troubles


def test_what_a_process_says_at_its_death_is_nobody_elses_to_read(platform: Installation) -> None:
    said = list(platform.config.logs.glob("*.out"))
    assert {path.stem for path in said} == {"web", "worker", "sealer"}
    assert not [path for path in said if path.stat().st_mode & 0o077]


def test_status_of_nothing(own_installation: Make) -> None:
    found = own_installation(running=False)
    said = found.python(
        "from troth.host import status\nfrom troth.settings import CONFIG\nprint(status.status(CONFIG).troubles)",
        process="cli",
    )
    assert "Nothing runs" in said
    assert "does not answer" in said


def test_a_second_start_is_refused(platform: Installation) -> None:
    (platform.config.spool / "upload").touch()
    second = platform.spawn("-c", _UP_AGAIN, process="cli")
    _, err = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "host.already_running" in err
    assert "troth down" in err
    assert (platform.config.spool / "upload").exists()  # it touched nothing of the first
    _until(lambda: _process(platform, "web").state == "running")


_UP_AGAIN = """
import sys
from troth.host import supervisor
from troth.host.config import Config
from troth.kernel.errors import TrothError
try:
    supervisor.run(Config.from_environment(), print)
except TrothError as error:
    print(error.code, error.explain(), error.advise(), file=sys.stderr)
    sys.exit(1)
"""


def test_down_stops_it_in_order(own_installation: Make) -> None:
    platform = own_installation(running=False)
    child = platform.up()
    state.down(platform.config)
    assert child.wait(10) == 0
    assert _living(platform.home) == []
    told = [json.loads(line) for line in (platform.config.logs / "supervisor.log").read_text().splitlines()]
    stopped = [line["name"] for line in told if line["event"] == "process" and line["state"] == "stopped"]
    assert list(dict.fromkeys(stopped)) == ["web", "worker", "sealer", "postgres"]


def test_ctrl_c_in_a_terminal_stops_it(own_installation: Make) -> None:
    found = own_installation(running=False)
    child = found.up()
    os.killpg(child.pid, signal.SIGINT)
    assert child.wait(30) == 0
    assert _living(found.home) == []


def test_a_taken_port_is_said(own_installation: Make) -> None:
    found = own_installation(running=False)
    with socket.socket() as other:
        other.bind(("127.0.0.1", found.port))
        other.listen()
        child = found.spawn("-c", _UP_AGAIN, process="cli")
        _, err = child.communicate(timeout=90)
    assert child.returncode == 1
    assert "host.port_taken" in err
    assert str(found.port) in err
    assert _living(found.home) == []


@pytest.mark.parametrize("exposed", ["key-place-1", "custodian", "secrets/installation"])
def test_keys_that_others_can_read_stop_the_start(own_installation: Make, exposed: str) -> None:
    found = own_installation()
    found.install()
    found.stop()
    (found.home / exposed).chmod(0o755 if (found.home / exposed).is_dir() else 0o644)
    child = found.spawn("-c", _UP_AGAIN, process="cli")
    _, err = child.communicate(timeout=60)
    assert child.returncode == 1
    assert exposed in err
    assert "chmod" in err
    assert _living(found.home) == []


def test_a_database_older_than_its_keys_never_serves(own_installation: Make) -> None:
    found = own_installation()
    found.install()
    old = found.home / "old"
    found.stop()
    subprocess.run(["cp", "-a", str(found.home / "postgres"), str(old)], check=True)
    found.start()
    found.python(
        "from troth.keys import epochs\nfrom troth.keys.epochs import Drops\nfrom troth.kernel.actor import job\n"
        "epochs.advance(Drops(), by=job('test'))"
    )
    found.stop()
    subprocess.run(["rm", "-rf", str(found.home / "postgres")], check=True)
    old.rename(found.home / "postgres")
    child = found.spawn("-c", _UP_AGAIN, process="cli")
    _, err = child.communicate(timeout=60)
    assert child.returncode == 1
    assert "older" in err
    assert _living(found.home) == []


def test_a_first_start_killed_anywhere_is_simply_started_again(own_installation: Make) -> None:
    found = own_installation(running=False)
    for after in (0.2, 0.6, 1.0, 1.6, 2.4):
        child = found.spawn("-c", _UP_AGAIN, process="cli")
        time.sleep(after)
        child.kill()
        child.wait()
    child = found.up()
    child.terminate()
    out, err = child.communicate(timeout=40)
    announced = json.loads(out.splitlines()[0])
    assert announced["enrolment_link"].startswith(found.config.address + "/enrol/")
    assert child.returncode == 0, err


def test_the_link_is_on_the_terminal_and_nowhere_else(own_installation: Make) -> None:
    found = own_installation(running=False)
    child = found.up()
    child.terminate()
    out, _ = child.communicate(timeout=40)
    token = json.loads(out.splitlines()[0])["enrolment_link"].rpartition("/")[2]
    for path in found.home.rglob("*"):
        if path.is_file() and "postgres/" not in str(path):
            assert token.encode() not in path.read_bytes(), path


def test_a_request_leaves_its_route_and_nothing_else(platform: Installation) -> None:
    status, headers = _get(platform, "/no-such-page/wilhelmina?name=achterberg")
    assert status == 404
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    told = "".join(path.read_text() for path in platform.config.logs.glob("*.log"))
    assert '"status":404' in told
    assert "wilhelmina" not in told
    assert "achterberg" not in told
    assert "127.0.0.1" not in "".join(line for line in told.splitlines() if '"event":"request"' in line)


def test_another_host_name_is_refused(platform: Installation) -> None:
    context = ssl.create_default_context(cafile=str(platform.home / "tls" / "certificate.pem"))
    asked = urllib.request.Request(platform.config.address + "/", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(asked, context=context)
    assert refusal.value.code == 400
    refusal.value.close()


@pytest.mark.parametrize(("version", "spoken"), [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
def test_tls_versions(platform: Installation, version: str, spoken: bool) -> None:
    context = ssl.create_default_context(cafile=str(platform.home / "tls" / "certificate.pem"))
    with warnings.catch_warnings(action="ignore"):  # that old versions are deprecated is the point
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    try:
        with (
            socket.create_connection(("127.0.0.1", platform.port)) as plain,
            context.wrap_socket(plain, server_hostname="localhost"),
        ):
            assert spoken
    except ssl.SSLError:
        assert not spoken


def test_a_job_of_a_killed_worker_is_taken_up(platform: Installation) -> None:
    worker = _process(platform, "worker").process
    assert worker is not None
    os.kill(worker, signal.SIGSTOP)
    platform.python(
        "from troth.host import jobs\njobs.retry_stalled.configure(queueing_lock=None).defer(timestamp=0)",
        process="web",
    )
    app = dsn.parameters(platform.config, "app")
    with psycopg.connect(**app, autocommit=True) as connection:
        # As a worker leaves it that died in the middle: `doing`, by a worker that is gone.
        connection.execute("update procrastinate_jobs set status = 'doing', worker_id = null where status = 'todo'")
        os.kill(worker, signal.SIGKILL)

        def done() -> bool:
            row = connection.execute(
                "select count(*) from procrastinate_jobs where status = 'doing' and worker_id is null"
            ).fetchone()
            return row is not None and row[0] == 0

        _until(done, 60)
