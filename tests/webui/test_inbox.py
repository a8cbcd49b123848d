import re
from datetime import timedelta
from uuid import uuid4

import pytest
from markupsafe import escape
from sqlalchemy import select

from engine.people import access
from engine.runtime import deployments, instances
from engine.store import models
from tests import cast
from tests.diagrams_made import diagram, flow, node, task
from tests.webui.browsing import enter


def test_a_task_of_my_group_is_claimed_completed_and_gone(house):
    case, task = house.begun(business_key="005/12/2026")
    rahmat = enter(house.app, "rahmat")
    page = rahmat.get("/").text
    assert "Catat surat" in page
    assert "005/12/2026" in page
    assert "5 menit kerja lagi" in page
    answer = rahmat.post(f"/tasks/{task.id}/claim")
    assert (answer.status_code, answer.location) == (303, f"/tasks/{task.id}")
    assert "Tugas ini sekarang milik Anda." in rahmat.get(f"/tasks/{task.id}").text
    assert [each.id for each in house.inbox("rahmat", "mine")] == [task.id]
    answer = rahmat.post(f"/tasks/{task.id}", {"f.nomor": "005/12/2026", "f.perihal": "Undangan", "seen": "2"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Berkas diteruskan ke pelaksana lain" in rahmat.get("/").text
    assert [each.name for each in house.inbox("yusuf")] == ["Periksa surat"]
    completed = next(event for event in house.history(case) if event.kind == "task.completed")
    assert (completed.user_name, completed.group, completed.capacity) == ("Rahmat Ishak", "umum", "definitif")


def test_a_released_task_is_the_groups_again(house):
    _, task = house.begun()
    rahmat = enter(house.app, "rahmat")
    rahmat.post(f"/tasks/{task.id}/claim")
    assert house.inbox("nurdin") == ()
    answer = rahmat.post(f"/tasks/{task.id}/release", {"next": "/"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert [each.id for each in house.inbox("nurdin")] == [task.id]


def test_completion_goes_on_to_the_next_task_of_the_same_case_that_is_mine(cabin):
    cabin.start(key="edaran")
    (task,) = cabin.inbox("rahmat")
    cabin.complete("rahmat", task.id, {"penerima": [{"nama": "Bupati"}, {"nama": "Sekda"}]})
    first, second = cabin.inbox("fatma")
    fatma = enter(cabin.app, "fatma")
    assert "Bupati" in fatma.get("/").text
    answer = fatma.post(f"/tasks/{first.id}")
    assert answer.location == f"/tasks/{second.id}"
    assert fatma.post(f"/tasks/{second.id}").location == "/"


def test_what_is_wrong_stands_beside_the_field_and_nothing_typed_is_lost(house):
    _, task = house.begun()
    rahmat = enter(house.app, "rahmat")
    answer = rahmat.post(f"/tasks/{task.id}", {"f.nomor": "", "f.perihal": "Undangan <rapat>"})
    assert answer.status_code == 422
    assert "Undangan &lt;rapat&gt;" in answer.text
    assert "Bagian ini wajib diisi." in answer.text
    assert [each.id for each in house.inbox("rahmat")] == [task.id]


def test_drawing_a_form_anew_stores_nothing(house):
    case, task = house.begun()
    rahmat = enter(house.app, "rahmat")
    answer = rahmat.post(f"/tasks/{task.id}/form", {"f.nomor": "17"})
    assert answer.status_code == 200
    assert 'value="17"' in answer.text
    assert len(house.history(case)) == 2


def test_mutu_baku_stands_beside_the_form(cabin):
    _, task = cabin.begun()
    page = enter(cabin.app, "rahmat").get(f"/tasks/{task.id}").text
    assert "langkah 1" in page
    assert "5 menit" in page


def test_what_earlier_steps_recorded_is_shown(cabin):
    _, task = cabin.begun()
    cabin.complete("rahmat", task.id, {"nomor": "17/XI", "perihal": "Rapat"})
    (next_,) = cabin.inbox("yusuf")
    page = enter(cabin.app, "yusuf").get(f"/tasks/{next_.id}").text
    assert "17/XI" in page
    assert "Rapat" in page


def test_late_tasks_say_so_in_words(cabin, clock):
    cabin.begun()
    clock.now += timedelta(days=1, minutes=10)
    assert "terlambat 1 hari" in enter(cabin.app, "rahmat").get("/").text


def test_who_has_nothing_on_the_desk_sees_what_the_groups_have(cabin):
    cabin.begun()
    rahmat = enter(cabin.app, "rahmat")
    assert "Catat surat" in rahmat.get("/").text
    assert "Tidak ada tugas di meja Anda" in rahmat.get("/?scope=mine").text
    assert "Tidak ada tugas terbuka di kelompok Anda" in enter(cabin.app, "kadis").get("/?scope=groups").text


def test_search_finds_and_says_when_it_does_not(cabin):
    cabin.begun(business_key="800/BKD")
    cabin.begun(business_key="005/DPMD")
    rahmat = enter(cabin.app, "rahmat")
    page = rahmat.get("/?scope=groups&q=bkd").text
    assert "800/BKD" in page
    assert "005/DPMD" not in page
    assert "Tidak ada tugas yang cocok dengan “&lt;b&gt;%_”" in rahmat.get("/?scope=groups&q=<b>%25_").text


def test_long_lists_come_in_pages_and_badges_stop_counting(cabin):
    for number in range(103):
        cabin.start(business_key=f"berkas-{number:03}")
    rahmat = enter(cabin.app, "rahmat")
    page = rahmat.get("/?scope=groups").text
    assert "99+" in page
    assert page.count("berkas-") >= 50
    following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = rahmat.get(following).text
    assert rest.count('class="l-row ') == 50
    last = rest.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert rahmat.get(last).text.count('class="l-row ') == 3
    assert 'rel="next"' not in rahmat.get(last).text


@pytest.mark.parametrize("after", ["x", "1.2", "9" * 400, "%00", "1.é"])
def test_a_forged_place_in_the_list_is_refused(cabin, after):
    assert enter(cabin.app, "rahmat").get(f"/?scope=groups&after={after}").status_code in {400, 422}


@pytest.mark.parametrize(
    "value", ["= count(1..1000000000)", '{"@feel": "1+1"}', "=1+1", "${7*7}", "{{7*7}}", "${{ nomor }}"]
)
def test_values_that_look_like_code_are_text(cabin, value):
    case, task = cabin.begun()
    assert enter(cabin.app, "rahmat").post(f"/tasks/{task.id}", {"f.nomor": value}).status_code == 303
    assert escape(value) in enter(cabin.app, "yusuf").get(f"/instances/{case.id}").text


# Conflicts and access ------------------------------------------------------------------------------------------------


def test_completing_twice_gives_one_success_and_one_page_that_keeps_what_was_typed(house):
    case, task = house.begun()
    rahmat, nurdin = enter(house.app, "rahmat"), enter(house.app, "nurdin")
    typed = {"f.nomor": "005/12", "f.perihal": "Undangan <i>rapat</i>"}
    assert rahmat.post(f"/tasks/{task.id}", typed).status_code == 303
    answer = nurdin.post(f"/tasks/{task.id}", typed)
    assert answer.status_code == 409
    assert "Tugas ini sudah selesai atau ditarik." in answer.text
    assert "Undangan &lt;i&gt;rapat&lt;/i&gt;" in answer.text
    assert [event.kind for event in house.history(case)].count("task.completed") == 1


def test_a_stale_page_is_told_so(house):
    _, task = house.begun()
    rahmat = enter(house.app, "rahmat")
    rahmat.post(f"/tasks/{task.id}/claim")
    rahmat.post(f"/tasks/{task.id}/release")
    answer = rahmat.post(f"/tasks/{task.id}", {"f.nomor": "1", "seen": "1"})
    assert answer.status_code == 409
    assert f'href="/tasks/{task.id}"' in answer.text


def test_what_somebody_else_has_taken_is_told_by_name(cabin):
    _, task = cabin.begun()
    enter(cabin.app, "nurdin").post(f"/tasks/{task.id}/claim")
    rahmat = enter(cabin.app, "rahmat")
    answer = rahmat.post(f"/tasks/{task.id}", {"f.nomor": "1"})
    assert answer.status_code == 409
    assert "Nurdin Ali" in answer.text
    page = rahmat.get(f"/tasks/{task.id}").text
    assert "Nurdin Ali sedang mengerjakan tugas ini" in page
    assert "Selesaikan tugas" not in page


VERBS = ["", "/claim", "/release", "/form"]


@pytest.mark.parametrize("verb", VERBS)
def test_somebody_elses_task_looks_like_one_that_is_not_there(cabin, verb):
    _, task = cabin.begun()
    sitti = enter(cabin.app, "sitti")

    def seen(number):
        answers = [sitti.post(f"/tasks/{number}{verb}", {"f.nomor": "1"})]
        if not verb:
            answers.append(sitti.get(f"/tasks/{number}"))
        token = sitti.token
        return [(each.status_code, each.text.replace(str(number), "").replace(token, "")) for each in answers]

    there, not_there = seen(task.id), seen(uuid4())
    assert [status for status, _ in there] == [404] * len(there)
    assert [_without_tokens(text) for _, text in there] == [_without_tokens(text) for _, text in not_there]
    assert [each.id for each in cabin.inbox("rahmat")] == [task.id]


@pytest.mark.parametrize("verb", VERBS)
def test_a_finished_task_cannot_be_touched_by_its_old_address(cabin, verb):
    case, task = cabin.begun()
    cabin.complete("rahmat", task.id, {"nomor": "1"})
    before = cabin.history(case)
    answer = enter(cabin.app, "rahmat").post(f"/tasks/{task.id}{verb}", {"f.nomor": "2"})
    assert answer.status_code == 409
    assert cabin.history(case) == before


@pytest.mark.parametrize("number", ["1", "abc", "00000000-0000-0000-0000-00000000000g", "../../etc/passwd"])
def test_an_address_that_is_no_task_is_not_found(cabin, number):
    assert enter(cabin.app, "rahmat").get(f"/tasks/{number}").status_code == 404


def test_a_completion_asks_the_database_little_and_commits_once(house, statements):
    _, task = house.begun()
    rahmat = enter(house.app, "rahmat")
    statements.clear()
    assert rahmat.post(f"/tasks/{task.id}", {"f.nomor": "1"}).status_code == 303
    assert len(statements.sql) <= 15
    assert statements.commits == 1


def _without_tokens(text):
    return re.sub(r'(content|value)="[^"]{60,}"', "", text)


ENDLESS = diagram(
    "hitung",
    [
        node("startEvent", "mulai"),
        task("catat"),
        node("exclusiveGateway", "putusan", default="putusan_selesai"),
        task("periksa"),
        node("endEvent", "selesai"),
    ],
    [
        flow("mulai", "catat"),
        flow("catat", "putusan"),
        flow("putusan", "periksa", "count(for i in 1..100000, j in 1..100000 return i) &gt; 3"),
        flow("putusan", "selesai"),
        flow("periksa", "selesai"),
    ],
)


def test_a_condition_that_needs_too_much_is_told_and_the_task_stays(house, office):
    with house.database.begin() as session:
        deployments.deploy(session, {"hitung.bpmn": ENDLESS}, actor=access.SYSTEM, now=cast.NOW, office=office)
    fatma = enter(house.app, "fatma")
    address = fatma.post("/start/hitung").location
    answer = fatma.post(address)
    assert answer.status_code == 422
    assert "memerlukan terlalu banyak waktu atau memori" in answer.text
    assert [row.node for row in house.inbox("fatma")] == ["catat"]
    [case] = {row.instance_id for row in house.inbox("fatma")}
    with house.database.read() as session:
        events = [event.kind for event in instances.history(session, case, actor=access.SYSTEM).items]
    assert events == ["instance.started", "task.opened"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"f.nomor": "1", "f": {"nomor": "1"}, "nomor": "1"}'),
        ("application/xml", b"<f><nomor>1</nomor></f>"),
        ("multipart/form-data; boundary=x", b"\xff\xfe"),
        ("application/x-www-form-urlencoded", b"f.nomor=1&f.nomor=2"),
        ("application/x-www-form-urlencoded", b"f.nomor.0=1&f.nomor.x=2&nomor=3&f.perihal=4&f.lain=5"),
    ],
)
def test_answers_of_another_shape_than_the_form_asks_complete_nothing(cabin, kind, body):
    case, task = cabin.begun()
    rahmat = enter(cabin.app, "rahmat")
    answer = rahmat.client.post(
        f"/tasks/{task.id}", data=body, content_type=kind, headers={"X-CSRFToken": rahmat.token}
    )
    assert answer.status_code == 422
    assert "1 isian perlu diperbaiki" in answer.text
    assert "task.completed" not in [event.kind for event in cabin.history(case)]


def test_a_draft_is_kept_while_somebody_types_and_comes_back(house):
    _, task = house.begun()
    rahmat = enter(house.app, "rahmat")
    rahmat.get(f"/tasks/{task.id}")
    answer = rahmat.post(f"/tasks/{task.id}/draft", {"f.nomor": "01", "f.perihal": "Setengah <jalan>"})
    assert (answer.status_code, answer.text) == (200, "Draf tersimpan pukul 08.30")
    page = rahmat.get(f"/tasks/{task.id}").text
    assert "Setengah &lt;jalan&gt;" in page
    assert "dipulihkan" in page
    nurdin = enter(house.app, "nurdin")
    assert "Rahmat Ishak juga sedang mengisi tugas ini." in nurdin.get(f"/tasks/{task.id}").text
    rahmat.post(f"/tasks/{task.id}/draft/discard")
    assert "Setengah" not in rahmat.get(f"/tasks/{task.id}").text


def test_a_completed_task_leaves_no_draft(house):
    _, task = house.begun()
    rahmat = enter(house.app, "rahmat")
    rahmat.post(f"/tasks/{task.id}/draft", {"f.nomor": "01"})
    rahmat.post(f"/tasks/{task.id}", {"f.nomor": "01", "drafted": "1"})
    with house.database.read() as session:
        assert session.execute(select(models.drafts)).all() == []


# Lists ---------------------------------------------------------------------------------------------------------------


def test_each_list_says_what_it_holds_and_how_much(house, clock):
    _, task = house.begun(business_key="005/12")
    rahmat, nurdin = enter(house.app, "rahmat"), enter(house.app, "nurdin")
    nurdin.post(f"/tasks/{task.id}/claim")
    waiting = rahmat.get("/?scope=waiting").text
    assert "Nurdin Ali" in waiting
    assert f'href="/tasks/{task.id}"' in waiting  # of his own group: he may see it
    clock.now += timedelta(hours=1)
    assert "005/12" in nurdin.get("/?scope=late").text
    nurdin.post(f"/tasks/{task.id}", {"f.nomor": "1"})
    done = nurdin.get("/?scope=done").text
    assert f'href="/instances/{task.instance_id}"' in done
    theirs = rahmat.get("/?scope=waiting").text
    assert "Periksa surat" in theirs
    assert f'href="/instances/{task.instance_id}"' in theirs  # another group's task: its case is what he may see
    assert "/claim" not in theirs


@pytest.mark.parametrize("scope", ["mine", "groups", "late", "waiting", "done", "x", ""])
def test_an_empty_list_says_so(cabin, scope):
    page = enter(cabin.app, "tamu").get(f"/?scope={scope}")
    assert page.status_code == 200
    assert "l-empty" in page.text


def test_the_columns_are_those_that_were_chosen(cabin):
    cabin.begun(business_key="005/12")
    rahmat = enter(cabin.app, "rahmat")
    page = rahmat.get("/?scope=groups&columns=due&columns=sop").text
    assert ">005/12<" not in page.split('class="l-row ')[1].split("l-row-acts")[0]
    assert "Surat Masuk" in page.split('class="l-row ')[1]
    assert "5 menit kerja lagi" in page


def test_a_list_is_saved_used_changed_and_removed(house):
    house.begun(business_key="005/12")
    rahmat, nurdin = enter(house.app, "rahmat"), enter(house.app, "nurdin")
    typed = {
        "name": "Surat <b>",
        "scope": "groups",
        "process": "surat",
        "sort": "newest",
        "columns": ["case"],
        "share": "umum",
    }
    answer = rahmat.post("/filters", typed)
    assert answer.status_code == 303
    page = rahmat.get(answer.location).text
    assert "Surat &lt;b&gt;" in page
    assert "005/12" in page
    assert "Surat &lt;b&gt;" in nurdin.get("/").text
    assert "005/12" in nurdin.get(answer.location).text
    number = answer.location.split("=")[1]
    assert nurdin.post(f"/filters/{number}", typed).status_code == 403
    assert nurdin.post(f"/filters/{number}/remove").status_code == 403
    assert rahmat.post(f"/filters/{number}", {**typed, "process": "edaran", "name": "Edaran"}).status_code == 303
    page = rahmat.get(answer.location).text
    assert "005/12" not in page
    assert "005/12" in rahmat.get(f"{answer.location}&process=surat").text  # an address may say otherwise
    assert rahmat.post(f"/filters/{number}/remove").location == "/"
    assert "Edaran</a>" not in rahmat.get("/").text
    assert rahmat.get(answer.location).status_code == 200  # of a list that is gone the address is still good


@pytest.mark.parametrize(("typed", "status"), [({"name": ""}, 422), ({"name": "x", "share": "kadis"}, 403)])
def test_a_list_that_cannot_be_saved_is_refused(cabin, typed, status):
    assert enter(cabin.app, "rahmat").post("/filters", typed).status_code == status


def test_a_hundred_lists_fit_and_one_more_does_not(cabin):
    rahmat = enter(cabin.app, "rahmat")
    answers = [rahmat.post("/filters", {"name": f"Daftar {number}"}).status_code for number in range(101)]
    assert answers == [303] * 100 + [422]
    page = rahmat.get("/").text
    assert "Daftar 99" in page
    assert len(page) < 120_000


ODD = ["sort=x", "due=x", "priority=9", "priority=-1", "assignee=x", "process=%00", "node=y", "columns=x", "group=%ff"]
ODD += ["filter=x", "filter=00000000-0000-0000-0000-000000000000", "process=" + "x" * 5000, "q=" + "kata " * 2000]
ODD += ["q=%00", "q=%ed%a0%80", "scope=groups&scope=done", "q=" + "%25" * 300, "process=surat&node=' OR 1=1 --"]


@pytest.mark.parametrize("query", ODD, ids=range(len(ODD)))
def test_an_odd_address_is_a_list_all_the_same(house, query):
    status = 400 if "%00" in query else 200  # a NUL is refused before any view
    assert enter(house.app, "rahmat").get(f"/?{query}").status_code == status


@pytest.mark.parametrize("scope", ["mine", "groups", "late", "waiting", "done"])
def test_a_list_asks_the_database_at_most_twelve_times(house, statements, scope):
    for _ in range(3):
        house.begun(business_key="005/12")
    rahmat = enter(house.app, "rahmat")
    for number in range(3):
        rahmat.post("/filters", {"name": f"Daftar {number}"})
    address = f"/?scope={scope}&q=005+surat&process=surat&node=catat&due=week&priority=0&sort=priority"
    rahmat.get(address)
    statements.clear()
    assert rahmat.get(address).status_code == 200
    assert len(statements.sql) <= 12


def test_several_tasks_are_chosen_only_where_something_can_be_done_with_them(cabin):
    cabin.begun()
    rahmat = enter(cabin.app, "rahmat")
    rows = rahmat.get("/?scope=groups").text
    assert ('name="task"' in rows) == ("actions.bulk" in cabin.app.view_functions)
    assert 'name="task"' not in rahmat.get("/?scope=done").text
