"""The certificate, the installation's secret, the folder's lock and the leash."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from troth.host import install, leash, lock, private, tls
from troth.host.config import Config
from troth.host.errors import AlreadyRunning, BadSetting, Exposed
from troth.kernel.clock import SYSTEM


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A prepared home."""
    found = Config.from_environment({"TROTH_HOME": str(tmp_path / "home")})
    install.prepare_home(found)
    return found


class _Later:
    def __init__(self, days: int) -> None:
        self.days = days

    def now(self) -> dt.datetime:
        return SYSTEM.now() + dt.timedelta(days=self.days)


def _loaded(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_a_certificate_of_our_own_is_made_once(config: Config) -> None:
    path, key = tls.certificate(config)
    first = path.read_bytes()
    assert key.stat().st_mode & 0o077 == 0
    assert tls.certificate(config)[0].read_bytes() == first
    names = _loaded(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert len(names.get_values_for_type(x509.IPAddress)) == 2


def test_it_renews_itself_in_time(config: Config) -> None:
    path, _ = tls.certificate(config)
    first = _loaded(path)
    tls.certificate(config, _Later(360))
    assert _loaded(path) == first
    tls.certificate(config, _Later(370))
    assert _loaded(path).not_valid_after_utc > first.not_valid_after_utc


def test_another_name_makes_another(config: Config) -> None:
    first = tls.fingerprint(tls.certificate(config)[0])
    assert tls.fingerprint(tls.certificate(replace(config, allowed_hosts=("troth.example.org",)))[0]) != first


def test_a_damaged_one_is_made_anew(config: Config) -> None:
    path, _ = tls.certificate(config)
    path.write_text("-----BEGIN nothing")
    tls.certificate(config)
    assert _loaded(path)


def test_a_given_one_is_taken_as_it_is(config: Config, tmp_path: Path) -> None:
    path, key = tls.certificate(config)
    given = replace(config, tls_certificate=path, tls_key=key)
    assert tls.certificate(given) == (path, key)
    with pytest.raises(BadSetting, match="TROTH_TLS_KEY"):
        tls.certificate(replace(config, tls_certificate=path))
    with pytest.raises(BadSetting, match="can't be read"):
        tls.certificate(replace(given, tls_key=tmp_path / "nowhere"))
    key.chmod(0o644)
    with pytest.raises(Exposed):
        tls.certificate(given)


def test_the_secret_is_made_once_and_ours_alone(config: Config) -> None:
    path = config.secrets / "installation"
    first = path.read_bytes()
    install.prepare_home(config)
    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o077 == 0
    assert config.secrets.stat().st_mode & 0o077 == 0
    path.chmod(0o604)
    with pytest.raises(Exposed, match="0604"):
        private.derived(config, "django")


def test_a_secret_for_each_purpose(config: Config, tmp_path: Path) -> None:
    assert private.derived(config, "django") == private.derived(config, "django")
    assert private.derived(config, "django") != private.derived(config, "other")
    assert (config.secrets / "installation").read_bytes().hex() not in private.derived(config, "django")
    nowhere = Config.from_environment({"TROTH_HOME": str(tmp_path / "nothing")})
    assert private.derived(nowhere, "django") != private.derived(nowhere, "django")


def test_the_lock_dies_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from pathlib import Path\nfrom troth.host.lock import FolderLock\n"
            f"lock = FolderLock(Path({str(path)!r}))\n"
            "lock.take()\nprint('held', flush=True)\nimport time; time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert lock.holder(path) == holder.pid
        with pytest.raises(AlreadyRunning, match=str(holder.pid)):
            lock.FolderLock(path).take()
        holder.kill()
    assert lock.holder(path) is None
    mine = lock.FolderLock(path)
    mine.take()
    mine.take()
    assert lock.holder(path) == os.getpid()
    mine.release()


def test_a_lock_through_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        lock.FolderLock(tmp_path / "lock").take()
    assert not (tmp_path / "elsewhere").exists()


def _leashed(parent: int, *command: str) -> "subprocess.Popen[str]":
    words = [sys.executable, "-I", "-S", str(Path(leash.__file__)), str(int(signal.SIGTERM)), str(parent), "-"]
    return subprocess.Popen([*words, *command], stdout=subprocess.PIPE, text=True)


def test_the_leash_forbids_core_dumps_and_shared_files() -> None:
    with _leashed(os.getpid(), "/bin/sh", "-c", "ulimit -c; umask") as child:
        out, _ = child.communicate()
    assert out.split() == ["0", "0077"]


def test_the_leash_does_not_start_an_orphan() -> None:
    with _leashed(1, "/bin/sh", "-c", "echo started") as child:
        out, _ = child.communicate()
    assert (out, child.returncode) == ("", 70)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's leash is Linux's; elsewhere children look themselves")
def test_the_leash_pulls(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, subprocess, sys, time\n"
            f"child = subprocess.Popen([sys.executable, {str(Path(leash.__file__))!r}, '15', str(os.getpid()), '-', "
            "'/bin/sleep', '60'])\nprint(child.pid, flush=True)\ntime.sleep(60)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        deadline = time.monotonic() + 10
        # Until it has become the command: a parent gone earlier is another guard's (the orphan's) business.
        while not Path(f"/proc/{child}/cmdline").read_bytes().startswith(b"/bin/sleep"):
            assert time.monotonic() < deadline, "the command was not started"
            time.sleep(0.02)
        parent.kill()
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{child}").exists()
