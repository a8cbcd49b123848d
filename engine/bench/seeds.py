"""A busy office's database, made of nothing: so many open tasks, each in a case of its own, and ten history events for each.

A case of each process is walked through the engine once; what it left behind at each step is then copied with other keys, people and
times, so that every copy is a case that goes on where it stands. The same number gives the same office.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import func, insert, select

from engine import config
from engine.bench import loads, samples
from engine.calendar.worktime import Calendar
from engine.people import access, groups, users
from engine.runtime import deployments, instances, tasks, words
from engine.store import db, models
from engine.store import history as histories
from engine.store.db import Session

USERNAME = "bench"
Progress = Callable[[str], None]

_GROUPS = tuple(f"unit{number:02}" for number in range(1, 21))
_SHARES = (15, 10, 8, 7, 6, 6, 5, 5, 5, 4, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2)  # of the steps, in hundredths
_PEOPLE = 100
_PROCESSES = 12
_STEPS = 10
_DEPTH = 9  # steps that a case has at most behind it: four as a mean, which makes ten events
_BEGUN = 0.1  # of all cases by the person who is measured
_CLAIMED = 0.4
_UNTIMED = 0.1
_CASES = 500  # of one transaction's statements
_SUBJECTS = [
    "undangan",
    "rapat",
    "koordinasi",
    "permohonan",
    "data",
    "laporan",
    "bulanan",
    "usulan",
    "kenaikan",
    "pangkat",
    "cuti",
    "tahunan",
    "pengadaan",
    "perangkat",
    "jaringan",
    "keamanan",
    "informasi",
    "sandi",
    "audit",
    "evaluasi",
    "kinerja",
    "bimbingan",
    "teknis",
    "sosialisasi",
    "peminjaman",
    "gedung",
    "perjalanan",
    "dinas",
]
_SENDERS = (
    "bupati",
    "sekretariat",
    "bappeda",
    "inspektorat",
    "dinas kesehatan",
    "dinas pendidikan",
    "kecamatan",
    "bkpsdm",
)


@dataclass(frozen=True, slots=True)
class Planted:
    """What there is now; ``username`` with ``password`` is somebody of the largest groups. ``fresh``: it was made just now."""

    tasks: int
    username: str
    password: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class _Stage:
    """What a case left behind when it had come so far: its row, its tasks, and its events."""

    instance: Mapping[str, Any]
    tasks: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]]


@dataclass
class _Batch:
    """Rows that are to be stored together, those first that others refer to."""

    instances: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)

    def store(self, session: Session) -> None:
        """Store them and begin anew."""
        for name in ("instances", "tasks", "history", "words"):
            rows: list[dict[str, Any]] = getattr(self, name)
            if rows:
                session.execute(insert(getattr(models, name)), rows)
                rows.clear()


def office() -> config.Office:
    """Give the office: twenty groups, and nobody's days off."""
    made = tuple(config.Group(key, f"Unit {key[-2:]}", (key,)) for key in _GROUPS)
    return config.Office("Bench", Calendar(ZoneInfo("Asia/Makassar")), made)


def plant(database: db.Database, number: int, *, password: str, now: datetime, progress: Progress) -> Planted:
    """Make ``number`` open tasks in an upgraded database without cases; where that was done before, only renew the password.

    Raises :class:`loads.Refused` where the database is somebody's.
    """
    with database.begin() as session:
        who = users.find(session, USERNAME)
        count = session.execute(
            select(func.count()).select_from(models.tasks).where(models.tasks.c.status == "open")
        ).scalar_one()
        if who is not None and count:
            users.renew(session, who.id, password)
            return Planted(count, USERNAME, password, fresh=False)
        if count or session.execute(select(func.count()).select_from(models.users)).scalar_one():
            raise loads.Refused("the database has people or cases already; give an empty one")
        groups.sync(session, office())
        people = _hire(session, password, now)
        stages = _walk(session, now)
    progress(f"{_PROCESSES} processes, {len(people)} people; now {number:,} cases")
    members = {group: [one for one in people if group in one.groups] for group in _GROUPS}
    random = Random(number)  # noqa: S311  # to be the same each time
    for done in range(0, number, 20 * _CASES):
        with database.begin() as session:
            for start in range(done, min(done + 20 * _CASES, number), _CASES):
                batch = _Batch()
                for each in range(start, min(start + _CASES, number)):
                    begun = now - timedelta(minutes=2 * (number - each))
                    _copy(batch, random, stages[each % _PROCESSES], people, members, begun)
                batch.store(session)
        progress(f"{min(done + 20 * _CASES, number):,} cases")
    with database.begin() as session:
        if session.dialect.name == "postgresql":
            session.exec_driver_sql("ANALYZE")  # what its daemon would do within minutes
    return Planted(number, USERNAME, password, fresh=True)


