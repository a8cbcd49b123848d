"""The threads that make service calls: a few, made when they are needed and kept, each with its own FEEL context.

They are daemons: a call that hangs, whatever limits its connector promised to keep, must not keep a process from ending.
"""

import queue
import threading
from collections.abc import Callable

Call = Callable[[], None]


class Callers:
    """At most ``count`` calls at a time. One thread hands calls out; a call must see to its own failures.

    ``freed`` is called, from any thread, whenever one more can be made.
    """

    def __init__(self, count: int, freed: Callable[[], None]) -> None:
        self._count = count
        self._freed = freed
        self._calls: queue.SimpleQueue[Call] = queue.SimpleQueue()
        self._change = threading.Condition()
        self._busy = 0
        self._threads = 0

    @property
    def free(self) -> bool:
        """Whether a call can be made now; only whoever hands calls out makes that untrue."""
        with self._change:
            return self._busy < self._count

    @property
    def busy(self) -> int:
        """How many calls are on their way."""
        with self._change:
            return self._busy

    def make(self, call: Call) -> None:
        """Have a call made by one of the threads; with none free it waits for one."""
        with self._change:
            self._busy += 1
            more = self._threads < min(self._busy, self._count)
            self._threads += more
        self._calls.put(call)
        if more:
            threading.Thread(target=self._work, name="lajur-call", daemon=True).start()

    def rest(self, seconds: float) -> bool:
        """Wait until no call is on its way, at most so long; whether that is so."""
        with self._change:
            return self._change.wait_for(lambda: self._busy == 0, seconds)

    def close(self) -> None:
        """Let the threads end when the calls that were handed out are made."""
        with self._change:
            threads, self._threads = self._threads, 0
        for _ in range(threads):
            self._calls.put(_end)

    def _work(self) -> None:
        while (call := self._calls.get()) is not _end:
            try:
                call()
            finally:
                with self._change:
                    self._busy -= 1
                    self._change.notify_all()
                self._freed()


def _end() -> None:
    """Mark the end of the calls."""
