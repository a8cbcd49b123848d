"""What an office does all day while its machines are killed: every kind of job, and people who complete tasks.

The clock goes faster than a real one, so that timers, leases and pauses of a quarter of a minute pass within a second. It is the
same for every process that is given when it began.
"""

import contextlib
import http.client
import os
import random
import re
import time
import uuid
from datetime import timedelta
from http import HTTPStatus
from itertools import pairwise
from urllib.parse import urlencode

from sqlalchemy import select

from engine import config, errors
from engine.jobs import messages, signals
from engine.people import access
from engine.runtime import instances, tasks
from engine.store import db, models
from tests import cast
from tests.diagrams_made import declared, diagram, flow, linear, node, service, task, timer, told

ROUNDS = int(os.environ.get("LAJUR_CRASH_ROUNDS", "20"))
"""So many processes of each kind are killed, on each kind of database."""
PACE = 20
CYCLE = timedelta(seconds=2)
REPEATS = 3


class Clock:
    """A clock that goes :data:`PACE` times as fast as a real one."""

    def __init__(self, began):
        self.began = began

    def __call__(self):
        return cast.NOW + timedelta(seconds=(time.time() - self.began) * PACE)


def settings(folder, port):
    """Settings of a worker that may call the receiver; a call that is lost is made again after 15 seconds of the clock."""
    return config.Settings(
        var=folder, secret_key="a key of the tests" * 3, http_hosts=f"127.0.0.1:{port}", connector_seconds=5
    )


def files(receiver):
    """Give the office's processes; those that call somebody call this host and port."""
    return {f"{key}.bpmn": source for key, source in _processes(receiver)}


def _processes(receiver):
    yield "apel", _chain("apel", node("intermediateCatchEvent", "tunggu", inside=timer("timeDuration", "PT1S")))
    cycle = timer("timeCycle", f"R{REPEATS}/PT{CYCLE.seconds}S")
    yield (
        "piket",
        diagram(
            "piket",
            [
                node("startEvent", "mulai"),
                task("jaga"),
                node("boundaryEvent", "lonceng", inside=cycle, attachedToRef="jaga", cancelActivity="false"),
                node("endEvent", "selesai"),
                node("endEvent", "berbunyi"),
            ],
            [flow("mulai", "jaga"), flow("jaga", "selesai"), flow("lonceng", "berbunyi")],
        ),
    )
    yield (
        "kirim",
        _chain(
            "kirim",
            node("intermediateThrowEvent", "surat", inside=told("message", "Surat")),
            node("intermediateCatchEvent", "balasan", inside=told("message", "Balasan")),
            before=declared("message", "Surat", "Balasan"),
        ),
    )
    yield (
        "terima",
        diagram(
            "terima",
            [
                node("startEvent", "mulai", inside=told("message", "Surat")),
                node("intermediateThrowEvent", "balas", inside=told("message", "Balasan")),
                node("endEvent", "selesai"),
            ],
            [flow("mulai", "balas"), flow("balas", "selesai")],
            before=declared("message", "Surat", "Balasan"),
        ),
    )
    yield (
        "janji",
        _chain(
            "janji",
            node("intermediateCatchEvent", "datang", inside=told("message", "Tamu")),
            before=declared("message", "Tamu"),
        ),
    )
    yield (
        "dengar",
        _chain(
            "dengar",
            node("intermediateCatchEvent", "sirene", inside=told("signal", "Sirene")),
            before=declared("signal", "Sirene"),
        ),
    )
    yield (
        "lapor",
        _chain(
            "lapor",
            service("pusat", "http", {"url": f'"http://{receiver}/lapor"', "body": "{ tanda: tanda }"}, ANSWER),
            task("periksa"),
        ),
    )
    yield "surat", linear("surat", task("catat"), task("arsip"))


ANSWER = {"nomor": "body.nomor"}
STARTED = ("apel", "piket", "kirim", "janji", "dengar", "lapor", "surat")


def _chain(key, *nodes, before=""):
    drawn = [node("startEvent", "mulai"), *nodes, node("endEvent", "selesai")]
    return diagram(key, drawn, [flow(a, b) for a, b in pairwise(ident for _, ident, _ in drawn)], before=before)


class Desk:
    """A person who works on a database, as another machine would."""

    def __init__(self, database, clock):
        self.database, self.clock = database, clock

    def start(self, key, tag):
        with self.database.begin() as session:
            values = {"tanda": tag} if key == "lapor" else {}
            instances.start(session, key, business_key=tag, values=values, actor=access.SYSTEM, now=self.clock())
        return True

    def complete(self, task_id):
        with self.database.begin() as session:
            tasks.complete(session, task_id, {}, actor=access.SYSTEM, now=self.clock())
        return True

    def guest(self, tag):
        with self.database.begin() as session:
            given = {"key": tag, "data": {}, "idempotency": tag}
            messages.send(session, "Tamu", actor=access.SYSTEM, now=self.clock(), **given)

    def siren(self):
        with self.database.begin() as session:
            signals.send(session, "Sirene", data={}, actor=access.SYSTEM, now=self.clock())

    def ready(self):
        """Give the open tasks that may be completed: a watch only after its bell has rung as often as it will."""
        table, jobs = models.tasks, models.jobs
        ringing = select(jobs.c.id).where(jobs.c.instance_id == table.c.instance_id, jobs.c.node == "lonceng").exists()
        with self.database.read() as session:
            return list(session.scalars(select(table.c.id).where(table.c.status == "open", ~ringing).limit(20)))

    def waiting_guests(self):
        table, definitions = models.instances, models.definitions
        found = (
            select(table.c.business_key)
            .join(definitions, definitions.c.id == table.c.definition_id)
            .where(definitions.c.key == "janji", table.c.status == "active")
        )
        with self.database.read() as session:
            return list(session.scalars(found))


