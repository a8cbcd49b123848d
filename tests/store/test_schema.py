"""Migrations and tables tell the same story, on both databases."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from engine import config
from engine.store import models, schema


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


def test_lists_are_read_from_indexes(sqlite_url):
    """The inbox's and the job queue's queries must not read the whole table."""
    from engine.store import db as db_  # noqa: PLC0415

    database = db_.open(sqlite_url)
    plans = {
        "ix_tasks_assignee": "SELECT id FROM tasks WHERE status = 'open' AND assignee = x'00' ORDER BY due_at, id LIMIT 50",
        "ix_tasks_group_key": "SELECT id FROM tasks WHERE status = 'open' AND group_key = 'a' ORDER BY due_at, id LIMIT 50",
        "ix_jobs_due_at": "SELECT id FROM jobs WHERE due_at <= 1 ORDER BY due_at LIMIT 50",
        "ix_instances_status": "SELECT id FROM instances WHERE status = 'active' ORDER BY id DESC LIMIT 50",
    }
    with database.read() as session:
        for index, query in plans.items():
            plan = " ".join(row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {query}")))
            assert index in plan
            assert "TEMP B-TREE" not in plan
    database.close()


def test_the_migrations_are_shipped():
    assert Path(config.shipped("migrations"), "env.py").is_file()
