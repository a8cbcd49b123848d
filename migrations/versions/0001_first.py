"""Everything the first release keeps."""

import sqlalchemy as sa
from alembic import op

from engine.store import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "groups",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_groups")),
    )
    op.create_table(
        "offices",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("source", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offices")),
    )
    op.create_table(
        "users",
        sa.Column("id", types.Key(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("roles", types.Json(), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "deployments",
        sa.Column("id", types.Key(), nullable=False),
        sa.Column("deployed_at", types.Moment(), nullable=False),
        sa.Column("deployed_by", types.Key(), nullable=True),
        sa.ForeignKeyConstraint(["deployed_by"], ["users.id"], name=op.f("fk_deployments_deployed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
    )
    op.create_table(
        "memberships",
        sa.Column("id", types.Key(), nullable=False),
        sa.Column("user_id", types.Key(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("capacity", sa.String(length=16), nullable=False),
        sa.Column("decree", sa.String(length=100), nullable=True),
        sa.Column("since", types.Moment(), nullable=False),
        sa.Column("until", types.Due(), nullable=False),
        sa.ForeignKeyConstraint(["group_key"], ["groups.key"], name=op.f("fk_memberships_group_key")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_group_key"), "memberships", ["group_key"], unique=False)
    op.create_index(op.f("ix_memberships_user_id"), "memberships", ["user_id"], unique=False)
    op.create_table(
        "definitions",
        sa.Column("id", types.Key(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("forms", types.Json(), nullable=False),
        sa.Column("calls", types.Json(), nullable=False),
        sa.Column("lanes", types.Json(), nullable=False),
        sa.Column("deployment_id", types.Key(), nullable=False),
        sa.Column("retired_at", types.Moment(), nullable=True),
        sa.Column("retired_by", types.Key(), nullable=True),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_definitions_deployment_id")),
        sa.ForeignKeyConstraint(["retired_by"], ["users.id"], name=op.f("fk_definitions_retired_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definitions")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_definitions_key_version")),
    )
    op.create_table(
        "forms",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("deployment_id", types.Key(), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_forms_deployment_id")),
        sa.PrimaryKeyConstraint("key", "version", name=op.f("pk_forms")),
    )
    op.create_index(op.f("ix_forms_hash"), "forms", ["hash"], unique=False)
    op.create_table(
        "instances",
        sa.Column("id", types.Key(), nullable=False),
        sa.Column("definition_id", types.Key(), nullable=False),
        sa.Column("business_key", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("history_serial", sa.Integer(), nullable=False),
        sa.Column("history_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("started_at", types.Moment(), nullable=False),
        sa.Column("started_by", types.Key(), nullable=True),
        sa.Column("ended_at", types.Moment(), nullable=True),
        sa.Column("ended_by", types.Key(), nullable=True),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("fk_instances_definition_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_instances_ended_by")),
        sa.ForeignKeyConstraint(["started_by"], ["users.id"], name=op.f("fk_instances_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instances")),
    )
    op.create_index(op.f("ix_instances_business_key"), "instances", ["business_key"], unique=False)
    op.create_index("ix_instances_definition_id", "instances", ["definition_id", "id"], unique=False)
    op.create_index(op.f("ix_instances_started_by"), "instances", ["started_by"], unique=False)
    op.create_index("ix_instances_status", "instances", ["status", "id"], unique=False)
    op.create_table(
        "participants",
        sa.Column("definition_id", types.Key(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("fk_participants_definition_id")),
        sa.PrimaryKeyConstraint("definition_id", "group_key", name=op.f("pk_participants")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_participants_group_key", "participants", ["group_key", "definition_id"], unique=False)
    op.create_table(
        "history",
        sa.Column("instance_id", types.Key(), nullable=False),
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", types.Moment(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("node", sa.String(), nullable=True),
        sa.Column("task_id", types.Key(), nullable=True),
        sa.Column("user_id", types.Key(), nullable=True),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("group_key", sa.String(), nullable=True),
        sa.Column("capacity", sa.String(length=16), nullable=True),
        sa.Column("data", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("fk_history_instance_id")),
        sa.PrimaryKeyConstraint("instance_id", "serial", name=op.f("pk_history")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "jobs",
        sa.Column("id", types.Key(), nullable=False),
        sa.Column("instance_id", types.Key(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("due_at", types.Moment(), nullable=False),
        sa.Column("data", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("fk_jobs_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_jobs_due_at"), "jobs", ["due_at"], unique=False)
    op.create_index("ix_jobs_instance_id", "jobs", ["instance_id", "token"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("id", types.Key(), nullable=False),
        sa.Column("instance_id", types.Key(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("data", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("fk_subscriptions_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_subscriptions_instance_id", "subscriptions", ["instance_id", "token"], unique=False)
    op.create_index("ix_subscriptions_name", "subscriptions", ["kind", "name"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", types.Key(), nullable=False),
        sa.Column("instance_id", types.Key(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("lane", sa.String(), nullable=True),
        sa.Column("group_key", sa.String(), nullable=True),
        sa.Column("assignee", types.Key(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(), nullable=True),
        sa.Column("sop_no", sa.String(), nullable=True),
        sa.Column("due_at", types.Due(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("completed_at", types.Moment(), nullable=True),
        sa.Column("completed_by", types.Key(), nullable=True),
        sa.ForeignKeyConstraint(["assignee"], ["users.id"], name=op.f("fk_tasks_assignee")),
        sa.ForeignKeyConstraint(["completed_by"], ["users.id"], name=op.f("fk_tasks_completed_by")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("fk_tasks_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("instance_id", "token", name=op.f("uq_tasks_instance_id_token")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_tasks_assignee",
        "tasks",
        ["assignee", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'open' AND assignee IS NOT NULL"),
        postgresql_where=sa.text("status = 'open' AND assignee IS NOT NULL"),
    )
    op.create_index(
        "ix_tasks_group_key",
        "tasks",
        ["group_key", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'open' AND assignee IS NULL"),
        postgresql_where=sa.text("status = 'open' AND assignee IS NULL"),
    )
    for table, columns in _FROZEN.items():
        if op.get_bind().dialect.name == "sqlite":
            _freeze_sqlite(table, columns)
        else:
            _freeze_postgresql(table, columns)


# What happened and what was deployed stays as it was, whoever asks the database to change it. Columns: those that no
# update may touch; none means all.
_FROZEN = {
    "history": "",
    "definitions": " OF id, key, version, hash, name, source, forms, calls, lanes, deployment_id",
    "forms": "",
}


def _freeze_sqlite(table: str, columns: str) -> None:
    for event in (f"UPDATE{columns}", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event[:6].lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} cannot be changed'); END"
        )


def _freeze_postgresql(table: str, columns: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} cannot be changed' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for event, level in ((f"UPDATE{columns}", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event[:8].strip().split()[0].lower()} BEFORE {event} ON {table} "
            f"FOR EACH {level} EXECUTE FUNCTION {table}_frozen()"
        )
