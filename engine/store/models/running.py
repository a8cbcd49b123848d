"""What is running: instances, their tasks and jobs, what they wait for, and their history."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from engine.store.models.base import metadata
from engine.store.types import Due, Json, Key, Moment

instances = Table(
    "instances",
    metadata,
    Column("id", Key, primary_key=True),
    Column("definition_id", Key, ForeignKey("definitions.id"), nullable=False),
    Column("business_key", String(200), index=True),
    Column("status", String(16), nullable=False),  # active <-> suspended; active -> completed; both -> cancelled
    Column("version", Integer, nullable=False),  # counts every change of this row: the safety net under its lock
    Column("history_serial", Integer, nullable=False),
    Column("history_hash", LargeBinary(32), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("started_by", Key, ForeignKey("users.id"), index=True),
    Column("ended_at", Moment),
    Column("ended_by", Key, ForeignKey("users.id")),
    Column("state", LargeBinary, nullable=False),  # engine.execution's
    Index("ix_instances_definition_id", "definition_id", "id"),
    Index("ix_instances_status", "status", "id"),
)

# Two inboxes, two indexes: neither can be mistaken for the other's by a planner.
_CLAIMED = text("status = 'open' AND assignee IS NOT NULL")
_FREE = text("status = 'open' AND assignee IS NULL")
_HANDED = text("status = 'open' AND owner IS NOT NULL")
_BEGUN = text("status = 'open' AND starter IS NOT NULL")
_DONE = text("status = 'completed'")
_SIFTED = ("status", "assignee", "priority", "process", "node", "name", "item", "created_at", "instance_id")

tasks = Table(
    "tasks",
    metadata,
    Column("id", Key, primary_key=True),
    Column("instance_id", Key, ForeignKey("instances.id"), nullable=False),
    Column("token", Integer, nullable=False),
    Column("node", String, nullable=False),
    Column(
        "definition_id", Key, ForeignKey("definitions.id")
    ),  # of a process called at its newest version; null: the case's
    Column("name", String, nullable=False),  # at most 200 characters: it stands in indexes
    Column("item", String),  # which of several: a multi-instance's item in words
    Column("lane", String),
    Column("group_key", String),  # the candidate group
    Column("assignee", Key, ForeignKey("users.id")),
    Column("status", String(16), nullable=False),  # open -> completed | cancelled
    Column("version", Integer, nullable=False),  # counts claims and releases
    Column("form_key", String),
    Column("sop_no", String),
    Column("due_at", Due, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("completed_at", Moment),
    Column("completed_by", Key, ForeignKey("users.id")),
    Column("owner", Key, ForeignKey("users.id")),  # who handed it to the assignee and wants to know
    Column("priority", Integer, nullable=False, server_default=text("0")),  # 0 ordinary, 1 urgent, 2 very urgent
    Column("follow_up", Moment),  # when the assignee wants to look at it again
    # Of its case, and never changed: lists are sorted and sifted by them without a look at each case.
    Column("process", String, nullable=False, server_default=text("''")),  # key of its definition
    Column("starter", Key, ForeignKey("users.id")),  # who started it
    UniqueConstraint("instance_id", "token"),
    Index("ix_tasks_assignee", "assignee", "due_at", "id", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
    # Beyond their order they hold what long lists are sifted and sorted by: a page reads its rows only.
    Index("ix_tasks_group_key", "group_key", "due_at", "id", *_SIFTED, sqlite_where=_FREE, postgresql_where=_FREE),
    Index("ix_tasks_owner", "owner", "due_at", "id", sqlite_where=_HANDED, postgresql_where=_HANDED),
    Index(
        "ix_tasks_starter",
        *("starter", "due_at", "id", *_SIFTED, "group_key", "owner"),
        sqlite_where=_BEGUN,
        postgresql_where=_BEGUN,
    ),
    Index("ix_tasks_completed_by", "completed_by", "completed_at", "id", sqlite_where=_DONE, postgresql_where=_DONE),
    sqlite_with_rowid=False,
)

_DUE = text("status = 'due'")
_FAILED = text("status = 'failed'")

jobs = Table(
    "jobs",  # what happens by itself; a job that is done is deleted
    metadata,
    Column("id", Key, primary_key=True),  # of a service call also its idempotency key
    Column("kind", String(16), nullable=False),  # timer | start | message | signal | service
    Column("status", String(16), nullable=False),  # due -> failed (an incident) -> due; due <-> held (case suspended)
    Column("instance_id", Key, ForeignKey("instances.id")),  # null: it concerns no case yet
    Column("definition_id", Key, ForeignKey("definitions.id")),  # whose cases it starts
    Column("token", Integer),
    Column("node", String),
    Column("due_at", Moment, nullable=False),  # of a service call that runs: when its worker counts as lost
    Column("tries", Integer, nullable=False),  # that were begun (service) or have failed (all others)
    Column("data", Json, nullable=False),
    Column("error", Json),  # {"message", "template", "place"} of the last try
    Column("failed_at", Moment),
    Index("ix_jobs_due_at", "due_at", "id", sqlite_where=_DUE, postgresql_where=_DUE),
    Index("ix_jobs_failed_at", "failed_at", "id", sqlite_where=_FAILED, postgresql_where=_FAILED),
    Index("ix_jobs_instance_id", "instance_id", "token"),
    Index("ix_jobs_definition_id", "definition_id"),
    sqlite_with_rowid=False,
)

subscriptions = Table(
    "subscriptions",  # what a case waits for, or what starts cases of a definition
    metadata,
    Column("id", Key, primary_key=True),
    Column("instance_id", Key, ForeignKey("instances.id")),
    Column("definition_id", Key, ForeignKey("definitions.id")),
    Column("token", Integer),
    Column("node", String, nullable=False),
    Column("kind", String(16), nullable=False),  # message | signal
    Column("name", String, nullable=False),
    Column("key", String(200)),  # what a message's key must be
    Column("payload_key", String, nullable=False),  # FEEL that finds it in the payload; "": the message brings it
    Index("ix_subscriptions_instance_id", "instance_id", "token"),
    Index("ix_subscriptions_definition_id", "definition_id"),
    Index("ix_subscriptions_name", "kind", "name", "payload_key", "key", "id"),
    sqlite_with_rowid=False,
)

_WAITING = text("status = 'waiting'")

messages = Table(
    "messages",  # that came or were thrown
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String, nullable=False),
    Column("key", String(200)),
    Column("data", Json, nullable=False),
    Column(
        "status", String(16), nullable=False
    ),  # waiting -> delivered | expired; signal: kept for its idempotency only
    Column("sender", String(200), nullable=False),  # who sent it, in words
    Column("source_id", Key, ForeignKey("instances.id")),  # the case that threw it
    Column("instance_id", Key, ForeignKey("instances.id")),  # the case that got it or was started by it
    Column("sent_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("idempotency", String(200), unique=True),
    Index("ix_messages_waiting", "name", "key", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("ix_messages_status", "status", "id"),
    sqlite_with_rowid=False,
)

history = Table(
    "history",  # triggers refuse every update and delete
    metadata,
    Column("instance_id", Key, ForeignKey("instances.id"), primary_key=True),
    Column("serial", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3, ... without a gap
    Column("at", Moment, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("node", String),
    Column("task_id", Key),
    Column("user_id", Key),
    Column("user_name", String(200), nullable=False),
    Column("group_key", String),  # the position (jabatan) acted for
    Column("capacity", String(16)),
    Column("data", String, nullable=False),  # canonical JSON text, hashed as it stands
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)
