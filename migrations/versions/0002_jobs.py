"""What happens by itself: jobs that fail and are held, messages that are kept, starts by events, tokens of other systems."""

import sqlalchemy as sa
from alembic import op

from engine.store import types

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for table in ("jobs", "subscriptions"):
        op.execute(f"CREATE TABLE {table}_before AS SELECT * FROM {table}")  # noqa: S608  # our own names
        op.drop_table(table)
    _make_jobs()
    _make_subscriptions()
    op.execute(
        "INSERT INTO jobs (id, kind, status, instance_id, token, node, due_at, tries, data) "
        "SELECT id, kind, 'due', instance_id, token, node, due_at, 0, data FROM jobs_before"
    )
    op.execute(
        "INSERT INTO subscriptions (id, instance_id, token, node, kind, name, key, payload_key) "
        "SELECT s.id, s.instance_id, s.token, s.node, s.kind, coalesce(s.name, ''), i.business_key, '' "
        "FROM subscriptions_before s JOIN instances i ON i.id = s.instance_id"
    )
    for table in ("jobs", "subscriptions"):
        op.drop_table(f"{table}_before")
    _make_messages()
    _make_tokens()
    # A process that is called at its newest version brings forms of its own.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("ALTER TABLE tasks ADD COLUMN definition_id BLOB REFERENCES definitions (id)")
    else:
        op.add_column("tasks", sa.Column("definition_id", types.Key(), nullable=True))
        op.create_foreign_key(op.f("fk_tasks_definition_id"), "tasks", "definitions", ["definition_id"], ["id"])


def _make_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", types.Key(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("instance_id", types.Key(), nullable=True),
        sa.Column("definition_id", types.Key(), nullable=True),
        sa.Column("token", sa.Integer(), nullable=True),
        sa.Column("node", sa.String(), nullable=True),
        sa.Column("due_at", types.Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("data", types.Json(), nullable=False),
        sa.Column("error", types.Json(), nullable=True),
        sa.Column("failed_at", types.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("fk_jobs_instance_id")),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("fk_jobs_definition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_with_rowid=False,
    )
    due, failed = sa.text("status = 'due'"), sa.text("status = 'failed'")
    op.create_index("ix_jobs_due_at", "jobs", ["due_at", "id"], sqlite_where=due, postgresql_where=due)
    op.create_index("ix_jobs_failed_at", "jobs", ["failed_at", "id"], sqlite_where=failed, postgresql_where=failed)
    op.create_index("ix_jobs_instance_id", "jobs", ["instance_id", "token"])
    op.create_index("ix_jobs_definition_id", "jobs", ["definition_id"])


def _make_subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", types.Key(), nullable=False),
        sa.Column("instance_id", types.Key(), nullable=True),
        sa.Column("definition_id", types.Key(), nullable=True),
        sa.Column("token", sa.Integer(), nullable=True),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("payload_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("fk_subscriptions_instance_id")),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("fk_subscriptions_definition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_subscriptions_instance_id", "subscriptions", ["instance_id", "token"])
    op.create_index("ix_subscriptions_definition_id", "subscriptions", ["definition_id"])
    op.create_index("ix_subscriptions_name", "subscriptions", ["kind", "name", "payload_key", "key", "id"])


def _make_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", types.Key(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("data", types.Json(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("source_id", types.Key(), nullable=True),
        sa.Column("instance_id", types.Key(), nullable=True),
        sa.Column("sent_at", types.Moment(), nullable=False),
        sa.Column("expires_at", types.Moment(), nullable=False),
        sa.Column("idempotency", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["instances.id"], name=op.f("fk_messages_source_id")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("fk_messages_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("idempotency", name=op.f("uq_messages_idempotency")),
        sqlite_with_rowid=False,
    )
    waiting = sa.text("status = 'waiting'")
    op.create_index(
        "ix_messages_waiting", "messages", ["name", "key", "id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index("ix_messages_status", "messages", ["status", "id"])


def _make_tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", types.Key(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("created_by", types.Key(), nullable=True),
        sa.Column("expires_at", types.Due(), nullable=False),
        sa.Column("revoked_at", types.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_tokens_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("name", name=op.f("uq_tokens_name")),
    )
