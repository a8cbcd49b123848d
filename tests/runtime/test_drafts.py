"""What somebody typed and has not sent: kept, given back, thrown away; and who else is at it."""

from datetime import timedelta

import pytest

from engine import errors
from engine.people import access
from engine.runtime import deployments, drafts, tasks
from tests.cast import NOW, ZONE
from tests.diagrams_made import form, linear, task, textfield


@pytest.fixture
def letter(house):
    house.start()
    return house.inbox("rahmat")[0]


@pytest.fixture
def type_(db, house):
    def typing(who, task_id, values, now=NOW):
        with db.begin() as session:
            drafts.save(session, task_id, values, actor=house.actors[who], now=now, zone=ZONE)

    return typing


def desk(db, house, who, task_id, now=NOW):
    with db.read() as session:
        return drafts.of_task(session, task_id, actor=house.actors[who], now=now)


def test_what_was_typed_comes_back_as_it_was_also_what_would_be_wrong(db, house, letter, type_):
    type_("rahmat", letter.id, {"nomor": "", "perihal": "Undangan <rapat>"})
    type_("rahmat", letter.id, {"nomor": "01", "perihal": "Undangan"}, NOW + timedelta(minutes=1))
    found = desk(db, house, "rahmat", letter.id)
    assert (found.mine.values, found.mine.saved_at) == (
        {"nomor": "01", "perihal": "Undangan"},
        NOW + timedelta(minutes=1),
    )
    assert found.others == ()


def test_everybody_has_their_own_and_sees_who_else_is_at_it(db, house, letter, type_):
    type_("rahmat", letter.id, {"nomor": "01"})
    found = desk(db, house, "nurdin", letter.id)
    assert (found.mine, found.others) == (None, ("Rahmat Ishak",))
    assert desk(db, house, "nurdin", letter.id, NOW + timedelta(minutes=11)).others == ()


def test_it_is_thrown_away(db, house, letter, type_):
    type_("rahmat", letter.id, {"nomor": "01"})
    with db.begin() as session:
        for _ in range(2):
            drafts.discard(session, letter.id, actor=house.actors["rahmat"])
    assert desk(db, house, "rahmat", letter.id).mine is None


def test_only_who_may_complete_the_task_keeps_a_draft(db, house, letter, type_):
    for who, error in (("tamu", errors.TaskForbidden), ("sri", errors.TaskForbidden)):
        with pytest.raises(error):
            type_(who, letter.id, {"nomor": "01"})
    house.act(tasks.claim, "nurdin", letter.id)
    with pytest.raises(errors.TaskForbidden):
        type_("rahmat", letter.id, {"nomor": "01"})
    house.complete("nurdin", letter.id, {"nomor": "1"})
    with pytest.raises(errors.TaskClosed):
        type_("nurdin", letter.id, {"nomor": "01"})


def test_a_draft_has_a_size(letter, type_):
    with pytest.raises(errors.InputError):
        type_("rahmat", letter.id, {"nomor": "x" * drafts.LARGEST})


def test_names_that_the_form_does_not_ask_for_are_not_kept(db, house, letter, type_):
    type_("rahmat", letter.id, {"nomor": "1", "keputusan": "setuju", "__proto__": {"x": 1}})
    assert desk(db, house, "rahmat", letter.id).mine.values == {"nomor": "1", "perihal": None}


def test_what_a_form_hides_is_not_kept_either(db, house, office):
    secret = '{"type": "textfield", "id": "f_isi", "key": "isi", "label": "Isi", "conditional": {"hide": "=kelas = \\"rahasia\\""}}'
    files = {
        "tertutup.bpmn": linear("tertutup", task("tulis", "Pengadministrasi Umum", form="tertutup")),
        "tertutup.form": form("tertutup", textfield("kelas"), secret),
    }
    with db.begin() as session:
        deployments.deploy(session, files, actor=access.SYSTEM, now=NOW, office=office)
    house.start(key="tertutup")
    written = house.inbox("rahmat")[0]
    with db.begin() as session:
        typed = {"kelas": "rahasia", "isi": "Isi surat"}
        drafts.save(session, written.id, typed, actor=house.actors["rahmat"], now=NOW, zone=ZONE)
    assert desk(db, house, "rahmat", written.id).mine.values == {"kelas": "rahasia"}
