"""What lies on people's desks besides their tasks: drafts, comments, files, notices, lists of their own, words to search by."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from engine.store.models.base import metadata
from engine.store.types import Json, Key, Moment

drafts = Table(
    "drafts",  # what somebody has typed into a task's form and not sent yet
    metadata,
    Column("task_id", Key, ForeignKey("tasks.id"), primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), primary_key=True),
    Column("values", Json, nullable=False),  # as they were typed, and what of the kelengkapan is ticked
    Column("version", Integer, nullable=False),  # counts the savings
    Column("saved_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

comments = Table(
    "comments",
    metadata,
    Column("id", Key, primary_key=True),
    Column("instance_id", Key, ForeignKey("instances.id"), nullable=False),
    Column("task_id", Key, ForeignKey("tasks.id")),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("text", String(2000), nullable=False),
    Column("mentions", Json, nullable=False),  # user ids
    Index("ix_comments_instance_id", "instance_id", "id"),
)

filters = Table(
    "filters",  # lists that somebody made for themselves or for their groups
    metadata,
    Column("id", Key, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False, index=True),
    Column("group_key", String, ForeignKey("groups.key"), index=True),  # who else sees it; null: nobody
    Column("name", String(80), nullable=False),
    Column("query", Json, nullable=False),
    Column("columns", Json, nullable=False),
    Column("position", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
)

words = Table(
    "words",  # what a case is found by: its business key and the form values that an analyst marked as searchable
    metadata,
    # Sorted by code points whatever the server's language: words are found by how they begin.
    Column("word", String(40).with_variant(String(40, collation="C"), "postgresql"), primary_key=True),
    Column("instance_id", Key, ForeignKey("instances.id"), primary_key=True),
    Index("ix_words_instance_id", "instance_id", "word"),
    sqlite_with_rowid=False,
)

_UNREAD = text("read_at IS NULL")
_UNSENT = text("mail = 'due'")

notices = Table(
    "notices",
    metadata,
    Column("id", Key, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("kind", String(16), nullable=False),  # assigned | due | late | mentioned | nudged
    Column("task_id", Key, ForeignKey("tasks.id")),
    Column("instance_id", Key, ForeignKey("instances.id"), nullable=False),
    Column("sender", Key, ForeignKey("users.id")),
    Column("at", Moment, nullable=False),
    Column("read_at", Moment),
    Column("mail", String(8), nullable=False),  # none | due -> sent | failed
    Column("mail_at", Moment),  # when it is to be sent, then when it was
    Index("ix_notices_user_id", "user_id", "id"),
    Index("ix_notices_unread", "user_id", "id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    Index("ix_notices_mail_at", "mail_at", "id", sqlite_where=_UNSENT, postgresql_where=_UNSENT),
)

attachments = Table(
    "attachments",  # the bytes lie in the file store, under the hash
    metadata,
    Column("id", Key, primary_key=True),
    Column("instance_id", Key, ForeignKey("instances.id"), nullable=False),
    Column("task_id", Key, ForeignKey("tasks.id")),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("field", String(200)),  # of the form that asked for it; null: put there by hand
    Column("name", String(200), nullable=False),
    Column("type", String(100), nullable=False),  # as sniffed, not as said
    Column("size", Integer, nullable=False),  # in bytes, of the whole file
    Column("received", Integer, nullable=False),  # in bytes
    Column("hash", LargeBinary(32)),  # SHA-256; null: not whole yet
    Column("status", String(16), nullable=False),  # coming -> kept -> quarantined -> purged; quarantined -> kept
    Column("created_at", Moment, nullable=False),
    Column("kept_at", Moment),
    Column("attached", Boolean, nullable=False),  # its task was completed with it, or it was put there by hand
    Column("tombstone", Json),  # who quarantined or purged it, when and why
    Index("ix_attachments_instance_id", "instance_id", "id"),
    Index("ix_attachments_hash", "hash"),
)
