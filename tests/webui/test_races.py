"""Many at once: exactly one succeeds, everybody else is told, and the history has one event."""

from concurrent.futures import ThreadPoolExecutor

from tests.webui.browsing import enter
from tests.webui.test_modeler import GOOD, send

MANY = 12


def _at_once(people, path, fields=None):
    with ThreadPoolExecutor(MANY) as pool:
        return sorted(pool.map(lambda person: person.post(path, fields).status_code, people))


def test_a_completion_sent_many_times_counts_once(house):
    case, task = house.begun()
    names = ["rahmat", "nurdin"] * (MANY // 2)
    people = [enter(house.app, name) for name in names]
    answers = _at_once(people, f"/tasks/{task.id}", {"f.nomor": "1"})
    assert answers == [303] + [409] * (MANY - 1)
    assert [event.kind for event in house.history(case)].count("task.completed") == 1
    assert len(house.inbox("yusuf")) == 1


def test_a_task_claimed_by_many_has_one_assignee(house):
    case, task = house.begun()
    people = [enter(house.app, name) for name in ("rahmat", "nurdin")]
    assert _at_once(people, f"/tasks/{task.id}/claim") == [303, 409]
    assert [event.kind for event in house.history(case)].count("task.claimed") == 1
    assert len(house.inbox("rahmat", "mine")) + len(house.inbox("nurdin", "mine")) == 1


class Slow:
    """A body that goes on only after something else was done."""

    def __init__(self, meanwhile, *parts):
        self.meanwhile = meanwhile
        self.parts = list(parts)

    def sent(self, kind):
        """Give what a server says of a request with this body."""
        return {"wsgi.input": self, "CONTENT_LENGTH": str(sum(map(len, self.parts))), "CONTENT_TYPE": kind}

    def read(self, _size=-1):
        if len(self.parts) == 1:
            with ThreadPoolExecutor(1) as other:  # another request knows nothing of this one
                other.submit(self.meanwhile).result()
        return self.parts.pop(0) if self.parts else b""

    readline = read


def test_the_body_is_read_before_the_write_lock_is_taken(cabin):
    """A request whose body never ends must not keep others from writing."""
    _, first = cabin.begun()
    _, second = cabin.begun()
    rahmat, nurdin = enter(cabin.app, "rahmat"), enter(cabin.app, "nurdin")
    answers = []
    slow = Slow(
        lambda: answers.append(nurdin.post(f"/tasks/{second.id}", {"f.nomor": "2"}).status_code),
        b"csrf_token=" + rahmat.token.encode(),
        b"&f.nomor=1",
    )
    sent = slow.sent("application/x-www-form-urlencoded")
    answer = rahmat.client.post(f"/tasks/{first.id}", environ_overrides=sent)
    assert answers == [303]
    assert answer.status_code == 303


def test_a_diagram_is_read_before_the_write_lock_is_taken(cabin):
    _, task = cabin.begun()
    anton, nurdin = enter(cabin.app, "anton"), enter(cabin.app, "nurdin")
    answers = []
    slow = Slow(
        lambda: answers.append(nurdin.post(f"/tasks/{task.id}", {"f.nomor": "2"}).status_code),
        GOOD[:500].encode(),
        GOOD[500:].encode(),
    )
    answer = anton.client.post(
        "/modeler/surat-tugas/deploy",
        headers={"X-CSRFToken": anton.token},
        environ_overrides=slow.sent("application/xml"),
    )
    assert answers == [303]
    assert answer.json["version"] == 1


def test_a_diagram_deployed_by_many_at_once_has_a_version_for_each_change(house):
    people = [enter(house.app, "anton") for _ in range(6)]

    def deploy(number):
        source = GOOD.replace("Ketik surat tugas", f"Ketik surat {number // 2}")  # every change is sent twice
        return send(people[number], "/modeler/surat-tugas/deploy", source)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(deploy, range(6)))
    assert {answer.status_code for answer in answers} == {200}
    made = [answer.json["version"] for answer in answers if answer.json["created"]]
    assert sorted(made) == list(range(1, len(made) + 1))
    assert len(made) >= 3
