"""`python -m troth.host.child NAME`: one process under the supervisor (setup, web, worker, sealer)."""

import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict
from types import FrameType

import structlog

from troth.host import logs
from troth.host.config import Config
from troth.host.errors import BadSetting
from troth.kernel.errors import TrothError
from troth.keys.hygiene import forbid_core_dumps

_FAILED = 1
_GRACE = 5.0

log = structlog.get_logger("troth.host")


def follow_parent() -> None:
    """Never outlive the supervisor: the kernel's SIGTERM (`leash`) may find us waiting for a database that died too."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        time.sleep(_GRACE)
        os._exit(_FAILED)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def setup_django() -> None:
    """Django, on the settings of this process."""
    import django  # noqa: PLC0415 - reads the environment, which must stand first

    django.setup()


def run_setup(config: Config) -> None:
    """Install or upgrade, and say on standard output what the supervisor must know."""
    from troth.host import install  # noqa: PLC0415 - after Django

    print(json.dumps({"started": asdict(install.first_start(config))}))  # noqa: T201 - the pipe to the supervisor


def run_web(config: Config) -> None:
    """Serve until SIGTERM."""
    from troth.host import web  # noqa: PLC0415 - only this process needs it

    web.serve(config)


def run_worker(config: Config) -> None:
    """Work until SIGTERM."""
    from troth.host import worker  # noqa: PLC0415 - only this process needs it

    worker.work(config)


def run_sealer(config: Config) -> None:
    """Seal until SIGTERM."""
    from troth.audit import sealer  # noqa: PLC0415 - only this process needs it

    sealer.run(stop_event())


def stop_event() -> threading.Event:
    """Set by SIGTERM and SIGINT."""
    event = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        event.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return event


RUN = {"setup": run_setup, "web": run_web, "worker": run_worker, "sealer": run_sealer}


def main(arguments: list[str]) -> int:
    """Run one of `RUN`; what went wrong goes to its log, and from setup to the supervisor too."""
    if len(arguments) != 1 or arguments[0] not in RUN:
        sys.stderr.write(f"usage: python -m troth.host.child {'|'.join(RUN)}\n")
        return 2
    name = arguments[0]
    os.environ["TROTH_PROCESS"] = name
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.settings")
    try:
        config = Config.from_environment()
    except BadSetting as error:
        _say(name, error)
        return _FAILED
    forbid_core_dumps()
    follow_parent()
    logs.open_log(config, name)
    try:
        setup_django()
        RUN[name](config)
    except TrothError as error:
        log.error("failed", code=error.code, sentence=error.explain())  # noqa: TRY400 - the sentence says it all
        _say(name, error)
        return _FAILED
    except Exception:
        log.exception("failed")
        return _FAILED
    return 0


def _say(name: str, error: TrothError) -> None:
    if name == "setup":
        fault = {"words": error.explain(), "advice": error.advise(), "cause": error.code}
        print(json.dumps({"fault": fault}))  # noqa: T201 - the pipe to the supervisor
    else:
        sys.stderr.write(f"{error.explain()} {error.advise()}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
