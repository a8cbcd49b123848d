"""What people agree about tasks, on their pages; and several tasks at once."""

import html
import re

import pytest

from engine.people import access
from engine.runtime import assignments, tasks
from tests.cast import NOW
from tests.webui.browsing import enter


def claimed(house, who="rahmat", **given):
    _, task = house.begun(**given)
    with house.database.begin() as session:
        tasks.claim(session, task.id, actor=house.cast.actor(session, who), now=NOW)
    return task


def flashes(page):
    told = page.text.partition('id="flashes"')[2].partition("\n  </div>")[0]
    return [html.unescape(each) for each in re.findall(r'<div class="alert alert-[a-z]+">(.*?)</div>', told)]


def mine(house, who):
    return [task.id for task in house.inbox(who, "mine")]


# One task ------------------------------------------------------------------------------------------------------------


def test_a_task_is_handed_over_and_back(house):
    task = claimed(house)
    rahmat = enter(house.app, "rahmat")
    page = rahmat.get(f"/tasks/{task.id}/hand-over").text
    assert "Yusuf Lahay" in page
    answer = rahmat.post(f"/tasks/{task.id}/delegate", {"person": "yusuf", "reason": "Perlu telaah."})
    assert (answer.status_code, answer.location) == (303, "/")
    yusuf = enter(house.app, "yusuf")
    page = yusuf.get(f"/tasks/{task.id}").text
    assert "Rahmat Ishak" in page
    answer = yusuf.post(f"/tasks/{task.id}/hand-back", {"reason": ""})
    assert answer.location == f"/tasks/{task.id}"
    assert mine(house, "yusuf") == [task.id]
    yusuf.post(f"/tasks/{task.id}/hand-back", {"reason": "Bukan bagian saya."})
    assert mine(house, "rahmat") == [task.id]
    assert "Bukan bagian saya." in rahmat.get(f"/instances/{task.instance_id}").text


def test_what_is_wrong_with_handing_over_is_said_and_nothing_typed_is_lost(cabin):
    task = claimed(cabin)
    sri = enter(cabin.app, "sri")
    answer = sri.post(f"/tasks/{task.id}/assign", {"person": "nurdin", "reason": ""})
    assert answer.status_code == 422
    assert re.search(r'value="nurdin" selected', answer.text)
    answer = sri.post(f"/tasks/{task.id}/assign", {"person": "<b>", "reason": "<i>alasan</i>"})
    assert answer.status_code == 422
    assert "&lt;i&gt;alasan&lt;/i&gt;" in answer.text


def test_a_manager_assigns(cabin):
    task = claimed(cabin)
    enter(cabin.app, "sri").post(f"/tasks/{task.id}/assign", {"person": "nurdin", "reason": "Rahmat sakit."})
    assert (mine(cabin, "rahmat"), mine(cabin, "nurdin")) == ([], [task.id])


def test_urgency_and_follow_up_stand_on_the_page(cabin):
    task = claimed(cabin)
    rahmat = enter(cabin.app, "rahmat")
    rahmat.post(f"/tasks/{task.id}/priority", {"priority": "2"})
    rahmat.post(f"/tasks/{task.id}/follow-up", {"at": "2026-03-05T09:00"})
    page = rahmat.get(f"/tasks/{task.id}").text
    assert 'value="2" selected' in page
    assert re.search(r"5 Mar(et)? 2026", page)
    rahmat.post(f"/tasks/{task.id}/follow-up", {"at": ""})
    assert not re.search(r"5 Mar(et)? 2026", rahmat.get(f"/tasks/{task.id}").text)


@pytest.mark.parametrize("at", ["besok", "2026-02-30T09:00", "2020-01-01T00:00", "9" * 500])
def test_a_moment_that_is_none_is_refused(cabin, at):
    task = claimed(cabin)
    rahmat = enter(cabin.app, "rahmat")
    answer = rahmat.post(f"/tasks/{task.id}/follow-up", {"at": at})
    assert answer.status_code == 303
    with cabin.database.read() as session:
        assert tasks.get(session, task.id, actor=access.SYSTEM).follow_up is None


def test_a_claim_is_undone(cabin):
    _, task = cabin.begun()
    rahmat = enter(cabin.app, "rahmat")
    rahmat.post(f"/tasks/{task.id}/claim")
    rahmat.post(f"/tasks/{task.id}/unclaim", {"next": "/"})
    assert mine(cabin, "rahmat") == []


def test_reminding_twice_is_told(cabin):
    task = claimed(cabin)
    sri = enter(cabin.app, "sri")
    for _ in range(2):
        answer = sri.post(f"/tasks/{task.id}/nudge", {"next": f"/tasks/{task.id}"})
    assert len(flashes(sri.get(answer.location))) == 2


