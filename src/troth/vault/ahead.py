"""Working one batch ahead: while the database stores a batch, the next one is read in another thread.

Guarantees: at most `limits.AHEAD` batches are held; the order stays; what the reading raises is raised to the one who
takes; when taking ends early, the thread ends too, before control goes on.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Full, Queue
from typing import Final, Generic, TypeVar

from troth.vault.limits import AHEAD

T = TypeVar("T")
_PATIENCE: Final = 0.1


class _End(Generic[T]):
    """What the thread puts last: nothing more, or why it stopped."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


@contextmanager
def ahead(items: Iterator[T]) -> Iterator[Iterator[T]]:
    """The same items, made in a thread that runs a little ahead."""
    queue: Queue[T | _End[T]] = Queue(maxsize=AHEAD)
    stop = threading.Event()
    thread = threading.Thread(target=_make, args=(items, queue, stop), name="vault-ahead", daemon=True)
    thread.start()
    try:
        yield _taken(queue)
    finally:
        stop.set()
        _drain(queue)
        thread.join()


def _make(items: Iterator[T], queue: "Queue[T | _End[T]]", stop: threading.Event) -> None:
    end: _End[T] = _End()
    try:
        for item in items:
            if not _put(queue, item, stop):
                return
    except BaseException as error:  # noqa: BLE001 - raised again in the thread that takes
        end = _End(error)
    _put(queue, end, stop)


def _put(queue: "Queue[T | _End[T]]", item: "T | _End[T]", stop: threading.Event) -> bool:
    while not stop.is_set():
        try:
            queue.put(item, timeout=_PATIENCE)
        except Full:
            continue
        return True
    return False


def _taken(queue: "Queue[T | _End[T]]") -> Iterator[T]:
    while True:
        item = queue.get()
        if isinstance(item, _End):
            if item.error is not None:
                raise item.error
            return
        yield item


def _drain(queue: "Queue[T | _End[T]]") -> None:
    try:
        while True:
            queue.get_nowait()
    except Empty:
        return
