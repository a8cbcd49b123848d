import json
import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest

from engine.people import access
from engine.runtime import instances
from tests.cast import NOW
from tests.webui.browsing import enter


def test_the_list_tells_where_each_case_stands(house):
    case, task = house.begun(business_key="005/12/2026")
    page = enter(house.app, "rahmat").get("/instances").text
    assert "005/12/2026" in page
    assert "Catat surat" in page
    assert "berjalan" in page
    house.complete("rahmat", task.id, {"nomor": "1"})
    assert "Periksa surat" in enter(house.app, "rahmat").get("/instances").text
    with house.database.begin() as session:
        instances.cancel(session, case.id, actor=access.SYSTEM, now=NOW)
    rahmat = enter(house.app, "rahmat")
    assert "005/12/2026" in rahmat.get("/instances?status=cancelled").text
    assert "Belum ada berkas di sini" in rahmat.get("/instances?status=active").text


def test_a_case_shows_diagram_data_and_history(house):
    case, task = house.begun(business_key="005/12/2026")
    house.complete("rahmat", task.id, {"nomor": "17/XI", "perihal": "Rapat"})
    page = enter(house.app, "yusuf").get(f"/instances/{case.id}").text
    assert f'data-diagram="/definitions/{case.definition_id}/diagram.bpmn"' in page
    states = json.loads(unescape(re.search(r'data-states="([^"]*)"', page)[1]))
    assert states["catat"] == {"state": "done"}
    assert states["periksa"]["state"] == "active"
    assert "17/XI" in page
    assert "menyelesaikan langkah" in page
    assert "Rahmat Ishak · Pengadministrasi Umum" in page
    assert "2 isian dicatat" in page
    task_row = page.split('class="l-table l-stack l-stack-steps"')[1]
    assert "Periksa surat" in task_row


def test_late_steps_are_marked_late(cabin, clock):
    case, _ = cabin.begun()
    clock.now += timedelta(hours=1)
    page = enter(cabin.app, "rahmat").get(f"/instances/{case.id}").text
    states = json.loads(unescape(re.search(r'data-states="([^"]*)"', page)[1]))
    assert states["catat"]["state"] == "late"


def test_several_tokens_at_one_step_are_counted(cabin):
    case = cabin.start(key="edaran")
    (task,) = cabin.inbox("rahmat")
    cabin.complete("rahmat", task.id, {"penerima": [{"nama": "Bupati"}, {"nama": "Sekda"}, {"nama": "Asisten"}]})
    page = enter(cabin.app, "fatma").get(f"/instances/{case.id}").text
    states = json.loads(unescape(re.search(r'data-states="([^"]*)"', page)[1]))
    assert states["kirim"]["count"] == 3
    assert "Bupati" in page


def test_data_cannot_break_out_of_the_page(cabin):
    case, task = cabin.begun(business_key='"><script>alert(1)</script>')
    evil = "</script><!--\u2028<img src=x onerror=alert(1)>{{7*7}}%(x)s{0.__class__}"
    cabin.complete("rahmat", task.id, {"nomor": "1", "perihal": evil})
    for path in (f"/instances/{case.id}", "/instances", "/?scope=groups"):
        page = enter(cabin.app, "yusuf").get(path).text
        assert "<img" not in page
        assert "<script>alert" not in page
        assert "{{7*7}}%(x)s{0.__class__}" in page or "instances/" not in path


def test_long_histories_come_in_pages(cabin):
    case, task = cabin.begun()
    for _ in range(20):
        cabin.complete("rahmat", task.id, {"nomor": "1"})
        (check,) = cabin.inbox("yusuf")
        cabin.complete("yusuf", check.id, {"keputusan": "kembalikan"})
        (task,) = cabin.inbox("rahmat")
    rahmat = enter(cabin.app, "rahmat")
    page = rahmat.get(f"/instances/{case.id}").text
    assert "Peristiwa berikutnya" not in page  # 82 events fit one page
    assert "Dari awal" in rahmat.get(f"/instances/{case.id}?after=80").text


def test_what_is_not_mine_looks_like_what_is_not_there(cabin):
    case, _ = cabin.begun()
    stranger = enter(cabin.app, "tamu")
    there, not_there = (stranger.get(f"/instances/{number}") for number in (case.id, uuid4()))
    assert there.status_code == not_there.status_code == 404
    assert _bare(there.text) == _bare(not_there.text)
    assert "Belum ada berkas di sini" in stranger.get("/instances").text


@pytest.mark.parametrize(
    "query", ["status=nonsense", "after=zz", "after=" + "9" * 5000, "q=" + "a" * 10_000, "q=%25%5F%5C"]
)
def test_odd_questions_are_answered_soberly(cabin, query):
    assert enter(cabin.app, "rahmat").get(f"/instances?{query}").status_code in {200, 400, 422}


def _bare(text):
    return re.sub(r'(content|value)="[^"]*"', "", text)
