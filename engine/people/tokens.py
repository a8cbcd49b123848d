"""Tokens of other systems: how whoever is no person proves who it is (RFC 6750, bearer tokens).

The text of a token is shown once; what is stored finds it again but does not give it back.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, exc, insert, select, update

from engine import errors
from engine.people import access
from engine.store import keys, models
from engine.store.db import Session

LONGEST_NAME = 64

_BYTES = 32
_NAME = re.compile(r"\w(?:[\w .-]*[\w.-])?")  # no colon: it parts the name from what follows it elsewhere
_TEXT = re.compile(r"lajur_([0-9a-f]{32})_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """A system's token. ``created_by`` is a person's name, ``None`` for the command line; ``until`` is the first moment too late."""

    id: UUID
    name: str
    created_at: datetime
    created_by: str | None
    until: datetime | None
    revoked_at: datetime | None

    def status(self, now: datetime) -> Literal["valid", "expired", "revoked"]:
        """Say whether it counts at a moment."""
        if self.revoked_at is not None:
            return "revoked"
        return "valid" if self.until is None or now < self.until else "expired"


_tokens, _users = models.tokens, models.users
_select = select(
    _tokens.c.id,
    _tokens.c.name,
    _tokens.c.created_at,
    _users.c.name.label("creator"),
    _tokens.c.expires_at,
    _tokens.c.revoked_at,
    _tokens.c.hash,
).select_from(_tokens.outerjoin(_users, _users.c.id == _tokens.c.created_by))
_by_id = _select.where(_tokens.c.id == bindparam("token"))
_by_name = _select.where(_tokens.c.name == bindparam("called"))
_revoke = update(_tokens).where(_tokens.c.id == bindparam("token")).values(revoked_at=bindparam("now"))
_delete = delete(_tokens).where(_tokens.c.id == bindparam("token"))


def create(
    session: Session, name: str, *, actor: access.Actor, now: datetime, until: datetime | None = None
) -> tuple[Token, str]:
    """Make a token for a system; give it, and its text ``lajur_<id>_<secret>``, which nobody can be shown again.

    The name, by which histories call the system, has 1 to 64 letters, figures, blanks, dots, hyphens and underscores. It may be
    that of a token that counts no longer, whose place the new one takes. Raises :class:`errors.RoleNeeded`,
    :class:`errors.TokenNameInvalid`, :class:`errors.TokenNameTaken`, :class:`errors.TokenEnded`.
    """
    access.require_keep_tokens(actor)
    name = name.strip()
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise errors.TokenNameInvalid(longest=LONGEST_NAME)
    if until is not None and until <= now:
        raise errors.TokenEnded
    if (row := session.execute(_by_name, {"called": name}).first()) is not None:
        if _token(row).status(now) == "valid":
            raise errors.TokenNameTaken(name=name)
        session.execute(_delete, {"token": row.id})
    token = Token(keys.new(), name, now, actor.name if actor.user_id else None, until, None)
    text = f"lajur_{token.id.hex}_{secrets.token_urlsafe(_BYTES)}"
    row_ = {
        "id": token.id,
        "name": name,
        "hash": _hash(text),
        "created_at": now,
        "created_by": actor.user_id,
        "expires_at": until,
        "revoked_at": None,
    }
    try:
        session.execute(insert(_tokens), row_)
    except exc.IntegrityError as error:  # two at once
        raise errors.TokenNameTaken(name=name) from error
    return token, text


def list(session: Session, *, actor: access.Actor) -> tuple[Token, ...]:  # noqa: A001  # tokens.list() reads aloud
    """Give all tokens, also those that count no longer, by name. Raises :class:`errors.RoleNeeded`."""
    access.require_keep_tokens(actor)
    return tuple(_token(row) for row in session.execute(_select.order_by(_tokens.c.name)))


def revoke(session: Session, name: str, *, actor: access.Actor, now: datetime) -> None:
    """Let a token count no longer, from now on; one that is revoked already stays as it is.

    Raises :class:`errors.RoleNeeded`, :class:`errors.NotFound`.
    """
    access.require_keep_tokens(actor)
    row = session.execute(_by_name, {"called": name.strip()}).first()
    if row is None:
        raise errors.NotFound(kind="Token", key=name)
    if row.revoked_at is None:
        session.execute(_revoke, {"token": row.id, "now": now})


def actor_of(session: Session, text: str, now: datetime) -> access.Actor:
    """Give the system whose token this is, as it acts now: it may send messages and signals, and nothing else.

    Raises :class:`errors.TokenInvalid`, which does not tell a token that is unknown from one that has ended.
    """
    # What cannot be a token is not looked for: a database may refuse to be asked for it.
    found = _TEXT.fullmatch(text)
    row = session.execute(_by_id, {"token": UUID(found[1])}).first() if found else None
    if row is None or not hmac.compare_digest(row.hash, _hash(text)) or _token(row).status(now) != "valid":
        raise errors.TokenInvalid
    return access.Actor(None, f"token:{row.id.hex}", row.name, roles=frozenset({"sender"}))


def _hash(text: str) -> bytes:
    """Give what is stored: 256 bits of chance need no slow hash."""
    return sha256(text.encode()).digest()


def _token(row: Row[*tuple[Any, ...]]) -> Token:
    return Token(row.id, row.name, row.created_at, row.creator, row.expires_at, row.revoked_at)
