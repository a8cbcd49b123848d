import sqlite3
import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import exc, insert, select, text

from engine import errors
from engine.store import db as db_
from engine.store import models, schema

ROW = {"key": "baru", "name": "Baru", "position": 99, "active": True}


def names(session):
    return set(session.execute(select(models.groups.c.name)).scalars())


def test_begin_commits_once_at_the_end(db, statements):
    with db.begin() as session:
        session.execute(insert(models.groups), ROW)
        assert statements.commits == 0
    assert (statements.commits, len(statements.sql)) == (1, 1)
    with db.read() as session:
        assert "Baru" in names(session)


def test_an_error_rolls_everything_back(db, statements):
    with pytest.raises(exc.IntegrityError), db.begin() as session:  # noqa: PT012  # the second statement fails
        session.execute(insert(models.groups), ROW)
        session.execute(insert(models.groups), ROW)
    assert (statements.commits, statements.rollbacks) == (0, 1)
    with db.read() as session:
        assert "Baru" not in names(session)


def test_reading_cannot_write(db):
    with pytest.raises((errors.StorageError, exc.DBAPIError)), db.read() as session:
        session.execute(insert(models.groups), ROW)
    with db.begin() as session:  # the connection that only read does not poison the one that writes
        session.execute(insert(models.groups), ROW)


def test_foreign_keys_hold(db, cast):
    with pytest.raises(exc.IntegrityError), db.begin() as session:
        session.execute(text("UPDATE memberships SET group_key = 'none'"))


def test_sqlite_is_durable(sqlite_url):
    database = db_.open(sqlite_url)
    with database.begin() as session:
        assert session.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert session.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert session.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.close()


def test_threads_write_one_after_the_other(db):
    """Every increment reads and writes: with a deferred BEGIN, or none, some would be lost or refused."""
    with db.begin() as session:
        session.execute(insert(models.groups), {**ROW, "position": 0})

    def count():
        for _ in range(25):
            with db.begin() as session:
                row = select(models.groups.c.position).where(models.groups.c.key == "baru").with_for_update()
                at = session.execute(row).scalar_one()
                session.execute(text("UPDATE groups SET position = :at WHERE key = 'baru'"), {"at": at + 1})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as session:
        assert session.execute(text("SELECT position FROM groups WHERE key = 'baru'")).scalar_one() == 100


# Trouble -------------------------------------------------------------------------------------------------------------


def test_a_database_that_others_hold_is_busy(database_url):
    holder, other = db_.open(database_url), db_.open(database_url, busy_seconds=0.2)
    with holder.begin() as session:
        session.execute(text("UPDATE groups SET position = 1"))
        with pytest.raises(errors.DatabaseBusy, match="busy"), other.begin() as blocked:
            blocked.execute(text("UPDATE groups SET position = 2"))
    with other.begin() as session:
        session.execute(text("UPDATE groups SET position = 3"))
    holder.close()
    other.close()


def test_a_thread_waits_only_so_long(sqlite_url):
    database = db_.open(sqlite_url, busy_seconds=0.1)
    with database.begin(), pytest.raises(errors.DatabaseBusy), database.begin():
        pass
    database.close()


def test_a_pool_that_is_empty_is_busy(postgresql_url):
    database = db_.open(postgresql_url, busy_seconds=0.1)
    held = [database.engine.connect() for _ in range(20)]
    with pytest.raises(errors.DatabaseBusy), database.begin():
        pass
    for connection in held:
        connection.close()
    database.close()


def test_sqlite_that_is_gone(sqlite_url, tmp_path):
    database = db_.open(sqlite_url)
    database.close()
    (tmp_path / "test.db").unlink()
    (tmp_path / "test.db").mkdir()
    with pytest.raises(errors.DatabaseGone, match="unable to open"), database.begin():
        pass
    with pytest.raises(errors.DatabaseGone):
        db_.open(sqlite_url)


def test_sqlite_that_is_no_database(tmp_path):
    (tmp_path / "x.db").write_text("hello " * 1000)
    with pytest.raises(errors.DatabaseGone, match="not a database"):
        db_.open(f"sqlite:///{tmp_path}/x.db")


def test_postgresql_that_does_not_answer(tmp_path):
    with pytest.raises(errors.DatabaseGone, match="cannot be reached"):
        db_.open(f"postgresql://lajur@/lajur?host={tmp_path}")


def test_postgresql_without_the_database(postgresql_url):
    with pytest.raises(errors.DatabaseGone, match="does not exist"):
        db_.open(postgresql_url.replace("test_", "test_no_"))


def test_a_connection_that_breaks_is_replaced(postgresql_url):
    database = db_.open(postgresql_url)
    with database.begin() as session:
        mine = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    raw = psycopg.connect(postgresql_url.replace("+psycopg", ""), autocommit=True)
    raw.execute("SELECT pg_terminate_backend(%s)", [mine])
    raw.close()
    with pytest.raises(errors.DatabaseGone), database.begin() as session:
        session.execute(text("SELECT 1"))
    with database.begin() as session:
        session.execute(text("SELECT 1"))
    database.close()


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_other_databases_are_refused(url):
    with pytest.raises(errors.ConfigurationError, match="LAJUR_DATABASE"):
        db_.open(url)


@pytest.mark.parametrize("value", ["\ud800", "a\x00", 2**70], ids=["surrogate", "nul", "huge"])
def test_a_value_that_no_database_takes_is_bad_input(db, value):
    """Where one takes it (SQLite a NUL), nothing is wrong with it."""
    column = models.groups.c.position if isinstance(value, int) else models.groups.c.key
    try:
        with db.read() as session:
            assert session.execute(select(models.groups).where(column == value)).all() == []
    except errors.InputError as error:
        assert "cannot be stored" in str(error)  # noqa: PT017  # either is right
    with db.begin() as session:
        session.execute(insert(models.groups), ROW)


# The schema ----------------------------------------------------------------------------------------------------------


def test_a_missing_file_is_not_made(tmp_path):
    with pytest.raises(errors.SchemaOutdated, match="run: lajur db upgrade"):
        db_.open(f"sqlite:///{tmp_path}/none.db")
    assert not Path(tmp_path / "none.db").exists()


def test_an_empty_database_wants_an_upgrade(tmp_path):
    sqlite3.connect(tmp_path / "empty.db").close()
    (tmp_path / "empty.db").touch()
    with pytest.raises(errors.SchemaOutdated, match="has schema none"):
        db_.open(f"sqlite:///{tmp_path}/empty.db")


@pytest.mark.parametrize(
    ("revision", "error", "command"),
    [("0000", errors.SchemaOutdated, "lajur db upgrade"), ("9999", errors.SchemaNewer, "pip install --upgrade")],
)
def test_another_schema_is_refused(database_url, revision, error, command):
    database = db_.open(database_url)
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    database.close()
    with pytest.raises(error, match=command):
        db_.open(database_url)
    if error is errors.SchemaNewer:
        with pytest.raises(error):
            db_.upgrade(database_url)


def test_a_schema_that_changes_under_our_feet(db):
    with db.begin() as session:
        session.execute(text("ALTER TABLE offices RENAME TO others"))
    with pytest.raises(errors.SchemaOutdated), db.read() as session:
        session.execute(select(models.offices))


def test_upgrading_twice_at_once(database_url):
    database = db_.open(database_url)
    with database.begin() as session:
        before = schema.found(session)
    database.close()
    failed = []

    def upgrade():
        try:
            db_.upgrade(database_url)
        except Exception as error:  # noqa: BLE001  # a thread's error must be seen
            failed.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert before == schema.WANTED
