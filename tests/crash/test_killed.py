"""Killed in the middle of completions: nothing lost, nothing doubled, every chain whole."""

import subprocess
import sys
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.execution import steps
from engine.people import access
from engine.runtime import deployments
from engine.store import db as db_
from engine.store import history, models
from tests.cast import NOW
from tests.crash import load
from tests.diagrams_made import linear, task
from tests.shared import ROOT

SOURCE = linear("surat", *(task(f"langkah{number}", "Staf") for number in range(5)))


@pytest.mark.crash
def test_killed_in_the_middle_of_completions(database_url, office):
    database = db_.open(database_url)
    with database.begin() as session:
        deployments.deploy(session, {"surat.bpmn": SOURCE}, actor=access.SYSTEM, now=NOW, office=office)
    run = subprocess.run(
        [sys.executable, "-m", "tests.crash.rounds", database_url, str(load.ROUNDS), "7"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    told = [UUID(line) for line in run.stdout.split()]
    assert len(told) >= load.ROUNDS
    with database.read() as session:
        found = session.execute(select(models.tasks)).all()
        completed = {row.id for row in found if row.status == "completed"}
        assert set(told) <= completed, "a completion that was told is lost"
        assert len(told) == len(set(told)), "a task was completed twice"
        assert len(completed) - len(told) <= load.ROUNDS, "more was done than each child's last, untold completion"

        events = session.execute(
            select(models.history.c.task_id).where(models.history.c.kind == "task.completed")
        ).scalars()
        assert sorted(events) == sorted(completed), "history and tasks tell different stories"

        for instance in session.execute(select(models.instances)).all():
            spec = deployments.spec_of(session, instance.definition_id)
            snapshot = steps.describe(spec, instance.state)
            open_ = {row.token for row in found if row.instance_id == instance.id and row.status == "open"}
            assert {at.token for at in snapshot.tokens} == open_, "state and tasks tell different stories"
            assert snapshot.status == instance.status
        report = history.verify(session)
        assert report.problems == ()
        assert report.events > len(told)
        if session.dialect.name == "sqlite":
            assert session.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    database.close()
