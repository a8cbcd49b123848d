"""The cases with time, messages and signals once more, with everything real: database, jobs, worker, and a clock that is moved."""

import xml.etree.ElementTree as ET
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select

from engine import config, errors
from engine.cli.running import with_lanes
from engine.diagrams import reading
from engine.execution import steps
from engine.jobs import messages, signals
from engine.people import access, groups
from engine.runtime import definitions, deployments, instances, tasks
from engine.store import db as db_
from engine.store import history, models
from engine.worker import Worker
from tests.cast import Clock
from tests.conformance import bpmn_semantics

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
NODES = ("Event", "ask", "ateway", "ubProcess", "ransaction", "ctivity")


def _names():
    if not bpmn_semantics.found():
        return []
    cases = {name: bpmn_semantics.read(name) for name in bpmn_semantics.names()}
    return [
        name
        for name, case in cases.items()
        if not case.get("refuse")
        and any({"advance", "message", "signal"} & set(step["do"]) for step in case.get("steps", ()))
    ]


def in_lanes(source):
    """Draw a lane around processes that have none: an office's diagram says whose each task is."""
    ET.register_namespace("bpmn", BPMN)
    root = ET.fromstring(source)
    for number, process in enumerate(root.findall(f"{{{BPMN}}}process")):
        nodes = [each for each in process if each.get("id") and each.tag.endswith(NODES)]
        if process.find(f"{{{BPMN}}}laneSet") is None and nodes:
            lane_set = ET.Element(f"{{{BPMN}}}laneSet", id=f"lanes_{number}")
            lane = ET.SubElement(lane_set, f"{{{BPMN}}}lane", id=f"lane_{number}", name="Staf")
            for each in nodes:
                ET.SubElement(lane, f"{{{BPMN}}}flowNodeRef").text = each.get("id")
            process.insert(0, lane_set)
    return ET.tostring(root)


class Stage:
    """One case on a database, moved on by a worker."""

    def __init__(self, url, name, office, folder):
        self.case = bpmn_semantics.read(name)
        source = in_lanes((bpmn_semantics.folder() / f"{name}.bpmn").read_bytes())
        office = with_lanes(office, reading.read(source))
        self.clock = Clock()
        self.db = db_.open(url)
        self.worker = Worker(self.db, config.Settings(var=folder), clock=self.clock)
        with self.db.begin() as session:
            groups.sync(session, office)
            files = {f"{name}.bpmn": source}
            deployments.deploy(session, files, actor=access.SYSTEM, now=self.clock(), office=office)
            begun = instances.start(
                session,
                name,
                actor=access.SYSTEM,
                now=self.clock(),
                business_key=self.case.get("key"),
                values=self.case["start"],
            )
        self.id = begun.id
        self.work()

    def close(self):
        self.worker.stop()
        self.worker.run()
        self.db.close()

    def work(self):
        while self.worker.turn() == 0.0:
            pass

    def rows(self):
        table = models.tasks
        with self.db.read() as session:
            found = (
                select(table).where(table.c.instance_id == self.id, table.c.status == "open").order_by(table.c.token)
            )
            return session.execute(found).all()

    def open(self):
        return sorted(row.node for row in self.rows())

    def seen(self, token=None):
        with self.db.read() as session:
            row = session.execute(select(models.instances).where(models.instances.c.id == self.id)).one()
            return steps.visible(definitions.spec_of(session, row.definition_id), bytes(row.state), token)

    def do(self, do):
        if "complete" in do:
            found = [row for row in self.rows() if row.node == do["complete"]]
            which = do.get("which", 0)
            if isinstance(which, dict):
                found = [row for row in found if which.items() <= self.seen(row.token).items()]
                which = 0
            with self.db.begin() as session:
                tasks.complete(session, found[which].id, do["set"], actor=access.SYSTEM, now=self.clock())
        elif "advance" in do:
            self.advance(bpmn_semantics._seconds(do["advance"]))
        elif "signal" in do:
            with self.db.begin() as session:
                signals.send(session, do["signal"], data={}, actor=access.SYSTEM, now=self.clock())
        else:
            with self.db.begin() as session:
                got = messages.send(
                    session,
                    do["message"],
                    key=do["key"],
                    data=do["payload"],
                    actor=access.SYSTEM,
                    now=self.clock(),
                    keep=timedelta(0),
                )
            assert got.status == ("expired" if do.get("undelivered") else "delivered")
        self.work()

    def advance(self, seconds):
        """Let the clock stop at everything that falls due on the way, as it does where a worker runs."""
        until = self.clock.now + timedelta(seconds=seconds)
        due = select(models.jobs.c.due_at).where(models.jobs.c.status == "due").order_by(models.jobs.c.due_at).limit(1)
        for _ in count():
            with self.db.read() as session:
                following = session.execute(due).scalar()
            if following is None or following > until:
                break
            self.clock.now = max(self.clock.now, following)
            self.work()
        self.clock.now = until

    def status(self):
        with self.db.read() as session:
            return session.execute(
                select(models.instances.c.status).where(models.instances.c.id == self.id)
            ).scalar_one()


@pytest.mark.conformance
@pytest.mark.parametrize("name", _names())
def test_it_holds_with_everything_real(name, sqlite_url, office, tmp_path):
    stage = Stage(sqlite_url, name, office, tmp_path)
    case, end = stage.case, stage.case["end"]
    if end["state"] == "error":
        with pytest.raises(errors.LajurError):
            _play_and_fail(stage, case)
        stage.close()
        return
    _play(stage, case)
    assert (stage.status(), stage.open()) == (end["state"], end["open"])
    variables = stage.seen()
    assert {key: variables.get(key, "absent") for key in end["variables"]} == end["variables"]
    assert not set(end.get("absent", ())) & set(variables)
    with stage.db.read() as session:
        assert history.verify(session).problems == ()
        own = select(models.jobs).where(models.jobs.c.instance_id == stage.id)
        assert end["state"] != "completed" or session.execute(own).all() == []
    stage.close()


def _play(stage, case):
    for number, step in enumerate(case["steps"]):
        for _ in range(step.get("repeat", 1)):
            assert stage.open() == step["open"], f"step {number}"
            stage.do(step["do"])


def _play_and_fail(stage, case):
    """What happens by itself and fails is tried again, and at last an incident: an error for whoever looks."""
    _play(stage, case)
    with stage.db.read() as session:
        wrong = session.execute(select(models.jobs.c.error).where(models.jobs.c.error.is_not(None))).scalars().all()
    if wrong:
        raise errors.ExecutionError(reason=wrong[0]["message"])
