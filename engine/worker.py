"""The worker: a loop that does what falls due, on any number of machines, or as a thread beside the pages.

It opens the transactions and reads the clock. Engine work is done here, one job and one transaction after the other; service
calls are made by a few threads of their own, so that a slow mail server keeps nothing else waiting.
"""

import contextlib
import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from engine import errors
from engine.config import Settings
from engine.jobs import incidents, queue, running, services
from engine.jobs.callers import Callers
from engine.jobs.queue import Backoff, Job
from engine.jobs.services import Call
from engine.people import groups
from engine.runtime import waits
from engine.store.db import Database, Session

CALLERS = 4
"""So many service calls are made at the same time."""

_LOOK_SECONDS = {"postgresql": waits.SOON.total_seconds(), "sqlite": 5.0}  # SQLite: nobody rings for other processes
_LEFT_SECONDS = 0.02  # before a job is looked at again whose case somebody else had
_MOST_LEFT = 100
_TROUBLE_SECONDS = (0.1, 5.0)  # the first and the longest pause while the database cannot be used
_STEP_SECONDS = 15.0  # longer than any step of a case takes
_STUCK_SECONDS = 60.0  # a worker that does not look for work for so much longer than it waits is not healthy
_TAKE_SECONDS = 60.0  # so long a result is offered to a database that cannot be used
_log = logging.getLogger(__name__)