class Window:
    """Somebody's window on the pages; what became of a request that broke off they do not know."""

    _TOKEN = re.compile(rb'name="csrf-token" content="([^"]+)"')

    def __init__(self, port, username):
        self.port = port
        self.cookie = self.token = ""
        self.ask("GET", "/login")
        while self.post("/login", username=username, password=cast.PASSWORD) != HTTPStatus.SEE_OTHER:
            self.ask("GET", "/login")
        self.ask("GET", "/start")

    def post(self, path, **fields):
        return self.ask("POST", path, urlencode({"csrf_token": self.token, **fields}))

    def ask(self, method, path, body=None):
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                page = answer.read()
        except (OSError, http.client.HTTPException):
            return None
        if given := answer.getheader("Set-Cookie"):
            self.cookie = given.partition(";")[0]
        if found := self._TOKEN.search(page):
            self.token = found[1].decode()
        return answer.status


class Browsers(Desk):
    """People who work over HTTP: the manager starts cases, a member of the staff completes their tasks."""

    def __init__(self, database, clock, port):
        super().__init__(database, clock)
        self.manager, self.staff = (Window(port, name) for name in ("sri", "fatma"))

    def start(self, key, tag):
        if key == "lapor":  # its cases are told their tag, for which there is no form
            return super().start(key, tag)
        return self.manager.post(f"/start/{key}", business_key=tag) == HTTPStatus.SEE_OTHER

    def complete(self, task_id):
        return self.staff.post(f"/tasks/{task_id}") == HTTPStatus.SEE_OTHER


def work(person, chance, heard):
    """Do one thing after another for ever; write the id of each task to the file ``heard`` when its completion was told."""
    while True:
        # Somebody was quicker, or the other process had the database for long: told, and nothing is stored.
        with contextlib.suppress(errors.Conflict, errors.DatabaseBusy):
            _deed(person, chance, heard)
        time.sleep(chance.uniform(0, 0.03))


def _deed(person, chance, heard):
    what = chance.choices(["start", "complete", "guest", "siren"], [16, 12, 3, 1])[0]
    if what == "start":
        tag = _tag(chance)
        key = chance.choice(STARTED)
        if key == "janji" and chance.random() < 0.5:
            person.guest(tag)  # who is there before anybody waits
        person.start(key, tag)
    elif what == "complete" and (ready := person.ready()):
        one = chance.choice(ready)
        if person.complete(one):
            os.write(heard, one.bytes)
    elif what == "guest" and (guests := person.waiting_guests()):
        person.guest(chance.choice(guests))
    elif what == "siren":
        person.siren()


def _tag(chance):
    return str(uuid.UUID(int=chance.getrandbits(128)))


_GOING = (
    select(models.definitions.c.key, models.instances.c.id)
    .join(models.instances, models.instances.c.definition_id == models.definitions.c.id)
    .where(models.instances.c.status == "active")
)
_KEPT = select(models.messages.c.id).where(models.messages.c.status == "waiting", models.messages.c.name == "Tamu")
"""Guests for whom nobody waits any more, because the case was never begun: they are kept for a week."""


def end(database, clock, turn):
    """Have everything come to its end: people do what is left, ``turn`` lets a worker do what is due."""
    desk = Desk(database, clock)
    until = time.monotonic() + 120
    desk.siren()
    while time.monotonic() < until:
        while turn() == 0.0:
            pass
        for one in desk.ready():
            desk.complete(one)
        for tag in desk.waiting_guests():
            desk.guest(tag)
        with database.read() as session:
            going = session.execute(_GOING).all()
            due = session.execute(select(models.jobs).where(models.jobs.c.id.not_in(_KEPT))).all()
        if not going and not due:
            return
        time.sleep(0.02)
    raise TimeoutError(f"not everything came to its end: {going[:9]} {due[:9]}")


def person(kind, url, clock, port, seed, heard, begun):
    """Be a person, until killed; tell when the work has begun."""
    database = db.open(url, busy_seconds=20)
    somebody = Browsers(database, clock, port) if kind == "server" else Desk(database, clock)
    chance = random.Random(seed)
    for key in STARTED:  # of each at least one, however slow the machine
        somebody.start(key, _tag(chance))
    ready = somebody.ready()[0]
    if somebody.complete(ready):
        os.write(heard, ready.bytes)
    os.write(begun, b".")
    work(somebody, chance, heard)
