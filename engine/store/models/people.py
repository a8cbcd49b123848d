"""Who works here: users, their positions, and how they sign in."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, text

from engine.store.models.base import metadata
from engine.store.types import Due, Json, Key, Moment

users = Table(
    "users",
    metadata,
    Column("id", Key, primary_key=True),
    Column("username", String(64), nullable=False, unique=True),  # lower case
    Column("name", String, nullable=False),
    Column("password", String(200), nullable=False),  # argon2id
    Column("roles", Json, nullable=False),  # list of role names, without "employee", which everyone has
    Column("locale", String(8)),
    Column("active", Boolean, nullable=False),
    Column("generation", Integer, nullable=False),  # of sign-ins; raised to end them all
    Column("created_at", Moment, nullable=False),
    Column("email", String(254)),
    Column("jabatan", String(200)),  # as the office calls it: "Analis Kebijakan Ahli Muda"
    Column("terms", Json, nullable=False, server_default=text("'{}'")),  # {"auditor": until, "manages": [group keys]}
    Column("settings", Json, nullable=False, server_default=text("'{}'")),  # of notices
    Column("password_at", Moment),  # when the password was chosen; null: before this was kept
    Column("must_change", Boolean, nullable=False, server_default=text("false")),  # somebody else chose it
    Column("totp", LargeBinary),  # the secret, sealed with the installation's key; null: no second factor
    Column("totp_step", Integer),  # the last time step that was used: a code counts once
    Column("left_at", Moment),
)

groups = Table(
    "groups",
    metadata,
    Column("key", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("position", Integer, nullable=False),  # the order of office.toml
    Column("active", Boolean, nullable=False),  # false: no longer in office.toml, kept for what refers to it
)

tokens = Table(
    "tokens",  # by which other systems speak to the HTTP interface
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("hash", LargeBinary(32), nullable=False),  # SHA-256 of the secret, which has 256 bits of chance
    Column("created_at", Moment, nullable=False),
    Column("created_by", Key, ForeignKey("users.id")),
    Column("expires_at", Due, nullable=False),
    Column("revoked_at", Moment),
)

memberships = Table(
    "memberships",
    metadata,
    Column("id", Key, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False, index=True),
    Column("group_key", String, ForeignKey("groups.key"), nullable=False, index=True),
    Column("capacity", String(16), nullable=False),  # definitif | plt | plh
    Column("decree", String(100)),  # number of the decision that appointed
    Column("since", Moment, nullable=False),
    Column("until", Due, nullable=False),  # the first moment that no longer counts
)

substitutions = Table(
    "substitutions",  # who does somebody's work while they are away
    metadata,
    Column("id", Key, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False, index=True),  # who is away
    Column("substitute_id", Key, ForeignKey("users.id"), nullable=False, index=True),
    Column("since", Moment, nullable=False),
    Column("until", Due, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Key, ForeignKey("users.id")),
)

sign_ins = Table(
    "sign_ins",  # each browser that somebody is signed in with
    metadata,
    Column("id", Key, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False, index=True),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("address", String(64), nullable=False),
    Column("agent", String(300), nullable=False),
)

throttles = Table(
    "throttles",  # failed tries to sign in, by account and by address
    metadata,
    Column("key", String(200), primary_key=True),  # "account:sitti", "address:10.1.2.3"
    Column("failures", Integer, nullable=False),
    Column("failed_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),  # no try counts before
    sqlite_with_rowid=False,
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", Key, ForeignKey("users.id"), primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),
    Column("used_at", Moment),
    sqlite_with_rowid=False,
)

password_resets = Table(
    "password_resets",
    metadata,
    Column("id", Key, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False, index=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),  # SHA-256 of the secret in the link
    Column("created_at", Moment, nullable=False),
    Column("created_by", Key, ForeignKey("users.id")),  # null: who forgot it asked by mail
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

offices = Table(
    "offices",  # one row: what office.toml said when it was last read
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", String(64), nullable=False),  # SHA-256 of source
    Column("source", Json, nullable=False),  # {"name", "zone", "groups": [{"key", "name", "lanes"}]}
)
