"""Every list must be read from an index, in its order: the plan is asked of the statement that really is sent."""

import pytest
from sqlalchemy import event

from engine.runtime import inbox, instances
from engine.store import db as db_


@pytest.fixture
def sent(db):
    """The statements that are sent, with their parameters."""
    seen = []

    def executed(_connection, _cursor, statement, parameters, *_):
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(db.reader, "before_cursor_execute", executed)
    return seen


def plan(db, statement, parameters):
    word = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    with db.read() as session:
        if word == "EXPLAIN":  # with a handful of rows a scan is right; ask what it would do with many
            session.exec_driver_sql("SET enable_seqscan = off")
            session.exec_driver_sql("SET enable_bitmapscan = off")
        rows = session.exec_driver_sql(f"{word} {statement}", parameters).all()
    return "\n".join(" ".join(map(str, row)) for row in rows)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda s, who: inbox.search(s, actor=who, scope="mine"), "ix_tasks_assignee"),
        (lambda s, who: inbox.search(s, actor=who, scope="groups"), "ix_tasks_group_key"),
        (lambda s, who: instances.search(s, actor=who, status="active"), "ix_instances_status"),
        (lambda s, who: instances.search(s, actor=who), "instances"),
    ],
    ids=["mine", "groups", "by status", "all"],
)
def test_lists_are_read_from_an_index_in_its_order(db: db_.Database, house, sent, ask, index):
    house.start()
    with db.read() as session:
        sent.clear()
        ask(session, house.actors["sri"])
    found = plan(db, *sent[0])
    assert index in found, found
    assert "TEMP B-TREE" not in found, found
    assert "Sort" not in found, found
    for table in ("tasks", "instances"):
        assert f"Seq Scan on {table}" not in found, found
        assert f"SCAN {table}\n" not in f"{found}\n", found


def test_everyones_tasks_of_several_groups_may_be_sorted_but_not_scanned(db, house, sent):
    house.start()
    with db.read() as session:
        sent.clear()
        both = house.actors["rahmat"]
        both = type(both)(both.user_id, "", "", frozenset({"umum", "kadis"}))
        inbox.search(session, actor=both, scope="groups")
    assert "ix_tasks_group_key" in plan(db, *sent[0])


def test_cases_with_an_incident_are_found_from_the_incidents(db, house, sent):
    house.start()
    with db.read() as session:
        sent.clear()
        instances.search(session, actor=house.actors["sri"], failing=True)
        instances.any_failing(session)
    cases, any_ = (plan(db, *each) for each in (sent[0], sent[-1]))
    for found in (cases, any_):
        assert "ix_jobs_failed_at" in found, found
        for table in ("jobs", "instances"):
            assert f"Seq Scan on {table}" not in found, found
            assert f"SCAN {table}\n" not in f"{found}\n", found
