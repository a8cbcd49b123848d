"""Complete a task, die after its first statement; again, die after its second; and so on; run as ``... halfway URL TASK``.

Children are forked and kill themselves, so that the moment is exact. Prints one line for each death: its moment, the task's
status then, and how many events and open tasks there are. The last child dies after its commit.
"""

import itertools
import os
import signal
import sys
from uuid import UUID

from sqlalchemy import event, func, select

from engine.people import access
from engine.runtime import tasks
from engine.store import db, models
from tests.cast import NOW


def work(url, task, moment):
    """Complete the task and die at a moment, the number of a statement."""
    database = db.open(url)
    passed = itertools.count(1)

    def pass_by(*_):
        if next(passed) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "after_cursor_execute", pass_by)
    event.listen(database.engine, "commit", pass_by)  # all is written, nothing committed
    with database.begin() as session:
        tasks.complete(session, task, {"catatan": "x"}, actor=access.SYSTEM, now=NOW)
    os.kill(os.getpid(), signal.SIGKILL)


def look(url, task):
    """Tell what is stored."""
    database = db.open(url)
    with database.read() as session:
        status = session.execute(select(models.tasks.c.status).where(models.tasks.c.id == task)).scalar_one()
        events = session.execute(select(func.count()).select_from(models.history)).scalar_one()
        waiting = session.execute(select(func.count()).where(models.tasks.c.status == "open")).scalar_one()
    database.close()
    return status, events, waiting


def main(url, task):
    moment, status = 1, "open"
    while status == "open":
        child = os.fork()
        if child == 0:
            try:
                work(url, task, moment)
            finally:
                os._exit(1)
        _, ended = os.waitpid(child, 0)
        if not os.WIFSIGNALED(ended):
            sys.exit("a child ended by itself")
        status, events, waiting = look(url, task)
        sys.stdout.write(f"{moment} {status} {events} {waiting}\n")
        moment += 1


if __name__ == "__main__":
    main(sys.argv[1], UUID(sys.argv[2]))
