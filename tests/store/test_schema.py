"""Migrations and tables tell the same story, on both databases."""

import shutil
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from engine import config, errors
from engine.store import db as db_
from engine.store import models, schema
from tests import postgres


def test_migrations_make_the_tables_of_the_models(db):
    with db.read() as session:
        context = MigrationContext.configure(session, opts={"compare_type": True})
        assert compare_metadata(context, models.metadata) == []


def test_this_version_wants_the_newest_migration():
    assert ScriptDirectory(str(config.shipped("migrations"))).get_heads() == [schema.WANTED]


def test_revisions_sort_by_age():
    """``schema`` compares them as text, so that a start need not load the migrations."""
    scripts = ScriptDirectory(str(config.shipped("migrations")))
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    assert all(len(revision) == 4 for revision in revisions)


FAILING = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "0002"


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("UPDATE offices SET id = 2")
    op.execute("SELECT * FROM nothing_at_all")
"""


def test_an_upgrade_that_fails_leaves_everything_as_it_was(database_url, tmp_path, monkeypatch):
    shutil.copytree(config.shipped("migrations"), tmp_path / "migrations")
    (tmp_path / "migrations" / "versions" / "9999_failing.py").write_text(FAILING)
    monkeypatch.setattr(config, "shipped", lambda name: tmp_path / name)
    monkeypatch.setattr(schema, "WANTED", "9999")
    with pytest.raises(errors.SchemaOutdated):
        db_.open(database_url)
    with pytest.raises(errors.StorageError):
        db_.upgrade(database_url)
    monkeypatch.undo()
    database = db_.open(database_url)
    with database.read() as session:
        assert not inspect(session).has_table("half")
        assert session.execute(text("SELECT id FROM offices")).scalar_one() == 1
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    """The URL of a database without any schema; the SQLite file is not even there."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new/lajur.db"
    url = request.getfixturevalue("postgresql_url")
    name = url.partition("/test_")[2].partition("?")[0]
    cluster = url.replace(f"test_{name}", "{database}")
    postgres.execute(cluster, f"DROP DATABASE test_{name}", f"CREATE DATABASE test_{name}")
    return url


def test_two_who_make_the_schema_at_once(empty_url):
    failed = []

    def upgrade():
        try:
            db_.upgrade(empty_url)
        except Exception as error:  # noqa: BLE001  # a thread's error must be seen
            failed.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    db_.open(empty_url).close()


def test_the_migrations_are_shipped():
    assert Path(config.shipped("migrations"), "env.py").is_file()
