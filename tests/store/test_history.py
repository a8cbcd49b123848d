"""The chain must tell every way of tampering; the tests tamper past the triggers, as a thief with the file would."""

import tracemalloc
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, exc, insert, select, text, update

from engine import errors
from engine.people import access
from engine.store import db as db_
from engine.store import history, keys, models

NOW = datetime(2026, 3, 2, 0, 30, 0, 123456, tzinfo=UTC)
SITTI = access.Actor(UUID(int=7), "sitti", "Sitti Aminah", frozenset({"operator"}), capacities={"operator": "plt"})


def make_instance(session, events=3):
    """An instance with some history, without a process behind it: history knows nothing of processes."""
    definition, deployment, instance = keys.new(), keys.new(), keys.new()
    session.execute(insert(models.deployments), {"id": deployment, "deployed_at": NOW})
    session.execute(
        insert(models.definitions),
        {
            "id": definition,
            "key": str(definition),
            "version": 1,
            "hash": "",
            "name": "",
            "source": b"",
            "forms": {},
            "calls": {},
            "lanes": [],
            "deployment_id": deployment,
        },
    )
    session.execute(
        insert(models.instances),
        {
            "id": instance,
            "definition_id": definition,
            "status": "active",
            "version": 1,
            "history_serial": 0,
            "history_hash": history.GENESIS,
            "started_at": NOW,
            "state": b"",
        },
    )
    return add(session, history.Head(instance), events)


def add(session, head, count):
    for i in range(count):
        event = history.Event(
            "task.completed", "periksa", keys.new(), "operator", {"surat": {"nomor": f"{i}/ü", "tanggal": NOW}}
        )
        head = history.append(session, head, [event], author=SITTI, now=NOW + timedelta(minutes=i))
    session.execute(
        update(models.instances)
        .where(models.instances.c.id == head.instance_id)
        .values(history_serial=head.serial, history_hash=head.hash)
    )
    return head


def past_the_triggers(session):
    if session.dialect.name == "sqlite":
        for name in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text("ALTER TABLE history DISABLE TRIGGER ALL"))


def problems(db):
    with db.read() as session:
        return [(problem.serial, problem.kind) for problem in history.verify(session).problems]


def test_what_was_recorded_is_read_back(db):
    with db.begin() as session:
        head = make_instance(session)
    with db.read() as session:
        events = history.read(session, head.instance_id)
        assert [event.serial for event in events] == [1, 2, 3]
        event = events[1]
        assert event.at == NOW + timedelta(minutes=1)
        assert (event.kind, event.node, event.group, event.capacity) == ("task.completed", "periksa", "operator", "plt")
        assert (event.user_id, event.user_name) == (SITTI.user_id, "Sitti Aminah")
        assert event.data["surat"]["nomor"] == "1/ü"
        assert [event.serial for event in history.read(session, head.instance_id, after=1, limit=1)] == [2]


def test_events_of_one_step_are_one_statement(db, statements):
    with db.begin() as session:
        head = make_instance(session, 0)
        statements.clear()
        history.append(session, head, [history.Event("a"), history.Event("b")], author=access.SYSTEM, now=NOW)
        assert len(statements.sql) == 1


def test_untouched_chains_verify(db):
    with db.begin() as session:
        heads = [make_instance(session, count) for count in (0, 1, 5)]
    with db.read() as session:
        assert history.verify(session) == history.Report(3, 6, ())
        assert history.verify(session, heads[2].instance_id) == history.Report(1, 5, ())
        with pytest.raises(errors.NotFound, match="Instance"):
            history.verify(session, keys.new())


@pytest.mark.parametrize("statement", ["UPDATE history SET user_name = 'x'", "DELETE FROM history"])
def test_the_database_refuses_changes(db, statement):
    with db.begin() as session:
        make_instance(session)
    with pytest.raises(exc.DBAPIError, match="history cannot be changed"), db.begin() as session:
        session.execute(text(statement))
    assert problems(db) == []


