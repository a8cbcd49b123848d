"""Users: people who sign in."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import argon2
from sqlalchemy import Row, bindparam, exc, insert, select, update

from engine import errors
from engine.people import groups as groups_
from engine.store import keys, models
from engine.store.db import Session

ROLES = ("analyst", "manager", "admin")
"""What can be granted: analysts deploy, managers see every instance, admins keep people and settings. Everyone is an
employee."""

PASSWORD_LENGTH = 10
_PASSWORD_LONGEST = 200  # bounds the work of a hash
_NAME_LONGEST = 200
_TELLING = 4  # a shorter username is in many a good password by chance
_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")

# argon2id as OWASP recommends for a server with little memory: 19 MiB, two passes.
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _nobody() -> str:
    """Give a hash of nothing anybody knows: an unknown username costs what a wrong password costs."""
    return _hasher.hash(keys.new().hex)


@dataclass(frozen=True, slots=True)
class User:
    """One person; ``roles`` are those granted, ``generation`` counts how often their sign-ins were ended.

    ``outdated``: the password is stored in a way that is weaker than today's; who has the password should :func:`renew` it.
    """

    id: UUID
    username: str
    name: str
    roles: frozenset[str]
    locale: str | None
    active: bool
    generation: int
    created_at: datetime
    outdated: bool = False


_users = models.users
_select = select(
    _users.c.id,
    _users.c.username,
    _users.c.name,
    _users.c.roles,
    _users.c.locale,
    _users.c.active,
    _users.c.generation,
    _users.c.created_at,
)
_by_id = _select.where(_users.c.id == bindparam("id"))
_by_username = _select.where(_users.c.username == bindparam("username"))
_password = select(_users.c.id, _users.c.password, _users.c.active).where(_users.c.username == bindparam("username"))
_insert = insert(_users)
_change = update(_users).where(_users.c.id == bindparam("user_id"))


def create(
    session: Session,
    *,
    username: str,
    name: str,
    password: str,
    now: datetime,
    groups: Iterable[str] = (),
    roles: Collection[str] = (),
    locale: str | None = None,
) -> User:
    """Add a person who is a member of ``groups`` (keys) from now on, in full capacity.

    Usernames are 1 to 64 of a-z, 0-9, dot, hyphen and underscore; capitals are made small. Raises :class:`errors.InputError`,
    :class:`errors.UsernameTaken`, :class:`errors.NotFound` for an unknown group.
    """
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise errors.UsernameInvalid(username=username[:64])
    name = clean(name, _NAME_LONGEST, errors.NameInvalid)
    _judge(password, username)
    if unknown := sorted(set(roles) - set(ROLES)):
        raise errors.InputError(reason=f"there is no role {unknown[0]}")
    user = User(keys.new(), username, name, frozenset(roles), locale, active=True, generation=0, created_at=now)
    row = {
        "id": user.id,
        "username": username,
        "name": name,
        "password": _hasher.hash(password),
        "roles": sorted(roles),
        "locale": locale,
        "active": True,
        "generation": 0,
        "created_at": now,
    }
    if find(session, username) is not None:
        raise errors.UsernameTaken(username=username)
    try:
        session.execute(_insert, row)
    except exc.IntegrityError as error:  # two at once
        raise errors.UsernameTaken(username=username) from error
    for key in groups:
        groups_.join(session, user.id, key, since=now)
    return user


def authenticate(session: Session, username: str, password: str, now: datetime) -> User | None:
    """Give the active user of this name and password, else ``None``; takes as long for a name that does not exist.

    It only reads, so that the work of a hash holds no lock.
    """
    del now  # sign-ins are not recorded yet
    username = username.strip().lower()
    # What cannot be a username is not looked for: a database may refuse to be asked for it.
    asked = _USERNAME.fullmatch(username)
    row = session.execute(_password, {"username": username}).first() if asked else None
    nobody = _nobody()  # made with the first sign-in, whoever's it is
    known = row.password if row is not None else nobody
    try:
        _hasher.verify(known, password[: _PASSWORD_LONGEST + 1].encode(errors="surrogatepass"))
    except argon2.exceptions.VerifyMismatchError:
        return None
    if row is None or not row.active:
        return None
    return replace(get(session, row.id), outdated=_hasher.check_needs_rehash(known))


def renew(session: Session, user_id: UUID, password: str) -> None:
    """Store the password that a user signed in with the way today's are stored."""
    session.execute(_change, {"user_id": user_id, "password": _hasher.hash(password)})


def end_sign_ins(session: Session, user_id: UUID) -> None:
    """Sign a user out everywhere: sign-ins of the present generation no longer count."""
    session.execute(_change.values(generation=_users.c.generation + 1), {"user_id": user_id})


def get(session: Session, user_id: UUID) -> User:
    """Give a user. Raises :class:`errors.NotFound`."""
    row = session.execute(_by_id, {"id": user_id}).first()
    if row is None:
        raise errors.NotFound(kind="User", key=user_id)
    return _user(row)


def find(session: Session, username: str) -> User | None:
    """Give the user of a username."""
    username = username.strip().lower()
    row = session.execute(_by_username, {"username": username}).first() if _USERNAME.fullmatch(username) else None
    return None if row is None else _user(row)


def list(session: Session) -> tuple[User, ...]:  # noqa: A001  # users.list() reads aloud
    """Give everybody, by name."""
    return tuple(_user(row) for row in session.execute(_select.order_by(_users.c.name, _users.c.id)))


def clean(text: str, longest: int, refusal: type[errors.InputError]) -> str:
    """Give a line of text without control characters and outer blanks; raises ``refusal`` where it is empty or too long."""
    line = " ".join("".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C").split())
    if not line or len(line) > longest:
        raise refusal(longest=longest)
    return line


def _judge(password: str, username: str) -> None:
    """Raise :class:`errors.PasswordWeak`; the rule is BSSN regulation 4/2021's: long, and letters with figures."""
    if (
        not PASSWORD_LENGTH <= len(password) <= _PASSWORD_LONGEST
        or not any(c.isalpha() for c in password)
        or all(c.isalpha() for c in password)
        or (len(username) >= _TELLING and username in password.lower())
        or not password.isprintable()
    ):
        raise errors.PasswordWeak(length=PASSWORD_LENGTH)


def _user(row: Row[*tuple[Any, ...]]) -> User:
    return User(
        row.id, row.username, row.name, frozenset(row.roles), row.locale, row.active, row.generation, row.created_at
    )
