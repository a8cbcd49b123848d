"""The people of Boalemo: the cast of every test that needs somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from engine.people import access, users
from engine.store import db

NOW = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
"""Monday 2 March 2026, 08:30 in Boalemo."""


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


ZONE = ZoneInfo("Asia/Makassar")

PASSWORD = "kopi-tinutuan-2026"

PEOPLE = {
    "rahmat": ("Rahmat Ishak", ("umum",), ()),
    "nurdin": ("Nurdin Ali", ("umum",), ()),
    "sitti": ("Sitti Aminah", ("operator",), ()),
    "yusuf": ("Yusuf Lahay", ("kasi_persandian",), ()),
    "sri": ("Sri Wahyuni", ("sekretaris",), ("manager",)),
    "kadis": ("Ibrahim Dunggio", ("kadis",), ()),
    "fatma": ("Fatma Hulopi", ("staf",), ()),
    "anton": ("Anton Mokodompit", (), ("analyst",)),
    "dewi": ("Dewi Kasim", (), ("admin",)),
    "tamu": ("Tamu Tanpa Tugas", (), ()),
}
"""username -> name, groups, roles"""


@dataclass
class Cast:
    """The cast in a database: ``cast.ids["sitti"]``, and ``cast.actor(session, "sitti")`` as she acts now."""

    ids: Mapping[str, UUID] = field(default_factory=dict)

    def actor(self, session: db.Session, username: str, now: datetime = NOW) -> access.Actor:
        return access.actor_of(session, self.ids[username], now)


def hire(session: db.Session) -> Cast:
    """Create everybody; their groups must be there."""
    return Cast(
        {
            username: users.create(
                session, username=username, name=name, password=PASSWORD, groups=groups, roles=roles, now=NOW
            ).id
            for username, (name, groups, roles) in PEOPLE.items()
        }
    )
