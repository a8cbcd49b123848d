"""What people's desks hold: drafts, comments, files, notices, own lists; how they sign in, and who stands in for whom."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

from engine.store import types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _add_to_users()
    _add_to_tasks()
    _make_people()
    _make_desk()
    _make_notices()
    _make_attachments()


def _add(table: str, *columns: sa.Column) -> None:
    """Add columns; SQLite can make one with a reference only where its statement names that, too."""
    dialect = op.get_bind().dialect
    for column in columns:
        referred = [key.target_fullname for key in column.foreign_keys]
        if dialect.name == "sqlite" and referred:
            kind = column.type.load_dialect_impl(dialect).compile(dialect)
            other, name = referred[0].split(".")
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column.name} {kind} REFERENCES {other} ({name})")
            continue
        column.foreign_keys.clear()
        op.add_column(
            table, sa.Column(column.name, column.type, nullable=column.nullable, server_default=column.server_default)
        )
        for each in referred:
            other, name = each.split(".")
            op.create_foreign_key(op.f(f"fk_{table}_{column.name}"), table, other, [column.name], [name])


def _add_to_users() -> None:
    nothing = sa.text("'{}'")
    _add(
        "users",
        sa.Column("email", sa.String(length=254)),
        sa.Column("jabatan", sa.String(length=200)),
        sa.Column("terms", types.Json(), nullable=False, server_default=nothing),
        sa.Column("settings", types.Json(), nullable=False, server_default=nothing),
        sa.Column("password_at", types.Moment()),
        sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("totp", sa.LargeBinary()),
        sa.Column("totp_step", sa.Integer()),
        sa.Column("left_at", types.Moment()),
    )


def _add_to_tasks() -> None:
    _add(
        "tasks",
        sa.Column("owner", types.Key(), sa.ForeignKey("users.id")),
        sa.Column("priority", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("follow_up", types.Moment()),
        sa.Column("process", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("starter", types.Key(), sa.ForeignKey("users.id")),
    )
    op.execute(
        "UPDATE tasks SET name = substr(name, 1, 200), process = (SELECT definitions.key "
        "FROM instances JOIN definitions ON definitions.id = instances.definition_id WHERE instances.id = tasks.instance_id),"
        " starter = (SELECT started_by FROM instances WHERE instances.id = tasks.instance_id)"
    )
    op.drop_index("ix_tasks_group_key", "tasks")
    sifted = ["status", "assignee", "priority", "process", "node", "name", "item", "created_at", "instance_id"]
    for name, columns, where in (
        ("ix_tasks_group_key", ["group_key", "due_at", "id", *sifted], "status = 'open' AND assignee IS NULL"),
        ("ix_tasks_owner", ["owner", "due_at", "id"], "status = 'open' AND owner IS NOT NULL"),
        (
            "ix_tasks_starter",
            ["starter", "due_at", "id", *sifted, "group_key", "owner"],
            "status = 'open' AND starter IS NOT NULL",
        ),
        ("ix_tasks_completed_by", ["completed_by", "completed_at", "id"], "status = 'completed'"),
    ):
        op.create_index(name, "tasks", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _person(table: str, name: str = "user_id", *, nullable: bool = False) -> tuple[sa.Column, sa.ForeignKeyConstraint]:
    return (
        sa.Column(name, types.Key(), nullable=nullable),
        sa.ForeignKeyConstraint([name], ["users.id"], name=op.f(f"fk_{table}_{name}")),
    )


def _case(table: str) -> tuple[sa.Column, sa.ForeignKeyConstraint]:
    return (
        sa.Column("instance_id", types.Key(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f(f"fk_{table}_instance_id")),
    )


def _task(table: str, *, nullable: bool) -> tuple[sa.Column, sa.ForeignKeyConstraint]:
    return (
        sa.Column("task_id", types.Key(), nullable=nullable),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f(f"fk_{table}_task_id")),
    )


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*(columns or ("id",)), name=op.f(f"pk_{table}"))


def _make_people() -> None:
    op.create_table(
        "substitutions",
        sa.Column("id", types.Key(), nullable=False),
        *_person("substitutions"),
        *_person("substitutions", "substitute_id"),
        sa.Column("since", types.Moment(), nullable=False),
        sa.Column("until", types.Due(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        *_person("substitutions", "created_by", nullable=True),
        _key("substitutions"),
    )
    op.create_index(op.f("ix_substitutions_user_id"), "substitutions", ["user_id"])
    op.create_index(op.f("ix_substitutions_substitute_id"), "substitutions", ["substitute_id"])
    op.create_table(
        "sign_ins",
        sa.Column("id", types.Key(), nullable=False),
        *_person("sign_ins"),
        sa.Column("began_at", types.Moment(), nullable=False),
        sa.Column("seen_at", types.Moment(), nullable=False),
        sa.Column("ended_at", types.Moment(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=300), nullable=False),
        _key("sign_ins"),
    )
    op.create_index(op.f("ix_sign_ins_user_id"), "sign_ins", ["user_id"])
    op.create_table(
        "throttles",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", types.Moment(), nullable=False),
        sa.Column("until", types.Moment(), nullable=False),
        _key("throttles", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recovery_codes",
        *_person("recovery_codes"),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", types.Moment(), nullable=True),
        _key("recovery_codes", "user_id", "hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "password_resets",
        sa.Column("id", types.Key(), nullable=False),
        *_person("password_resets"),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        *_person("password_resets", "created_by", nullable=True),
        sa.Column("expires_at", types.Moment(), nullable=False),
        sa.Column("used_at", types.Moment(), nullable=True),
        _key("password_resets"),
        sa.UniqueConstraint("hash", name=op.f("uq_password_resets_hash")),
    )
    op.create_index(op.f("ix_password_resets_user_id"), "password_resets", ["user_id"])


def _make_desk() -> None:
    op.create_table(
        "drafts",
        *_task("drafts", nullable=False),
        *_person("drafts"),
        sa.Column("values", types.Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", types.Moment(), nullable=False),
        _key("drafts", "task_id", "user_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comments",
        sa.Column("id", types.Key(), nullable=False),
        *_case("comments"),
        *_task("comments", nullable=True),
        *_person("comments"),
        sa.Column("at", types.Moment(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("mentions", types.Json(), nullable=False),
        _key("comments"),
    )
    op.create_index("ix_comments_instance_id", "comments", ["instance_id", "id"])
    op.create_table(
        "filters",
        sa.Column("id", types.Key(), nullable=False),
        *_person("filters"),
        sa.Column("group_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["group_key"], ["groups.key"], name=op.f("fk_filters_group_key")),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", types.Json(), nullable=False),
        sa.Column("columns", types.Json(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        _key("filters"),
    )
    op.create_index(op.f("ix_filters_user_id"), "filters", ["user_id"])
    op.create_index(op.f("ix_filters_group_key"), "filters", ["group_key"])
    op.create_table(
        "words",
        sa.Column(
            "word",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        *_case("words"),
        _key("words", "word", "instance_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_words_instance_id", "words", ["instance_id", "word"])
    _find_by_business_key()


def _find_by_business_key() -> None:
    """Keep the words of the business keys that there are, as new cases do."""
    instances = sa.table("instances", sa.column("id", types.Key()), sa.column("business_key", sa.String()))
    words = sa.table("words", sa.column("word", sa.String()), sa.column("instance_id", types.Key()))
    connection = op.get_bind()
    keyed = sa.select(instances).where(instances.c.business_key.is_not(None)).order_by(instances.c.id).limit(10_000)
    last = None
    while found := connection.execute(keyed if last is None else keyed.where(instances.c.id > last)).all():
        rows = [
            {"word": word, "instance_id": case.id}
            for case in found
            for word in {
                each[:40]
                for each in re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", case.business_key).casefold())
            }
        ]
        if rows:
            connection.execute(sa.insert(words), rows)
        last = found[-1].id


def _make_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", types.Key(), nullable=False),
        *_person("notices"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        *_task("notices", nullable=True),
        *_case("notices"),
        *_person("notices", "sender", nullable=True),
        sa.Column("at", types.Moment(), nullable=False),
        sa.Column("read_at", types.Moment(), nullable=True),
        sa.Column("mail", sa.String(length=8), nullable=False),
        sa.Column("mail_at", types.Moment(), nullable=True),
        _key("notices"),
    )
    op.create_index("ix_notices_user_id", "notices", ["user_id", "id"])
    for name, columns, where in (
        ("ix_notices_unread", ["user_id", "id"], "read_at IS NULL"),
        ("ix_notices_mail_at", ["mail_at", "id"], "mail = 'due'"),
    ):
        op.create_index(name, "notices", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _make_attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", types.Key(), nullable=False),
        *_case("attachments"),
        *_task("attachments", nullable=True),
        *_person("attachments"),
        sa.Column("field", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("kept_at", types.Moment(), nullable=True),
        sa.Column("attached", sa.Boolean(), nullable=False),
        sa.Column("tombstone", types.Json(), nullable=True),
        _key("attachments"),
    )
    op.create_index("ix_attachments_instance_id", "attachments", ["instance_id", "id"])
    op.create_index("ix_attachments_hash", "attachments", ["hash"])
