"""Which tasks can be done with one answer."""

import pytest

from engine import errors
from engine.runtime import bulk, tasks
from engine.store import keys


def found(db, house, who, ids):
    with db.read() as session:
        return bulk.alike(session, ids, actor=house.actors[who])


def test_tasks_of_one_step_are_alike(db, house):
    for number in range(3):
        house.start(business_key=f"{number}")
    ids = [task.id for task in house.inbox("rahmat")]
    alike = found(db, house, "rahmat", [*ids, ids[0]])
    assert [each.id for each in alike.tasks] == ids
    assert alike.form.names == {"nomor", "perihal"}


def test_of_several_steps_they_are_not(db, house):
    house.start()
    house.start(key="edaran")
    with pytest.raises(errors.NotAlike):
        found(db, house, "rahmat", [task.id for task in house.inbox("rahmat")])


def test_what_is_done_or_anothers_is_left_out(db, house):
    for _ in range(3):
        house.start()
    mine, his, done = (task.id for task in house.inbox("rahmat"))
    house.act(tasks.claim, "nurdin", his)
    house.complete("rahmat", done, {"nomor": "1"})
    assert [each.id for each in found(db, house, "rahmat", [mine, his, done, keys.new()]).tasks] == [mine]


def test_where_none_is_left_there_is_nothing(db, house):
    with pytest.raises(errors.NotFound):
        found(db, house, "rahmat", [keys.new()])
    with pytest.raises(errors.NotFound):
        found(db, house, "rahmat", [])


def test_there_is_a_limit(db, house):
    with pytest.raises(errors.TooManyTasks):
        found(db, house, "rahmat", [keys.new() for _ in range(bulk.MOST + 1)])
