"""Many at once: exactly one succeeds, everybody else is told, and the history has one event."""

from concurrent.futures import ThreadPoolExecutor

from tests.webui.browsing import enter

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


def test_the_body_is_read_before_the_write_lock_is_taken(cabin):
    """A request whose body never ends must not keep others from writing."""
    _, first = cabin.begun()
    _, second = cabin.begun()
    rahmat, nurdin = enter(cabin.app, "rahmat"), enter(cabin.app, "nurdin")
    answers = []

    class Slow:
        """A body that goes on only after another request was answered."""

        def __init__(self):
            self.parts = [b"csrf_token=" + rahmat.token.encode(), b"&f.nomor=1"]

        def read(self, _size=-1):
            if len(self.parts) == 1:
                answers.append(nurdin.post(f"/tasks/{second.id}", {"f.nomor": "2"}).status_code)
            return self.parts.pop(0) if self.parts else b""

        readline = read

    slow = Slow()
    body = {
        "wsgi.input": slow,
        "CONTENT_LENGTH": str(sum(map(len, slow.parts))),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }
    answer = rahmat.client.post(f"/tasks/{first.id}", environ_overrides=body)
    assert answers == [303]
    assert answer.status_code == 303
