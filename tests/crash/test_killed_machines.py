"""Workers and servers killed at random moments: what the office does is done once, all of it, and nothing else."""

import subprocess
import sys
import time
from collections import Counter, defaultdict
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.execution import steps
from engine.people import access
from engine.runtime import definitions, deployments
from engine.store import db as db_
from engine.store import history, models
from engine.worker import Worker
from tests.crash import load
from tests.crash.receiver import Receiver
from tests.shared import ROOT

BEGUN_AND_DONE = {"instance.started": 1, "instance.completed": 1}
DONE_ONCE = {
    "apel": {"timer.fired": 1},
    "kirim": {"message.received": 1},
    "terima": {},
    "janji": {"message.received": 1},
    "dengar": {"signal.received": 1},
    "lapor": {"service.completed": 1, "task.opened": 1, "task.completed": 1},
    "surat": {"task.opened": 2, "task.completed": 2},
}


@pytest.fixture
def receiver(tmp_path):
    found = Receiver(tmp_path / "asked")
    yield found
    found.close()


@pytest.mark.crash
@pytest.mark.parametrize("kind", ["worker", "server"])
def test_killed_at_random_moments(database_url, office, receiver, tmp_path, kind):
    began = time.time()
    clock, settings = load.Clock(began), load.settings(tmp_path, receiver.port)
    database = db_.open(database_url, busy_seconds=20)
    with database.begin() as session:
        files = load.files(f"127.0.0.1:{receiver.port}")
        deployments.deploy(session, files, actor=access.SYSTEM, now=clock(), office=office)
    command = [sys.executable, "-m", "tests.crash.killing", kind, database_url, str(load.ROUNDS), "7", str(began)]
    subprocess.run([*command, str(receiver.port), str(tmp_path)], cwd=ROOT, check=True, timeout=60 + 3 * load.ROUNDS)
    last = Worker(database, settings, clock=clock)
    load.end(database, clock, last.turn)
    last.stop()
    last.run()
    told = (tmp_path / "told").read_bytes()
    sys.stderr.write(f"{sum(map(len, receiver.asked.values()))} service calls under {len(receiver.asked)} keys\n")
    with database.read() as session:
        judge(session, {UUID(bytes=told[at : at + 16]) for at in range(0, len(told), 16)}, receiver.asked)
    database.close()


def judge(session, told, asked):
    """Assert that everything was done, once, and that all tables tell of it alike."""
    keys = {row.id: row.key for row in session.execute(select(models.definitions))}
    cases = {row.id: row for row in session.execute(select(models.instances))}
    events = defaultdict(list)
    for row in session.execute(select(models.history).order_by(models.history.c.serial)):
        events[row.instance_id].append(row)

    assert {case.status for case in cases.values()} == {"completed"}
    done = Counter(keys[case.definition_id] for case in cases.values())
    assert set(done) == {*load.STARTED, "terima"}, "the load was too small to show anything"
    for ident, case in cases.items():
        key = keys[case.definition_id]
        kinds = Counter(event.kind for event in events[ident])
        if key == "piket":
            assert_rung(events[ident])
        else:
            assert kinds == {**BEGUN_AND_DONE, **DONE_ONCE[key]}, key
        snapshot = steps.describe(definitions.spec_of(session, case.definition_id), bytes(case.state))
        assert (snapshot.status, snapshot.tokens) == ("completed", ())

    tasks = {row.id: row for row in session.execute(select(models.tasks))}
    assert {row.status for row in tasks.values()} == {"completed"}
    assert told, "nobody was told anything"
    assert told <= set(tasks)
    recorded = [row.task_id for rows in events.values() for row in rows if row.kind == "task.completed"]
    assert sorted(recorded) == sorted(tasks), "history and tasks tell different stories"

    tags = {key: [each.business_key for each in cases.values() if keys[each.definition_id] == key] for key in done}
    assert sorted(tags["terima"]) == sorted(tags["kirim"]), "a message started no case, or two"
    assert len(set(tags["kirim"])) == len(tags["kirim"])
    assert_called(
        session, {row.business_key: row for row in cases.values() if keys[row.definition_id] == "lapor"}, asked
    )

    messages = session.execute(select(models.messages)).all()
    assert Counter(row.status for row in messages if row.name != "Tamu") == {"delivered": 2 * done["kirim"]}
    guests = {row.instance_id for row in messages if row.name == "Tamu" and row.status == "delivered"}
    assert len(guests) == done["janji"]
    # Nothing is left but guests for whom nobody waits: who asked for their case did not get it, for the server was killed.
    waiting = {row.id: row.key for row in messages if row.status == "waiting"}
    assert set(session.scalars(select(models.jobs.c.id))) == set(waiting)
    assert set(waiting.values()).isdisjoint(tags["janji"])
    listening = select(models.subscriptions.c.id).where(models.subscriptions.c.instance_id.is_not(None))
    assert session.execute(listening).all() == []
    assert history.verify(session).problems == ()
    if session.dialect.name == "sqlite":
        assert session.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def assert_rung(events):
    """Assert that a bell rang once for each repetition that was not missed, at its time: none too early, none too many."""
    opened = next(event.at for event in events if event.kind == "task.opened")
    rung = [event.at for event in events if event.kind == "timer.fired"]
    number = 0
    for moment in rung:
        assert number < load.REPEATS, "it rang more often than it should"
        assert moment >= opened + (number + 1) * load.CYCLE, "it rang twice for one repetition"
        number = max(number + 1, (moment - opened) // load.CYCLE)
    assert number >= load.REPEATS, "a repetition is lost"
    more = {"task.opened": 1, "timer.fired": len(rung), "task.completed": 1}
    assert Counter(event.kind for event in events) == {**BEGUN_AND_DONE, **more}


def assert_called(session, cases, asked):
    """Assert that each case called under one key that is its own, however often, and took one of the answers."""
    by_tag = {}
    for key, requests in asked.items():
        tags = {body["tanda"] for body, _ in requests}
        assert len(tags) == 1, "two cases called under one key"
        [tag] = tags
        assert by_tag.setdefault(tag, key) == key, "a case called under two keys"
    assert set(by_tag) == set(cases)
    for tag, case in cases.items():
        spec = definitions.spec_of(session, case.definition_id)
        taken = steps.visible(spec, bytes(case.state), None)["nomor"]
        assert taken in {number for _, number in asked[by_tag[tag]]}