def test_a_comment_is_escaped_and_stands_on_both_pages(cabin):
    task = claimed(cabin)
    rahmat = enter(cabin.app, "rahmat")
    back = f"/tasks/{task.id}"
    path = f"/instances/{task.instance_id}/comments"
    rahmat.post(path, {"text": "<script>x</script> @yusuf", "task": str(task.id), "next": back})
    for page in (back, f"/instances/{task.instance_id}"):
        text = rahmat.get(page).text
        assert "&lt;script&gt;x&lt;/script&gt; @yusuf" in text
    assert rahmat.post(path, {"text": "x", "task": "bukan-id"}).status_code == 404
    rahmat.post(path, {"text": "x" * 10_000, "next": back})
    assert "x" * 50 not in rahmat.get(back).text


# Several -------------------------------------------------------------------------------------------------------------


def letters(house, count):
    for number in range(count):
        house.start(business_key=f"00{number}/UM/2026")
    return [str(task.id) for task in house.inbox("rahmat")]


def test_several_are_claimed_at_once(house):
    ids = letters(house, 3)
    rahmat = enter(house.app, "rahmat")
    rahmat.post("/tasks/bulk", {"task": ids, "do": "claim", "next": "/"})
    assert {str(each) for each in mine(house, "rahmat")} == set(ids)


def test_one_answer_completes_all_and_says_which_it_did_not(house):
    ids = letters(house, 4)
    rahmat = enter(house.app, "rahmat")
    page = rahmat.post("/tasks/bulk", {"task": ids, "do": "complete"})
    assert page.status_code == 200
    with house.database.begin() as session:  # meanwhile one is taken
        tasks.claim(session, house.inbox("nurdin")[0].id, actor=house.cast.actor(session, "nurdin"), now=NOW)
    answer = rahmat.post("/tasks/bulk/complete", {"task": " ".join(ids), "f.nomor": "9", "f.perihal": "Sama"})
    assert answer.status_code == 303
    assert len(house.inbox("yusuf")) == 3
    said = flashes(rahmat.get("/"))
    assert len(said) == 2
    assert "Nurdin Ali" in said[1]


def test_a_wrong_answer_is_asked_again_once(cabin):
    ids = letters(cabin, 2)
    rahmat = enter(cabin.app, "rahmat")
    answer = rahmat.post("/tasks/bulk/complete", {"task": " ".join(ids), "f.nomor": "", "f.perihal": "Tetap"})
    assert answer.status_code == 422
    assert 'value="Tetap"' in answer.text
    assert len(cabin.inbox("rahmat")) == 2


def test_each_task_is_a_transaction_of_its_own(house, statements):
    ids = letters(house, 3)
    rahmat = enter(house.app, "rahmat")
    statements.clear()
    rahmat.post("/tasks/bulk", {"task": ids, "do": "claim"})
    assert statements.commits == 3


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"do": "claim"}, 303),
        ({"do": "rename", "task": "0198f000-0000-7000-8000-000000000000"}, 422),
        ({"do": "claim", "task": "bukan-id"}, 404),
        ({"do": "claim", "task": "0198f000-0000-7000-8000-000000000000 " * 101}, 422),
        ({"do": "complete", "task": "0198f000-0000-7000-8000-000000000000"}, 404),
    ],
)
def test_odd_requests_are_answered(cabin, sent, status):
    assert enter(cabin.app, "rahmat").post("/tasks/bulk", sent).status_code == status


def test_several_are_assigned_by_a_manager_only(cabin):
    ids = letters(cabin, 2)
    for who, expected in (("rahmat", 0), ("sri", 2)):
        enter(cabin.app, who).post("/tasks/bulk", {"task": ids, "do": "assign", "person": "nurdin"})
        assert len(mine(cabin, "nurdin")) == expected


def test_a_task_that_two_people_want_is_ones(house):
    task = claimed(house)
    nurdin = enter(house.app, "nurdin")
    answer = nurdin.post(f"/tasks/{task.id}/delegate", {"person": "yusuf", "reason": "x"})
    assert answer.status_code == 403
    assert mine(house, "rahmat") == [task.id]
    with house.database.begin() as session:
        actor = house.cast.actor(session, "sri")
        assignments.assign(session, task.id, "nurdin", actor=actor, now=NOW, reason="Gantian.")
    rahmat = enter(house.app, "rahmat")
    answer = rahmat.post(f"/tasks/{task.id}", {"f.nomor": "1", "seen": "2"})
    assert answer.status_code == 409
    assert "Nurdin Ali" in answer.text
