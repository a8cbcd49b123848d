"""The list of what failed by itself: also what belongs to no case, and messages that nobody took."""

from html import unescape

import pytest
from sqlalchemy import select

from engine.jobs.messages import send
from engine.store import models
from tests.webui.browsing import enter
from tests.webui.errands import planned
from tests.webui.test_waits import TOKEN


def _page(house, who="sri"):
    return " ".join(unescape(enter(house.app, who).get("/jobs").text).split())


def test_nothing_failed(house, errands):
    assert "berjalan lancar" in _page(house)
    assert errands.start().id


def test_what_failed_is_listed_and_tried_again(house, errands):
    case = errands.start(business_key="005/17")
    errands.run()
    page = _page(house)
    assert f'<a href="/instances/{case.id}">005/17</a>' in page
    assert "Server surel belum diatur" in page
    with house.database.read() as session:
        job = session.scalars(select(models.jobs.c.id).where(models.jobs.c.status == "failed")).one()
    sri = enter(house.app, "sri")
    answer = sri.post(f"/jobs/{job}/retry")
    assert (answer.status_code, answer.location) == (303, "/jobs")
    assert "berjalan lancar" in sri.get("/jobs").text
    assert sri.post(f"/jobs/{job}/retry").status_code == 409


def test_a_start_that_failed_belongs_to_no_case_and_is_found_from_the_cases(house, errands, clock):
    errands.deploy(apel=planned("0 7 * * 1-5", broken=True))
    for _ in range(3):
        clock.advance(days=1)
        errands.run()
    page = _page(house)
    assert "Berkas seharusnya dimulai otomatis sesuai jadwal" in page
    assert "Apel" in page
    assert "status=failing" in enter(house.app, "sri").get("/instances").text
    page = enter(house.app, "sri").get("/instances?status=failing").text
    assert 'href="/jobs"' in page
    assert "Tidak ada berkas yang bermasalah" in page


def test_messages_that_nobody_took_are_told(house, errands, clock):
    errands.act(send, "Surat nyasar", key="9/9", data={}, actor=TOKEN)
    clock.advance(days=8)
    errands.run()
    assert "“Surat nyasar” (9/9) · SRIKANDI" in _page(house)


@pytest.mark.parametrize("who", ["fatma", "tamu"])
def test_employees_do_not_see_it(cabin, who):
    assert enter(cabin.app, who).get("/jobs").status_code == 403
