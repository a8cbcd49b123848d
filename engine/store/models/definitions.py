"""What can run: deployments and what they brought."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from engine.store.models.base import metadata
from engine.store.types import Json, Key, Moment

deployments = Table(
    "deployments",
    metadata,
    Column("id", Key, primary_key=True),
    Column("deployed_at", Moment, nullable=False),
    Column("deployed_by", Key, ForeignKey("users.id")),
)

definitions = Table(
    "definitions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("key", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("hash", String(64), nullable=False),  # SHA-256 over source, forms and called processes
    Column("name", String, nullable=False),
    Column("source", LargeBinary, nullable=False),
    Column("forms", Json, nullable=False),  # form key -> content hash
    Column("calls", Json, nullable=False),  # called process key -> definition id, also of those that they call
    Column("lanes", Json, nullable=False),  # list of lane names
    Column("deployment_id", Key, ForeignKey("deployments.id"), nullable=False),
    Column("retired_at", Moment),
    Column("retired_by", Key, ForeignKey("users.id")),
    UniqueConstraint("key", "version"),
)

participants = Table(
    "participants",  # groups that have a lane in a definition; follows from its lanes and the office
    metadata,
    Column("definition_id", Key, ForeignKey("definitions.id"), primary_key=True),
    Column("group_key", String, primary_key=True),
    Index("ix_participants_group_key", "group_key", "definition_id"),
    sqlite_with_rowid=False,
)

forms = Table(
    "forms",
    metadata,
    Column("key", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False, index=True),  # SHA-256 of source
    Column("source", LargeBinary, nullable=False),
    Column("deployment_id", Key, ForeignKey("deployments.id"), nullable=False),
)
