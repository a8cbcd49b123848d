"""Every list must be read from an index, in its order: the plan is asked of the statement that really is sent."""

import pytest
from sqlalchemy import event

from engine.runtime import inbox, instances, words
from engine.store import db as db_
from tests.cast import NOW


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
        (lambda s, who: inbox.search(s, actor=who, scope="done"), "ix_tasks_completed_by"),
        (lambda s, who: instances.search(s, actor=who, status="active"), "ix_instances_status"),
        (lambda s, who: instances.search(s, actor=who), "instances"),
    ],
    ids=["mine", "groups", "done", "by status", "all"],
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
    unscanned(found)


def unscanned(found):
    for table in ("tasks", "instances", "words"):
        assert f"Seq Scan on {table}" not in found, found
        assert f"SCAN {table}\n" not in f"{found}\n", found


@pytest.mark.parametrize("text", ["", "surat", "zzz 005"])
@pytest.mark.parametrize("sort", inbox.SORTS)
@pytest.mark.parametrize(
    ("scope", "index"),
    [
        ("mine", ["ix_tasks_assignee"]),
        ("groups", ["ix_tasks_group_key"]),
        ("late", ["ix_tasks_assignee", "ix_tasks_group_key"]),
        ("waiting", ["ix_tasks_owner", "ix_tasks_starter"]),
        ("done", ["ix_tasks_completed_by"]),
    ],
)
def test_whatever_the_list_its_own_tasks_only_are_looked_at(db, house, sent, scope, index, sort, text):
    house.start()
    rahmat = house.actors["rahmat"]
    both = type(rahmat)(rahmat.user_id, "", "", frozenset({"umum", "kadis"}))
    criteria = inbox.Criteria(process="surat", node="catat", priority=0, due="late")
    with db.read() as session:
        sent.clear()
        inbox.search(session, actor=both, scope=scope, sort=sort, text=text, criteria=criteria, now=NOW)
    found = plan(db, *next(each for each in sent if "tasks.status" in each[0]))
    for each in index:
        assert each in found, found
    unscanned(found)


@pytest.mark.parametrize("sort", inbox.SORTS)
def test_long_lists_are_sifted_and_sorted_without_a_look_at_the_tasks(sqlite_only, house, sent, sort):
    with sqlite_only.read() as session:
        sent.clear()
        criteria = inbox.Criteria(process="surat", node="catat", priority=0)
        for scope in ("groups", "waiting"):
            inbox.search(session, actor=house.actors["rahmat"], scope=scope, sort=sort, text="a1 zz", criteria=criteria)
    found = [plan(sqlite_only, *each) for each in sent if "tasks.status" in each[0]]
    assert "COVERING INDEX ix_tasks_group_key" in found[0], found[0]
    assert "COVERING INDEX ix_tasks_starter" in found[1], found[1]


@pytest.fixture
def sqlite_only(db):
    """SQLite fetches each row of a table by its key; PostgreSQL's planner weighs what it costs by itself."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("of SQLite's plans")
    return db


@pytest.mark.parametrize("few", [words.FEW, -1], ids=["rare", "common"])
def test_words_are_found_by_how_they_begin(db, house, sent, monkeypatch, few):
    monkeypatch.setattr(words, "FEW", few)
    house.start(business_key="005/12")
    with db.read() as session:
        sent.clear()
        inbox.search(session, actor=house.actors["rahmat"], scope="groups", text="005")
    counted, looked = (plan(db, *each) for each in sent[:2])
    for found in (counted, looked):
        unscanned(found)
    assert ("ix_words_instance_id" if few < 0 else "pk_words") in looked.replace("PRIMARY KEY", "pk_words"), looked


def test_counting_looks_at_the_lists_only(db, house, sent):
    house.start()
    with db.read() as session:
        sent.clear()
        inbox.counts(session, actor=house.actors["rahmat"], now=NOW)
    assert len(sent) == 1
    found = plan(db, *sent[0])
    for index in ("ix_tasks_assignee", "ix_tasks_group_key", "ix_tasks_owner", "ix_tasks_starter"):
        assert index in found, found
    unscanned(found)


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
