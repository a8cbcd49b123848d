"""Timers of cases and timers that start cases: once, at their time, and cancelled with what they belong to."""

from datetime import UTC, datetime, timedelta

from engine.runtime import deployments, instances
from engine.store import models
from tests.diagrams_made import diagram, flow, node, task

REMIND = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT48H</bpmn:timeDuration></bpmn:timerEventDefinition>"


def timer(kind, text):
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"


def reminded(definition=REMIND, interrupting="false"):
    """A draft, and somebody who is asked to follow it up when it takes too long."""
    return diagram(
        "konsep",
        [
            node("startEvent", "mulai"),
            task("susun"),
            node("boundaryEvent", "lama", "Staf", definition, attachedToRef="susun", cancelActivity=interrupting),
            task("susul", "Sekretaris"),
            node("endEvent", "selesai"),
            node("endEvent", "tersusul", "Sekretaris"),
        ],
        [flow("mulai", "susun"), flow("susun", "selesai"), flow("lama", "susul"), flow("susul", "tersusul")],
    )


def planned(definition, key="apel"):
    """A case that begins by the clock."""
    return diagram(
        key,
        [node("startEvent", "jadwal", "Staf", definition), task("catat"), node("endEvent", "selesai")],
        [flow("jadwal", "catat"), flow("catat", "selesai")],
    )


def test_a_reminder_comes_when_it_is_due_and_not_before(works):
    works.deploy(konsep=reminded())
    case = works.start("konsep")
    works.run(hours=47)
    assert works.open(case) == ["susun"]
    works.run(hours=1)
    assert works.open(case) == ["susul", "susun"]
    works.run(hours=100)
    assert works.open(case) == ["susul", "susun"]
    assert works.events(case).count("timer.fired") == 1
    assert works.rows(models.jobs) == []


def test_it_is_cancelled_with_what_it_belongs_to(works):
    works.deploy(konsep=reminded())
    case = works.start("konsep")
    works.complete(case, "susun")
    assert works.rows(models.jobs) == []
    works.run(hours=48)
    assert works.status(case) == "completed"


def test_a_case_that_is_cancelled_has_no_timer(works):
    works.deploy(konsep=reminded())
    case = works.start("konsep")
    works.act(instances.cancel, case)
    works.run(hours=48)
    assert works.status(case) == "cancelled"
    assert works.rows(models.jobs) == []


def test_an_interrupting_one_takes_the_task_away(works):
    works.deploy(konsep=reminded(interrupting="true"))
    case = works.start("konsep")
    works.run(hours=48)
    assert works.open(case) == ["susul"]


def test_a_repeated_one_comes_as_often_as_it_says(works):
    works.deploy(konsep=reminded(timer("timeCycle", "R3/PT1H")))
    case = works.start("konsep")
    for number in (1, 2, 3, 3):
        works.run(hours=1)
        assert works.open(case).count("susul") == number
    assert works.rows(models.jobs) == []


def test_what_was_missed_of_a_repeated_one_counts_and_comes_once(works):
    works.deploy(konsep=reminded(timer("timeCycle", "R1000000/PT1S")))
    case = works.start("konsep")
    works.run(days=3)
    assert works.open(case).count("susul") == 1
    [job] = works.rows(models.jobs)
    assert job.due_at > works.clock()


def test_daily_is_the_offices_day(works):
    works.deploy(apel=planned(timer("timeCycle", "0 7 * * 1-5")))
    [job] = works.rows(models.jobs)
    assert job.due_at == datetime(2026, 3, 2, 23, tzinfo=UTC)  # Tuesday 07:00 in Boalemo
    works.run(days=1)
    assert works.open() == ["catat"]
    [job] = works.rows(models.jobs)
    assert job.due_at == datetime(2026, 3, 3, 23, tzinfo=UTC)


def test_a_start_that_was_missed_comes_once(works):
    works.deploy(apel=planned(timer("timeCycle", "R/2026-03-02T09:00:00/P1D")))
    works.run(days=10)
    assert works.open() == ["catat"]
    [job] = works.rows(models.jobs)
    assert works.clock() < job.due_at < works.clock() + timedelta(days=1)


def test_a_start_that_was_missed_is_not_lost_by_a_new_version(works):
    works.deploy(apel=planned(timer("timeCycle", "@daily")))
    works.clock.advance(days=1)
    works.deploy(apel=planned(timer("timeCycle", "@weekly")))
    works.run()
    assert works.open() == ["catat"]
    assert len(works.rows(models.jobs)) == 1


def test_a_new_version_takes_over_and_a_withdrawn_one_starts_nothing(works):
    works.deploy(apel=planned(timer("timeCycle", "R/PT1H")))
    works.deploy(apel=planned(timer("timeCycle", "R/PT2H")))
    [job] = works.rows(models.jobs)
    assert job.due_at == works.clock() + timedelta(hours=2)
    [_, newest] = works.rows(models.definitions)
    works.act(deployments.retire, newest.id)
    works.run(hours=5)
    assert works.rows(models.instances) == []
    works.deploy(apel=planned(timer("timeCycle", "R/PT3H")))
    works.run(hours=3)
    assert works.open() == ["catat"]


def test_a_date_that_has_passed_starts_nothing(works):
    works.deploy(apel=planned(timer("timeDate", "2020-01-01T08:00:00")))
    works.run(days=1)
    assert works.rows(models.instances) == []


def test_a_date_starts_once(works):
    works.deploy(apel=planned(timer("timeDate", "2026-03-03T08:00:00")))
    works.run(days=2)
    works.run(days=2)
    assert len(works.rows(models.instances)) == 1


def test_a_suspended_case_runs_no_timer_and_makes_up_for_it_when_it_is_resumed(works):
    works.deploy(konsep=reminded())
    case = works.start("konsep")
    works.act(instances.suspend, case, reason="Menunggu keputusan")
    works.run(hours=60)
    assert works.open(case) == ["susun"]
    works.act(instances.resume, case)
    works.run()
    assert works.open(case) == ["susul", "susun"]
    assert [kind for kind in works.events(case) if kind.startswith("instance.")] == [
        "instance.started",
        "instance.suspended",
        "instance.resumed",
    ]
