"""Several processes on one database, SQLite too: each waits its turn, none is told of a conflict that is none."""

import subprocess
import sys

from sqlalchemy import func, select

from engine.people import access
from engine.runtime import deployments
from engine.store import db as db_
from engine.store import history, models
from tests.cast import NOW
from tests.diagrams_made import linear, task
from tests.shared import ROOT

CASES = 10
SOURCE = linear("surat", *(task(f"langkah{number}", "Staf") for number in range(5)))


def test_processes_take_turns(database_url, office):
    database = db_.open(database_url)
    with database.begin() as session:
        deployments.deploy(session, {"surat.bpmn": SOURCE}, actor=access.SYSTEM, now=NOW, office=office)
    command = [sys.executable, "-m", "tests.crash.together", database_url, str(CASES)]
    running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in running:
        _, told = process.communicate(timeout=120)
        assert process.returncode == 0, told
    with database.read() as session:
        statuses = select(models.instances.c.status, func.count()).group_by(models.instances.c.status)
        assert [tuple(row) for row in session.execute(statuses)] == [("completed", 3 * CASES)]
        report = history.verify(session)
        assert (report.instances, report.problems) == (3 * CASES, ())
    database.close()
