"""People and workers in the same cases at the same time: every case comes to its end, nobody is told of a conflict that is none."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import func, select, text

from engine import config, worker
from engine.people import access
from engine.runtime import deployments, instances, tasks
from engine.store import db as db_
from engine.store import history, models
from tests.diagrams_made import diagram, flow, node, task, timer

PEOPLE, STEPS, CASES = 8, 3, 5
TIMERS = 6
SOON = timer("timeDuration", "PT0.05S")


def meeting():
    """Eight branches of tasks, each with a timer at its side, beside a branch of timers only."""
    nodes = [node("startEvent", "mulai"), node("parallelGateway", "bagi")]
    flows = [flow("mulai", "bagi"), flow("kumpul", "selesai")]
    for person in range(PEOPLE):
        names = [f"orang{person}_{step}" for step in range(STEPS)]
        nodes += [task(name) for name in names]
        chain = ["bagi", *names, "kumpul"]
        flows += [flow(a, b) for a, b in pairwise(chain)]
        bell = f"lonceng{person}"
        nodes += [
            node("boundaryEvent", bell, inside=SOON, attachedToRef=names[1], cancelActivity="false"),
            node("endEvent", f"{bell}_usai"),
        ]
        flows.append(flow(bell, f"{bell}_usai"))
    clocks = [f"jam{number}" for number in range(TIMERS)]
    nodes += [node("intermediateCatchEvent", name, inside=SOON) for name in clocks]
    chain = ["bagi", *clocks, "kumpul"]
    flows += [flow(a, b) for a, b in pairwise(chain)]
    nodes += [node("parallelGateway", "kumpul"), node("endEvent", "selesai")]
    return diagram("rapat", nodes, flows)


def alarms(count):
    """So many timers at once."""
    names = [f"jam{number}" for number in range(count)]
    nodes = [node("startEvent", "mulai"), node("parallelGateway", "bagi")]
    nodes += [node("intermediateCatchEvent", name, inside=SOON) for name in names]
    nodes += [node("parallelGateway", "kumpul"), node("endEvent", "selesai")]
    ways = [way for name in names for way in (flow("bagi", name), flow(name, "kumpul"))]
    return diagram("alarm", nodes, [flow("mulai", "bagi"), *ways, flow("kumpul", "selesai")])


def begin(database, office, key, source, count):
    with database.begin() as session:
        now = datetime.now(UTC)
        deployments.deploy(session, {f"{key}.bpmn": source}, actor=access.SYSTEM, now=now, office=office)
    cases = []
    for _ in range(count):
        with database.begin() as session:
            cases.append(instances.start(session, key, actor=access.SYSTEM, now=datetime.now(UTC)).id)
    return cases


def attend(database, cases, person):
    """Complete all tasks of one branch in all cases, in any order."""
    chance, left = random.Random(person), dict.fromkeys(cases, STEPS)
    while left:
        case = chance.choice(list(left))
        name = f"orang{person}_{STEPS - left[case]}"
        mine = select(models.tasks.c.id).where(models.tasks.c.instance_id == case, models.tasks.c.node == name)
        with database.read() as session:
            task_id = session.execute(mine).scalar_one()
        with database.begin() as session:
            tasks.complete(session, task_id, {}, actor=access.SYSTEM, now=datetime.now(UTC))
        left[case] -= 1
        left = {each: steps for each, steps in left.items() if steps}


def wait_until_ended(database):
    going = select(func.count()).where(models.instances.c.status == "active")
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with database.read() as session:
            if not session.execute(going).scalar():
                return
        time.sleep(0.02)
    raise TimeoutError


def counted(database):
    with database.read() as session:
        assert history.verify(session).problems == ()
        assert session.execute(select(models.jobs)).all() == []
        return Counter(session.scalars(select(models.history.c.kind)))


def deadlocks(database):
    """Give how many deadlocks PostgreSQL had to break; it counts what connections tell it when they end."""
    database.engine.dispose()
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with database.read() as session:
            if not session.execute(others).scalar():
                break
        time.sleep(0.02)
    with database.read() as session:
        found = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return session.execute(found).scalar()


@pytest.mark.slow
def test_eight_people_and_a_worker_in_five_cases(database_url, office, tmp_path, caplog):
    database = db_.open(database_url)
    cases = begin(database, office, "rapat", meeting(), CASES)
    working = worker.Worker(database, config.Settings(var=tmp_path))
    with worker.beside(working), ThreadPoolExecutor(PEOPLE) as people:
        # An error of any of them, such as "the database is busy", is raised here.
        list(people.map(lambda person: attend(database, cases, person), range(PEOPLE)))
        wait_until_ended(database)
    events = counted(database)
    assert events["instance.completed"] == CASES
    assert events["task.completed"] == PEOPLE * STEPS * CASES
    assert CASES * TIMERS <= events["timer.fired"] <= CASES * (TIMERS + PEOPLE)
    assert working.done == {("timer", "done"): events["timer.fired"]}
    assert [record.getMessage() for record in caplog.records if record.levelname != "INFO"] == []
    if database.engine.dialect.name == "postgresql":
        assert deadlocks(database) == 0
    database.close()


@pytest.mark.slow
@pytest.mark.postgresql
def test_two_workers_share_what_is_due_and_do_each_once(postgresql_url, office, tmp_path, caplog):
    each, count = 15, 20
    database = db_.open(postgresql_url)
    begin(database, office, "alarm", alarms(each), count)
    others = [db_.open(postgresql_url), db_.open(postgresql_url)]
    workers = [worker.Worker(other, config.Settings(var=tmp_path)) for other in others]
    with ExitStack() as stack:
        for one in workers:
            stack.enter_context(worker.beside(one))
        wait_until_ended(database)
    assert counted(database) == {"instance.started": count, "timer.fired": each * count, "instance.completed": count}
    shares = [one.done["timer", "done"] for one in workers]
    assert sum(shares) == each * count
    assert min(shares) > each, "one of them did it all"
    assert [record.getMessage() for record in caplog.records if record.levelname != "INFO"] == []
    for other in others:
        other.close()
    assert deadlocks(database) == 0
    database.close()
