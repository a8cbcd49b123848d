"""Incidents: what failed too often waits for people, tells them why, and stands in nobody's way."""

from datetime import timedelta
from uuid import uuid4

import pytest

from engine import errors
from engine.jobs import incidents
from engine.runtime import instances
from engine.store import models
from tests.cast import NOW
from tests.diagrams_made import diagram, flow, node, task, timer


def crossing(*, key="rapat", begin=""):
    """A case whose timer leads to a crossing that has no way on until somebody has said where to."""
    wait = node("intermediateCatchEvent", "tunggu", inside=timer("timeDuration", "PT1H"))
    ways = [
        flow("mulai", "bagi"),
        flow("bagi", "pilih"),
        flow("pilih", "terpilih"),
        flow("bagi", "tunggu"),
        flow("tunggu", "arah"),
        flow("arah", "catat", 'tujuan = "catat"'),
        flow("arah", "selesai", 'tujuan = "selesai"'),
        flow("catat", "selesai"),
    ]
    nodes = [
        node("startEvent", "mulai", inside=begin),
        node("parallelGateway", "bagi"),
        task("pilih"),
        node("endEvent", "terpilih"),
        wait,
        node("exclusiveGateway", "arah"),
        task("catat"),
        node("endEvent", "selesai"),
    ]
    return diagram(key, nodes, ways)


@pytest.fixture
def failed(works):
    """A case whose timer has failed for good, and the job."""
    works.deploy(rapat=crossing())
    case = works.start("rapat")
    works.run(hours=1)
    works.run(minutes=1)
    works.run(minutes=1)
    [job] = works.rows(models.jobs)
    return case, job


def test_a_step_that_fails_is_tried_again_after_longer_and_longer_pauses(works):
    works.deploy(rapat=crossing())
    case = works.start("rapat")
    works.run(hours=1)
    for tries, pause in ((1, 10), (2, 40)):
        [job] = works.rows(models.jobs)
        assert (job.status, job.tries, job.due_at) == ("due", tries, works.clock() + timedelta(seconds=pause))
        works.run(seconds=pause)
    [job] = works.rows(models.jobs)
    assert (job.status, job.tries, job.failed_at) == ("failed", 3, works.clock())
    assert works.events(case) == ["instance.started", "task.opened", "incident.opened"]
    works.run(days=30)
    assert works.rows(models.jobs) == [job]


def test_it_says_what_happened(works, failed):
    _, job = failed
    assert job.node == "tunggu"
    assert job.error == {
        "message": "No way out of arah applies: every condition is false and there is no default flow.",
        "template": "No way out of {node} applies: every condition is false and there is no default flow.",
        "place": {"node": "arah"},
    }


def test_it_stands_in_nobodys_way(works, failed):
    case, _ = failed
    other = works.start("rapat")
    works.complete(other, "pilih", tujuan="catat")
    works.run(hours=1)
    assert works.open(other) == ["catat"]
    works.complete(case, "pilih")  # also the same case goes on where it can
    assert works.status(case) == "active"


def test_it_is_done_when_its_cause_is_mended(works, failed):
    case, job = failed
    works.complete(case, "pilih", tujuan="catat")
    works.act(incidents.retry, job.id)
    works.run()
    assert works.open(case) == ["catat"]
    assert works.rows(models.jobs) == []
    assert works.events(case)[2:] == [
        "incident.opened",
        "task.completed",
        "incident.retried",
        "timer.fired",
        "task.opened",
    ]


def test_it_is_one_again_when_nothing_was_mended(works, failed):
    case, job = failed
    works.act(incidents.retry, job.id)
    works.run()
    [again] = works.rows(models.jobs)
    assert (again.id, again.status, again.tries) == (job.id, "due", 1)
    works.run(minutes=1)
    works.run(minutes=1)
    assert works.rows(models.jobs)[0].status == "failed"
    assert works.events(case).count("incident.opened") == 2


def test_it_goes_with_what_it_belongs_to(works, failed):
    case, job = failed
    works.act(instances.cancel, case)
    assert works.rows(models.jobs) == []
    with pytest.raises(errors.NotFound):
        works.act(incidents.retry, job.id)


def test_that_of_a_suspended_case_is_tried_when_it_is_resumed(works, failed):
    case, job = failed
    works.act(instances.suspend, case)
    works.act(incidents.retry, job.id)
    works.run(hours=1)
    [held] = works.rows(models.jobs)
    assert (held.status, held.tries) == ("held", 0)
    works.act(instances.resume, case)
    works.run()
    [job] = works.rows(models.jobs)
    assert (job.status, job.tries) == ("due", 1)


@pytest.mark.parametrize(("who", "may"), [("sri", True), ("dewi", True), ("anton", True), ("rahmat", False)])
def test_managers_admins_and_analysts_may_retry(works, failed, who, may):
    _, job = failed
    with works.db.begin() as session:
        actor = works.cast.actor(session, who)
        if may:
            incidents.retry(session, job.id, actor=actor, now=NOW)
        else:
            with pytest.raises(errors.RoleNeeded):
                incidents.retry(session, job.id, actor=actor, now=NOW)


def test_what_has_not_failed_is_not_retried(works):
    works.deploy(rapat=crossing())
    works.start("rapat")
    [job] = works.rows(models.jobs)
    with pytest.raises(errors.JobGone):
        works.act(incidents.retry, job.id)
    with pytest.raises(errors.NotFound):
        works.act(incidents.retry, uuid4())


def failing_start(plan):
    """Cases that begin by the clock, and cannot."""
    nodes = [
        node("startEvent", "jadwal", inside=plan),
        node("exclusiveGateway", "arah"),
        task("catat"),
        node("endEvent", "selesai"),
    ]
    ways = [
        flow("jadwal", "arah"),
        flow("arah", "catat", 'tujuan = "catat"'),
        flow("arah", "selesai", 'tujuan = "selesai"'),
        flow("catat", "selesai"),
    ]
    return diagram("apel", nodes, ways)


def test_a_start_that_fails_does_not_keep_the_later_ones_from_happening(works):
    works.deploy(apel=failing_start(timer("timeCycle", "R3/PT1H")))
    for hour in (1, 2, 3):
        works.run(hours=1)
        tried = [job.tries for job in works.rows(models.jobs, status="due") if job.tries]
        assert tried == [1]
        works.run(minutes=1)
        works.run(minutes=1)
        assert len(works.rows(models.jobs, status="failed")) == hour
        works.clock.advance(minutes=-2)
    assert len(works.rows(models.jobs)) == 3
    works.run(days=1)
    assert works.rows(models.instances) == []

    for job in works.rows(models.jobs):
        works.act(incidents.retry, job.id)
    works.run()
    assert [job.tries for job in works.rows(models.jobs)] == [1, 1, 1], "a retried start planned more starts"