class Worker:
    """Does jobs until it is stopped. One thread calls :meth:`run`; every other method may be called from anywhere.

    ``done`` counts what it did, by kind of job and ``done``, ``failed`` or ``incident``.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        backoff: Backoff | None = None,
        callers: int = CALLERS,
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._backoff = backoff or Backoff()
        self._chance = random.Random()  # noqa: S311  # spreads retries, guards nothing
        self._lent = timedelta(seconds=settings.connector_seconds) + services.MARGIN
        self._look = _LOOK_SECONDS[database.engine.dialect.name]
        self._stopping = threading.Event()
        self._bell = database.bell()
        self._callers = Callers(callers, self._bell.ring)
        self._left: set[UUID] = set()
        self._counting = threading.Lock()
        self._done: Counter[tuple[str, str]] = Counter()
        self._looked = time.monotonic()
        self._ended = False

    # From outside

    def run(self) -> None:
        """Do jobs until :meth:`stop`; then end what is begun. No failure of a job or of the database ends it."""
        trouble = 0.0
        try:
            self._warm_up()
            while not self._stopping.is_set():
                try:
                    pause = self.turn()
                    trouble = 0.0
                except errors.StorageError as error:
                    first, longest = _TROUBLE_SECONDS
                    pause = trouble = min(longest, max(first, trouble * 2))
                    _log.warning("no work can be done, next try in %.1f s: %s", pause, error)
                except Exception:  # noqa: BLE001  # told in full; a defect in one job must not end the others
                    _log.exception("the worker met something unforeseen")
                    pause = _TROUBLE_SECONDS[1]
                self._looked = time.monotonic()
                if pause > 0 and not self._stopping.is_set():
                    self._bell.wait(pause)
        finally:
            self._ended = True
            if not self._callers.rest(self.patience):
                _log.warning("%d service calls do not end; they are left behind, to be tried again", self._callers.busy)
            self._callers.close()
            self._bell.close()

    def stop(self) -> None:
        """Have it end after the job it is at. Safe in a signal handler."""
        self._stopping.set()
        self._bell.ring()

    @property
    def healthy(self) -> bool:
        """Whether it has looked for work lately."""
        return not self._ended and time.monotonic() - self._looked < self._look + _STUCK_SECONDS

    @property
    def patience(self) -> float:
        """Give the seconds that a service call may take until its result is stored: so long its end can take."""
        return self._lent.total_seconds()

    @property
    def done(self) -> Mapping[tuple[str, str], int]:
        """Give how many jobs it did."""
        with self._counting:
            return dict(self._done)

    # Its turns

    def _warm_up(self) -> None:
        """Lay out the office's working year, so that the first job that asks for it does not wait for the holidays."""
        with contextlib.suppress(errors.LajurError), self._database.read() as session:
            groups.office(session).calendar.add(self._clock(), timedelta(minutes=1))

    def turn(self) -> float:
        """Do everything that is due, and give the seconds until it is worth looking again."""
        self._left.clear()
        with self._database.read() as session:
            due = queue.next_due(session, without=self._without())
        if due is None:
            return self._look
        if (wait := (due - self._clock()).total_seconds()) > 0:
            return min(self._look, wait)
        found = False
        while not self._stopping.is_set() and len(self._left) < _MOST_LEFT:
            if not self.one():
                break
            found = True
        # What is due and was not found is being done by another worker.
        return _LEFT_SECONDS if self._left or not found else 0.0

    def rest(self) -> None:
        """Wait until no service call is on its way."""
        self._callers.rest(self.patience)

    def one(self) -> bool:
        """Do one job; ``False`` where none is due. Raises :class:`errors.StorageError`."""
        self._looked = time.monotonic()
        try:
            with self._database.begin() as session:
                found = running.run(
                    session, now=self._clock(), lent=self._lent, without=self._without(), left=self._left
                )
        except running.Left as left:
            self._left.add(left.job.id)
            return True
        except running.Failed as failed:
            self._failed(failed.job, failed.__cause__ or failed)
            return True
        if found is None:
            return False
        if isinstance(found, Job):
            self._count(found.kind, "done")
        else:
            self._callers.make(partial(self._call, *found))
        return True

    def _without(self) -> tuple[str, ...]:
        """Give the kinds of jobs that cannot be begun now."""
        return () if self._callers.free else ("service",)

    def _failed(self, job: Job, error: BaseException) -> None:
        # Whatever happens now, this turn does not meet the job again.
        self._left.add(job.id)
        with self._database.begin() as session:
            self._record(session, job, error)

    def _record(
        self,
        session: Session,
        job: Job,
        error: BaseException,
        tries: int | None = None,
        outputs: Mapping[str, object] | None = None,
    ) -> None:
        again = incidents.record(
            session,
            job.id,
            error,
            now=self._clock(),
            backoff=self._backoff,
            chance=self._chance,
            tries=tries,
            outputs=outputs,
        )
        self._count(job.kind, "failed" if again else "incident")
        unforeseen = None if isinstance(error, errors.LajurError) else error
        _log.warning("job %s (%s at %s) failed: %s", job.id, job.kind, job.node, error, exc_info=unforeseen)

    # Service calls, each in a thread of its own

    def _call(self, job: Job, call: Call) -> None:
        try:
            self._make(job, call)
        except errors.StorageError as error:
            _log.warning("the result of job %s could not be stored; it will be tried again: %s", job.id, error)
        except Exception:  # noqa: BLE001  # told in full; nobody waits for this thread's end
            _log.exception("the call of job %s met something unforeseen", job.id)

    def _make(self, job: Job, call: Call) -> None:
        try:
            outputs = call.make(self._settings)
        except errors.ConnectorSaid as error:
            self._take(job, call, partial(services.refuse, call=call, said=error, now=self._clock()))
        except Exception as error:  # noqa: BLE001  # whatever a connector of an office raises is a failure of its job
            self._patiently(partial(self._record, job=job, error=error, tries=call.tries))
        else:
            self._take(job, call, partial(services.finish, call=call, outputs=outputs, now=self._clock()), outputs)

    def _take(
        self,
        job: Job,
        call: Call,
        go_on: Callable[[Session], bool],
        outputs: Mapping[str, object] | None = None,
    ) -> None:
        try:
            self._patiently(go_on)
        except errors.StorageError:
            raise
        except Exception as error:  # noqa: BLE001  # the step failed: the job's failure
            self._patiently(partial(self._record, job=job, error=error, tries=call.tries, outputs=outputs))
        else:
            self._count(job.kind, "done")

    def _patiently(self, work: Callable[[Session], object]) -> None:
        """Do something in a transaction; again for a while where the database cannot be used, for the effect has happened."""
        until, pause = time.monotonic() + _TAKE_SECONDS, _TROUBLE_SECONDS[0]
        while True:
            try:
                with self._database.begin() as session:
                    work(session)
            except errors.StorageError:
                if time.monotonic() > until or self._stopping.is_set():
                    raise
                time.sleep(pause)
                pause = min(pause * 2, _TROUBLE_SECONDS[1])
            else:
                return

    def _count(self, kind: str, how: str) -> None:
        with self._counting:
            self._done[kind, how] += 1


def accompany(worker: Worker) -> None:
    """Run a worker beside this process's main thread, for as long as that runs.

    The process then waits for what the worker has begun, but not for ever: a thread that never ends is left behind.
    """
    thread = threading.Thread(target=worker.run, name="lajur-worker", daemon=True)

    def keep() -> None:
        thread.start()
        threading.main_thread().join()
        worker.stop()
        thread.join(worker.patience + _STEP_SECONDS)

    threading.Thread(target=keep, name="lajur-keeper").start()


@contextlib.contextmanager
def beside(worker: Worker) -> Iterator[Worker]:
    """Run a worker in a thread while the block lasts."""
    thread = threading.Thread(target=worker.run, name="lajur-worker")
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join()
