"""Times that are none, long past or far too many: told to whoever is there, else an incident; never more work than there is."""

import pytest
from sqlalchemy import select

from engine import errors
from engine.store import models
from tests.diagrams_made import diagram, flow, linear, node, task, timer

INVALID = ['"besok"', '"R3"', '"R3/PT0.1S"', '"R/P0D"', '"R-1/PT1H"', "17", "null", '"61 8 * * *"', "[]", '"P1Y2"']


def guarded(definition, key="konsep"):
    """Somebody says when to be reminded; then a draft that is reminded of."""
    return diagram(
        key,
        [
            node("startEvent", "mulai"),
            task("tentukan"),
            task("susun"),
            node("boundaryEvent", "ingat", inside=definition, attachedToRef="susun", cancelActivity="false"),
            node("endEvent", "teringat"),
            node("endEvent", "selesai"),
        ],
        [
            flow("mulai", "tentukan"),
            flow("tentukan", "susun"),
            flow("susun", "selesai"),
            flow("ingat", "teringat"),
        ],
    )


@pytest.mark.parametrize("text", INVALID)
def test_a_cycle_that_is_none_is_told_to_who_gave_it(works, text):
    works.deploy(konsep=guarded(timer("timeCycle", f"if batal then null else {text}")))
    case = works.start("konsep")
    with pytest.raises(errors.TimerRefused) as refused:
        works.complete(case, "tentukan", batal=False)
    assert refused.value.place["element"] == "ingat"
    assert works.open(case) == ["tentukan"]
    assert works.rows(models.jobs) == []


@pytest.mark.parametrize("value", ["besok", "P1Y2", "-PT1H", 17, None])
def test_one_that_a_timer_leads_to_is_an_incident_of_that_case_alone(works, value):
    nodes = [
        node("startEvent", "mulai"),
        node("intermediateCatchEvent", "tunggu", inside=timer("timeDuration", "PT1H")),
        node("intermediateCatchEvent", "lagi", inside=timer("timeDuration", "lama")),
        node("endEvent", "selesai"),
    ]
    ways = [flow("mulai", "tunggu"), flow("tunggu", "lagi"), flow("lagi", "selesai")]
    works.deploy(rapat=diagram("rapat", nodes, ways))
    bad, good = (works.start("rapat", values={"lama": each}) for each in (value, "PT1H"))
    for _ in range(3):
        works.run(hours=1)
    assert works.events(bad) == ["instance.started", "incident.opened"]
    assert works.events(good) == ["instance.started", "timer.fired", "timer.fired", "instance.completed"]
    [job] = works.rows(models.jobs)
    assert job.status == "failed"
    assert job.error["place"]["element"] == "lagi"


@pytest.mark.parametrize("text", ["2020-01-01T08:00:00", "0001-01-01T00:00:00Z", "PT0S"])
def test_a_timer_in_the_past_goes_off_at_once_and_once(works, text):
    kind = "timeDate" if text[0].isdigit() else "timeDuration"
    works.deploy(konsep=guarded(timer(kind, text)))
    case = works.start("konsep")
    works.complete(case, "tentukan")
    works.run()
    works.run(days=400)
    assert works.events(case).count("timer.fired") == 1
    assert works.rows(models.jobs) == []


def test_a_million_repetitions_are_as_much_work_as_have_come(works):
    works.deploy(konsep=guarded(timer("timeCycle", "R1000000/PT1S")))
    case = works.start("konsep")
    works.complete(case, "tentukan")
    sizes = []
    for second in range(1, 21):
        works.run(seconds=1)
        assert works.events(case).count("timer.fired") == second
        [job] = works.rows(models.jobs)
        sizes.append(len(works.rows(models.instances)[0].state))
    assert (job.due_at - works.clock()).total_seconds() == 1
    assert sizes[-1] < 2 * sizes[0], "what a case has done makes its state grow"
    works.complete(case, "susun")
    assert works.rows(models.jobs) == []


def test_a_date_that_no_calendar_has_is_refused(works):
    works.deploy(konsep=guarded(timer("timeDuration", 'duration("P" + tahun + "Y")')))
    case = works.start("konsep")
    with pytest.raises((errors.TimerRefused, errors.ExpressionError)):
        works.complete(case, "tentukan", tahun="999999999")
    works.complete(case, "tentukan", tahun="1")
    [job] = works.rows(models.jobs)
    assert job.due_at.year == works.clock().year + 1


def test_a_job_that_points_nowhere_is_an_incident_and_the_others_are_done(works):
    """As after a restored backup: the state knows nothing of the token any more."""
    works.deploy(konsep=guarded(timer("timeDuration", "PT1H")), surat=linear("surat", task("catat")))
    broken, whole = works.start("konsep"), works.start("konsep")
    for case in (broken, whole):
        works.complete(case, "tentukan")
    with works.db.begin() as session:
        job = session.execute(select(models.jobs.c.id).where(models.jobs.c.instance_id == broken)).scalar_one()
        session.execute(models.jobs.update().where(models.jobs.c.id == job).values(token=4711))
    for _ in range(3):
        works.run(hours=1)
    assert works.events(whole).count("timer.fired") == 1
    assert works.events(broken).count("incident.opened") == 1
    assert [row.status for row in works.rows(models.jobs)] == ["failed"]
