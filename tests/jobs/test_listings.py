"""What is due, failed and held, as people look at it: whole, in order, page by page, and read from an index."""

from datetime import timedelta

import pytest

from engine import errors
from engine.jobs import incidents, listings
from engine.people import access
from engine.runtime import instances
from tests import by_itself
from tests.cast import NOW

STATUSES = ("due", "failed", "held")


@pytest.fixture
def busy(works):
    """Three cases that wait, three whose call failed for good (nobody may be called), and two that were suspended."""
    works.deploy(jeda=by_itself.pausing("PT1H"), tanya=by_itself.asking(9))
    works.failing = [works.start("tanya", business_key=f"SM/{number}") for number in range(3)]
    works.run()
    works.waiting = []
    for _ in range(3):
        works.waiting.append(works.start("jeda"))
        works.clock.advance(minutes=1)
    works.suspended = [works.start("jeda") for _ in range(2)]
    for case in works.suspended:
        works.act(instances.suspend, case)
    return works


def listed(works, status, **given):
    with works.db.read() as session:
        return listings.search(session, status=status, actor=access.SYSTEM, **given)


def test_what_is_due_comes_first_first(busy):
    found = listed(busy, "due").items
    assert [job.instance_id for job in found] == busy.waiting
    first = found[0]
    assert (first.kind, first.node, first.key, first.process, first.business_key) == (
        "timer",
        "tunggu",
        "jeda",
        "jeda",
        None,
    )
    assert (first.due_at, first.tries, first.error, first.failed_at) == (NOW + timedelta(hours=1), 0, None, None)


def test_what_failed_says_where_and_why(busy):
    found = listed(busy, "failed").items
    assert {job.business_key for job in found} == {"SM/0", "SM/1", "SM/2"}
    assert {(job.kind, job.node, job.key, job.tries) for job in found} == {("service", "layanan", "tanya", 1)}
    assert all("127.0.0.1:9 may not be called" in job.error["message"] for job in found)
    assert {job.failed_at for job in found} == {NOW}


def test_what_is_held_is_found_by_its_suspended_case(busy):
    found = listed(busy, "held").items
    assert [job.instance_id for job in found] == sorted(busy.suspended)
    assert {job.status for job in found} == {"held"}


def test_a_message_on_its_way_is_told_by_its_name(works):
    works.send("Surat masuk", key="SM/7")
    works.clock.advance(days=1)
    [job] = listed(works, "due").items
    assert (job.kind, job.name, job.instance_id, job.process) == ("message", "Surat masuk", None, None)


@pytest.mark.parametrize("status", STATUSES)
def test_pages_are_the_whole_list(busy, status):
    whole = [job.id for job in listed(busy, status).items]
    paged, after = [], None
    while True:
        page = listed(busy, status, after=after, limit=1)
        assert len(page.items) == 1
        paged += [job.id for job in page.items]
        if (after := page.next) is None:
            break
    assert paged == whole


@pytest.mark.parametrize("status", STATUSES)
def test_a_page_that_does_not_exist_is_said(works, status):
    with pytest.raises(errors.PageUnknown):
        listed(works, status, after="nowhere")


def test_what_is_retried_or_resumed_is_due(busy):
    [first, *_] = listed(busy, "failed").items
    busy.act(incidents.retry, first.id)
    busy.act(instances.resume, busy.suspended[0])
    assert len(listed(busy, "failed").items) == 2
    assert len(listed(busy, "held").items) == 1
    assert first.id in {job.id for job in listed(busy, "due").items}


def test_only_some_see_what_failed(busy):
    for name, able in {"sri": True, "anton": True, "dewi": True, "rahmat": False, "kadis": False}.items():
        with busy.db.read() as session:
            actor = busy.cast.actor(session, name)
            if able:
                assert listings.search(session, status="failed", actor=actor).items
            else:
                with pytest.raises(errors.RoleNeeded):
                    listings.search(session, status="failed", actor=actor)


@pytest.mark.parametrize(
    ("status", "index"),
    [("due", "ix_jobs_due_at"), ("failed", "ix_jobs_failed_at"), ("held", "ix_instances_status")],
)
@pytest.mark.parametrize("page", [0, 1])
def test_lists_are_read_from_an_index(busy, plans, status, index, page):
    after = listed(busy, status, limit=1).next if page else None
    with plans.watch() as sent:
        listed(busy, status, after=after)
    found = plans.of(*sent[0])
    assert index in found, found
    assert not plans.scans(found, "jobs", "instances"), found
    if status != "held":
        assert "TEMP B-TREE" not in found, found
        assert "Sort" not in found, found