def test_postgresql_refuses_to_empty_history(postgresql_url):
    database = db_.open(postgresql_url)
    with pytest.raises(exc.DBAPIError, match="history cannot be changed"), database.begin() as session:
        session.execute(text("TRUNCATE history"))
    database.close()


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOW + timedelta(microseconds=1)},
        {"kind": "task.claimed"},
        {"node": None},
        {"node": "lain"},
        {"task_id": keys.new()},
        {"user_id": keys.new()},
        {"user_name": "Orang Lain"},
        {"group_key": "kadis"},
        {"capacity": "definitif"},
        {"data": "{}"},
        {"hash": bytes(32)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_edit_is_found(db, change):
    with db.begin() as session:
        make_instance(session)
        head = make_instance(session, 4)
        past_the_triggers(session)
        row = (models.history.c.instance_id == head.instance_id) & (models.history.c.serial == 2)
        session.execute(update(models.history).where(row).values(change))
    assert problems(db)[0] == (2, "edited")


@pytest.mark.parametrize(
    ("serial", "expected"), [(1, (2, "gap")), (2, (3, "gap")), (4, (4, "truncated"))], ids=["first", "inner", "last"]
)
def test_a_removed_event_is_found(db, serial, expected):
    with db.begin() as session:
        head = make_instance(session, 4)
        past_the_triggers(session)
        row = (models.history.c.instance_id == head.instance_id) & (models.history.c.serial == serial)
        session.execute(delete(models.history).where(row))
    assert problems(db) == [expected]


def test_a_history_that_is_gone_is_found(db):
    with db.begin() as session:
        make_instance(session)
        past_the_triggers(session)
        session.execute(delete(models.history))
    assert problems(db) == [(1, "truncated")]


def test_an_event_put_in_is_found(db):
    with db.begin() as session:
        head = make_instance(session, 2)
        history.append(session, head, [history.Event("task.completed")], author=SITTI, now=NOW)
    assert problems(db) == [(3, "edited")]


def test_exchanged_events_are_found(db):
    with db.begin() as session:
        head = make_instance(session, 3)
        past_the_triggers(session)
        row = models.history.c.instance_id == head.instance_id
        for old, new in ((2, 9), (3, 2), (9, 3)):
            session.execute(update(models.history).where(row, models.history.c.serial == old).values(serial=new))
    assert (2, "edited") in problems(db)


def test_another_instances_events_are_found(db):
    with db.begin() as session:
        first, second = make_instance(session, 3), make_instance(session, 3)
        past_the_triggers(session)
        session.execute(delete(models.history).where(models.history.c.instance_id == second.instance_id))
        session.execute(
            update(models.history)
            .where(models.history.c.instance_id == first.instance_id)
            .values(instance_id=second.instance_id)
        )
    assert {kind for _, kind in problems(db)} == {"truncated", "edited"}


def test_orphans_are_found(db):
    with db.begin() as session:
        head = make_instance(session, 2)
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        connection.execute(delete(models.instances).where(models.instances.c.id == head.instance_id))
        connection.commit()
        connection.invalidate()
    assert problems(db) == [(None, "orphan")]


def test_work_going_on_is_no_fault(db):
    """Heads and events are read in one statement: a completion between two would look like tampering."""
    with db.begin() as session:
        head = make_instance(session, 3)
    with db.read() as reading:
        reading.execute(select(models.instances.c.id))
        with db.begin() as session:
            add(session, head, 2)
        assert history.verify(reading).problems == ()


def test_the_hash_is_what_it_always_was():
    """Chains of years stand on this form; whoever changes it breaks them all."""
    row = {
        "instance_id": UUID(int=1),
        "serial": 1,
        "at": NOW,
        "kind": "task.completed",
        "node": "periksa",
        "task_id": None,
        "user_id": UUID(int=7),
        "user_name": "Sitti",
        "group_key": "operator",
        "capacity": "plt",
        "data": "{}",
    }
    assert (
        history.digest(history.GENESIS, row).hex() == "a060e47bfd152562ce1e1a70d1adbcaf53992e0458d8a9ad1706398e57123537"
    )


def test_a_problem_reads_well():
    assert str(history.Problem(UUID(int=1), 3, "gap")) == "00000000-0000-0000-0000-000000000001 3: gap"


@pytest.mark.slow
def test_long_histories_are_read_as_a_stream(sqlite_url):
    """Memory must not grow with the history: a hundred thousand events take little more than a thousand."""
    database = db_.open(sqlite_url)
    with database.begin() as session:
        head = make_instance(session, 0)
        for _ in range(100):
            events = [history.Event("task.completed", "periksa", data={"n": "x" * 200})] * 1000
            head = history.append(session, head, events, author=SITTI, now=NOW)
        session.execute(update(models.instances).values(history_serial=head.serial, history_hash=head.hash))
    tracemalloc.start()
    with database.read() as session:
        assert history.verify(session) == history.Report(1, 100_000, ())
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    database.close()
