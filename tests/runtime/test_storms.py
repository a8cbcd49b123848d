"""Everybody does everything at once: whatever order it comes in, tasks, states and history tell one story."""

import random
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from engine import errors
from engine.execution import steps
from engine.people import access
from engine.runtime import deployments, inbox, instances, tasks
from engine.store import history, models
from tests.cast import NOW
from tests.runtime.conftest import LETTER

PEOPLE = 6
DEEDS = 25
ANSWERS = {"nomor": "1", "penerima": [{"nama": "Bupati"}, {"nama": "Camat"}]}


class Person:
    """Somebody who does one thing after another, at random, and keeps what should not have happened."""

    def __init__(self, db, office, actors, seed):
        self.db, self.office, self.actors = db, office, actors
        self.chance = random.Random(seed)
        self.wrong = []

    def work(self):
        deeds = [self.start, self.cancel, self.deploy, self.retire, self.act]
        for _ in range(DEEDS):
            [deed] = self.chance.choices(deeds, [3, 1, 1, 1, 14])
            try:
                deed()
            except (errors.Conflict, errors.Forbidden):
                pass  # somebody was quicker: told, and nothing is stored
            except Exception as error:  # noqa: BLE001  # a thread's error must be seen
                self.wrong.append(error)

    def start(self):
        with self.db.begin() as session:
            key = self.chance.choice(["surat", "edaran"])
            instances.start(session, key, actor=self.actors["rahmat"], now=NOW)

    def cancel(self):
        with self.db.read() as session:
            found = instances.search(session, actor=self.actors["sri"], status="active").items
        if found:
            with self.db.begin() as session:
                instances.cancel(session, self.chance.choice(found).id, actor=self.actors["sri"], now=NOW, reason="🙂")

    def deploy(self):
        changed = LETTER["surat.bpmn"].replace(b"Surat Masuk", b"Surat Masuk %d" % self.chance.randrange(10**6))
        with self.db.begin() as session:
            files = {**LETTER, "surat.bpmn": changed}
            deployments.deploy(session, files, actor=access.SYSTEM, now=NOW, office=self.office)

    def retire(self):
        with self.db.begin() as session:
            newest = deployments.latest(session, "surat")
            deployments.retire(session, newest.id, actor=access.SYSTEM, now=NOW)

    def act(self):
        who = self.actors[self.chance.choice(["rahmat", "nurdin", "yusuf", "fatma", "sri"])]
        with self.db.read() as session:
            found = [
                task
                for scope in ("groups", "mine")
                for task in inbox.search(session, actor=who, scope=scope, limit=5).items
            ]
        if not found:
            return
        task = self.chance.choice(found)
        verb = self.chance.choice([tasks.claim, tasks.release, tasks.complete, tasks.complete])
        more = {}
        if verb is tasks.complete:
            answers = {**ANSWERS, "keputusan": self.chance.choice(["setuju", "kembalikan"])}
            more = {"submission": answers, "seen": self.chance.choice([None, task.version])}
        with self.db.begin() as session:
            verb(session, task.id, actor=who, now=NOW, **more)


def test_all_at_once(db, house, office):
    people = [Person(db, office, house.actors, seed) for seed in range(PEOPLE)]
    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(Person.work, people))
    assert [error for person in people for error in person.wrong] == []
    with db.read() as session:
        assert history.verify(session).problems == ()
        found = session.execute(select(models.tasks)).all()
        for case in session.execute(select(models.instances)).all():
            snapshot = steps.describe(deployments.spec_of(session, case.definition_id), bytes(case.state))
            tokens = (
                set() if case.status == "cancelled" else {at.token for at in snapshot.tokens if at.status == "task"}
            )
            assert {task.token for task in found if task.instance_id == case.id and task.status == "open"} == tokens
        completed = select(models.history.c.task_id).where(models.history.c.kind == "task.completed")
        done = [task.id for task in found if task.status == "completed"]
        assert sorted(session.execute(completed).scalars()) == sorted(done)
        versions = [each.version for each in deployments.versions(session, "surat")]
        assert versions == list(range(len(versions), 0, -1))
    assert len(done) > PEOPLE
