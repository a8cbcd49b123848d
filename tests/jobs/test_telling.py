"""A person says that what a case waits for has happened: that wait, once, by who may."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from engine import errors
from engine.jobs import messages
from engine.runtime import instances
from engine.store import models
from tests.diagrams_made import diagram, flow, node, task
from tests.jobs.mail import REPLY, waiting


@pytest.fixture
def tell(works):
    """Give a function that says as somebody that a case's wait is over: of the wait given, or the only one."""

    def say(case, who, wait=None):
        with works.db.begin() as session:
            actor = works.cast.actor(session, who)
            found = wait or works.rows(models.subscriptions, instance_id=case)[0].id
            messages.tell(session, case, found, actor=actor, now=works.clock())

    return say


def told(works, case):
    with works.db.read() as session:
        found = instances.history(session, case, actor=works.cast.actor(session, "sri")).items
    return [event for event in found if event.kind == "message.received"]


def may_tell(works, case, who):
    with works.db.read() as session:
        view = instances.get(session, case, actor=works.cast.actor(session, who))
    return [each.may_tell for each in view.subscriptions]


@pytest.mark.parametrize("how", ["catch", "receive", "gateway"])
def test_who_is_in_the_lane_says_that_it_has_happened(works, tell, how):
    works.deploy(tanya=waiting(how))
    case = works.start("tanya", business_key="094/17")
    works.run()
    assert may_tell(works, case, "fatma") == [True]
    tell(case, "fatma")
    assert works.open(case) == ["baca"]
    (event,) = told(works, case)
    assert (event.user_name, event.group, event.capacity) == ("Fatma Hulopi", "staf", "definitif")
    assert event.data["told"]
    (kept,) = works.rows(models.messages)
    assert (kept.name, kept.status, kept.instance_id, kept.sender) == (REPLY, "delivered", case, "Fatma Hulopi")
    assert not works.rows(models.subscriptions)


def test_a_manager_says_it_for_nobodys_position(works, tell):
    works.deploy(tanya=waiting("catch"))
    case = works.start("tanya")
    works.run()
    tell(case, "sri")
    (event,) = told(works, case)
    assert (event.user_name, event.group) == ("Sri Wahyuni", None)


@pytest.mark.parametrize(("who", "error"), [("anton", errors.TellForbidden), ("sitti", errors.InstanceForbidden)])
def test_others_may_not(works, tell, who, error):
    works.deploy(tanya=waiting("catch"))
    case = works.start("tanya")
    works.run()
    with pytest.raises(error):
        tell(case, who)
    assert len(works.rows(models.subscriptions)) == 1


def test_who_has_another_lane_of_the_case_may_not(works, tell):
    wait = node("intermediateCatchEvent", "tiba", "Sekretaris", '<bpmn:messageEventDefinition messageRef="m"/>')
    nodes = [node("startEvent", "mulai"), wait, task("baca"), node("endEvent", "selesai")]
    flows = [flow("mulai", "tiba"), flow("tiba", "baca"), flow("baca", "selesai")]
    works.deploy(tanya=diagram("tanya", nodes, flows, before='<bpmn:message id="m" name="Tiba"/>'))
    case = works.start("tanya")
    assert may_tell(works, case, "fatma") == [False]
    with pytest.raises(errors.TellForbidden, match="sekretaris"):
        tell(case, "fatma")


@pytest.mark.parametrize("how", ["boundary", "reminder"])
def test_a_way_out_beside_a_task_is_not_peoples(works, tell, how):
    works.deploy(tanya=waiting(how))
    case = works.start("tanya")
    works.run()
    assert may_tell(works, case, "sri") == [False]
    with pytest.raises(errors.TellForbidden):
        tell(case, "sri")


def test_a_second_time_is_told_so(works, tell):
    works.deploy(tanya=waiting("catch"))
    case = works.start("tanya")
    works.run()
    wait = works.rows(models.subscriptions)[0].id
    tell(case, "fatma", wait)
    with pytest.raises(errors.WaitOver):
        tell(case, "fatma", wait)
    assert len(told(works, case)) == 1


def test_a_wait_of_another_case_and_of_none_is_not_told(works, tell):
    works.deploy(tanya=waiting("catch"))
    one, other = works.start("tanya"), works.start("tanya")
    works.run()
    wait = works.rows(models.subscriptions, instance_id=other)[0].id
    for unknown in (wait, uuid4()):
        with pytest.raises(errors.WaitOver):
            tell(one, "fatma", unknown)
    with pytest.raises(errors.NotFound):
        tell(uuid4(), "fatma", wait)
    assert len(works.rows(models.subscriptions)) == 2


def test_of_two_cases_with_one_key_exactly_the_one_goes_on(works, tell):
    works.deploy(tanya=waiting("catch"))
    older, newer = works.start("tanya", business_key="7"), works.start("tanya", business_key="7")
    works.run()
    tell(newer, "fatma")
    assert (works.open(older), works.open(newer)) == ([], ["baca"])


def test_a_suspended_case_takes_nothing(works, tell):
    works.deploy(tanya=waiting("catch"))
    case = works.start("tanya")
    works.run()
    works.act(instances.suspend, case)
    assert may_tell(works, case, "fatma") == [False]
    with pytest.raises(errors.InstanceSuspended):
        tell(case, "fatma")


def test_many_at_once_count_once(works, tell):
    works.deploy(tanya=waiting("catch"))
    case = works.start("tanya")
    works.run()
    wait = works.rows(models.subscriptions)[0].id

    def say(who):
        try:
            tell(case, who, wait)
        except (errors.WaitOver, errors.InstanceClosed) as error:
            return type(error).__name__
        return "told"

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(say, ["fatma", "sri"] * 3))
    assert answers == ["WaitOver"] * 5 + ["told"]
    assert len(told(works, case)) == 1