def _hire(session: Session, password: str, now: datetime) -> list[access.Actor]:
    """Give people their groups; the first is in three of the largest."""
    first = users.create(session, username=USERNAME, name="Bench", password=password, groups=_GROUPS[:3], now=now)
    secret = session.execute(select(models.users.c.password).where(models.users.c.id == first.id)).scalar_one()
    random = Random(_PEOPLE)  # noqa: S311
    rows, memberships = [], []
    for each in range(1, _PEOPLE):
        key = _key(random, now)
        row = {"id": key, "username": f"bench{each:02}", "name": f"Pegawai {each:02}", "password": secret}
        rows.append(
            {**row, "roles": [], "active": True, "generation": 0, "created_at": now, "terms": {}, "settings": {}}
        )
        for group in {_GROUPS[each % len(_GROUPS)], random.choice(_GROUPS)}:
            one = {"id": _key(random, now), "user_id": key, "group_key": group, "capacity": "definitif"}
            memberships.append({**one, "decree": None, "since": now - timedelta(days=999), "until": None})
    session.execute(insert(models.users), rows)
    session.execute(insert(models.memberships), memberships)
    return [access.actor_of(session, key, now) for key in (first.id, *(row["id"] for row in rows))]


def _walk(session: Session, now: datetime) -> list[list[_Stage]]:
    """Take a case of each process as far as any is, looking at it at each step; then there is none of them any more."""
    random = Random(_PROCESSES)  # noqa: S311
    found: list[list[_Stage]] = []
    for number in range(1, _PROCESSES + 1):
        key = f"sop-{number:02}"
        lanes = list(dict.fromkeys(random.choices(_GROUPS, _SHARES, k=_STEPS)))
        files = samples.line(_STEPS, lanes, key)
        deployments.deploy(session, files, actor=access.SYSTEM, now=now, office=office())
        undone = session.begin_nested()
        case = instances.start(session, key, actor=access.SYSTEM, now=now).id
        stages = [_look(session, case)]
        for step in range(1, _DEPTH):
            task = next(each for each in stages[-1].tasks if each["status"] == "open")
            tasks.complete(session, task["id"], {f"f{step}": "nilai"}, actor=access.SYSTEM, now=now)
            stages.append(_look(session, case))
        undone.rollback()
        found.append(stages)
    return found


def _look(session: Session, case: UUID) -> _Stage:
    def rows(table: Any, column: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # SQLAlchemy's tables
        return [dict(row) for row in session.execute(select(table).where(column == case)).mappings()]

    events = sorted(rows(models.history, models.history.c.instance_id), key=lambda row: row["serial"])
    opened = sorted(rows(models.tasks, models.tasks.c.instance_id), key=lambda row: row["token"])
    return _Stage(rows(models.instances, models.instances.c.id)[0], opened, events)


def _copy(
    batch: _Batch,
    random: Random,
    stages: Sequence[_Stage],
    people: Sequence[access.Actor],
    members: Mapping[str, Sequence[access.Actor]],
    begun: datetime,
) -> None:
    """Put one more case into a batch."""
    stage = random.choice(stages)
    case = _key(random, begun)
    starter = people[0] if random.random() < _BEGUN else random.choice(people)
    number = f"{random.randrange(1, 999):03}/{random.randrange(1, 99_999)}/{begun.year}"
    subject = " ".join(random.sample(_SUBJECTS, 4))
    made: dict[UUID, dict[str, Any]] = {}
    for place, task in enumerate(stage.tasks):
        opened = begun + timedelta(minutes=place)
        own = dict(task) | {"id": _key(random, opened), "instance_id": case, "starter": starter.user_id}
        due = None if random.random() < _UNTIMED else opened + timedelta(minutes=random.randrange(60, 400_000))
        own |= {"created_at": opened, "due_at": due, "priority": random.choices((0, 1, 2), (85, 12, 3))[0]}
        doer = random.choice(members[task["group_key"]])
        if task["status"] == "completed":
            own |= {
                "assignee": doer.user_id,
                "completed_by": doer.user_id,
                "completed_at": opened + timedelta(minutes=1),
            }
        elif random.random() < _CLAIMED:
            own["assignee"] = doer.user_id
        made[task["id"]] = own
        batch.tasks.append(own)
    events = [
        histories.Event(
            row["kind"],
            row["node"],
            None if row["task_id"] is None else made[row["task_id"]]["id"],
            row["group_key"],
            {"business_key": number} if row["kind"] == "instance.started" else orjson.loads(row["data"]),
        )
        for row in stage.events
    ]
    head, rows = histories.chain(histories.Head(case), events, author=starter, now=begun)
    batch.history += rows
    batch.instances.append(
        dict(stage.instance)
        | {"id": case, "business_key": number, "started_at": begun, "started_by": starter.user_id}
        | {"history_serial": head.serial, "history_hash": head.hash}
    )
    told = words.split(f"{number} {subject} {random.choice(_SENDERS)}")
    batch.words += ({"word": word, "instance_id": case} for word in told)


def _key(random: Random, moment: datetime) -> UUID:
    """Make a key of a moment that has passed, as :func:`keys.new` would have then."""
    stamp = int(moment.timestamp() * 1000) << 80 | 7 << 76 | random.getrandbits(12) << 64 | 0b10 << 62
    return UUID(int=stamp | random.getrandbits(62))
