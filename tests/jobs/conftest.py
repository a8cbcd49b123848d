"""A house with a worker that a test moves by hand: the clock goes on, what is due happens."""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select

from engine import config
from engine.execution import steps
from engine.jobs import messages
from engine.jobs.queue import Backoff
from engine.people import access
from engine.runtime import definitions, deployments, instances, tasks
from engine.store import db as db_
from engine.store import history, models
from engine.worker import Worker
from tests.cast import Clock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def works(db, cast, office, clock, tmp_path):  # noqa: C901  # a list of short ways
    """Short ways: deploy, start, complete, send, and ``run`` all that is due (also what that leads to)."""
    settings = config.Settings(var=tmp_path, connector_seconds=2)
    worker = Worker(db, settings, clock=clock, backoff=Backoff(jitter=0))

    def deploy(**files):
        with db.begin() as session:
            named = {
                f"{key.replace('_form', '')}.{'form' if key.endswith('_form') else 'bpmn'}": each
                for key, each in files.items()
            }
            return deployments.deploy(session, named, actor=access.SYSTEM, now=clock(), office=office)

    def start(key, **given):
        with db.begin() as session:
            return instances.start(session, key, actor=access.SYSTEM, now=clock(), **given).id

    def open_(case=None):
        table = models.tasks
        found = select(table.c.node).where(table.c.status == "open").order_by(table.c.node)
        with db.read() as session:
            return list(session.scalars(found if case is None else found.where(table.c.instance_id == case)))

    def complete(case, node, **answers):
        table = models.tasks
        one = (
            select(table.c.id)
            .where(table.c.instance_id == case, table.c.node == node, table.c.status == "open")
            .limit(1)
        )
        with db.begin() as session:
            tasks.complete(session, session.execute(one).scalar_one(), answers, actor=access.SYSTEM, now=clock())

    def send(name, key=None, *, data=None, **given):
        with db.begin() as session:
            return messages.send(session, name, key=key, data=data or {}, actor=access.SYSTEM, now=clock(), **given)

    def act(verb, *args, **given):
        with db.begin() as session:
            return verb(session, *args, actor=access.SYSTEM, now=clock(), **given)

    def run(**span):
        clock.advance(**span)
        while worker.turn() == 0.0:
            pass
        worker.rest()
        while worker.turn() == 0.0:
            pass

    def events(case):
        with db.read() as session:
            return [event.kind for event in history.read(session, case, limit=1000)]

    def rows(table, **where):
        query = select(table).where(*(table.c[name] == value for name, value in where.items()))
        with db.read() as session:
            return session.execute(query.order_by(table.c.id)).all()

    def variables(case):
        with db.read() as session:
            row = session.execute(select(models.instances).where(models.instances.c.id == case)).one()
            spec = definitions.spec_of(session, row.definition_id)
            return steps.visible(spec, bytes(row.state), None, library=definitions.Library(session))

    def configure(**given):
        """Change the installation's settings, as if it had been started anew."""
        worker._settings = replace(worker._settings, **given)

    def status(case):
        return rows(models.instances, id=case)[0].status

    yield SimpleNamespace(
        db=db, cast=cast, clock=clock, worker=worker, settings=settings, deploy=deploy, start=start, open=open_,
        complete=complete, send=send, act=act, run=run, events=events, rows=rows, variables=variables, status=status,
        configure=configure,
    )  # fmt: skip
    with db.read() as session:
        assert history.verify(session).problems == ()
    worker.stop()
    worker.run()  # ends at once, and lets go of its threads


@dataclass
class Plans:
    """How the database would answer what was really asked."""

    db: db_.Database

    @contextmanager
    def watch(self):
        """Collect the questions that are asked meanwhile, with their parameters."""
        sent = []

        def executed(_connection, _cursor, statement, parameters, *_):
            if statement.startswith("SELECT"):
                sent.append((statement, parameters))

        event.listen(self.db.reader, "before_cursor_execute", executed)
        yield sent
        event.remove(self.db.reader, "before_cursor_execute", executed)

    def of(self, statement, parameters):
        """Give the plan of a question, as if there were many rows: with a handful a scan is right."""
        with self.db.read() as session:
            if session.dialect.name == "sqlite":
                rows = session.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            else:
                session.exec_driver_sql("SET enable_seqscan = off")
                session.exec_driver_sql("SET enable_bitmapscan = off")
                rows = session.exec_driver_sql(f"EXPLAIN {statement}", parameters).all()
        return "\n".join(" ".join(map(str, row)) for row in rows)

    @staticmethod
    def scans(plan, *tables):
        """Give the tables that a plan reads from end to end."""
        lines = [line.split("(cost")[0].rstrip() for line in plan.splitlines()]
        return [
            table
            for table in tables
            for line in lines
            if f"Seq Scan on {table}" in line or line.endswith(f"SCAN {table}")
        ]


@pytest.fixture
def plans(db):
    return Plans(db)
