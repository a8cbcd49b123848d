"""Words that cases are found by, and what a search finds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from engine import errors
from engine.forms import definition
from engine.people import access
from engine.runtime import deployments, inbox, tasks, words
from engine.store import models
from tests.cast import NOW
from tests.diagrams_made import diagram, flow, node, task


def form(*components):
    return {"type": "default", "id": "agenda", "schemaVersion": 19, "components": list(components)}


def field(key, kind="textfield", search="yes", **more):
    return {"type": kind, "id": f"f_{key}", "key": key, "label": key, "properties": {"search": search}, **more}


LIST = {
    "type": "dynamiclist",
    "id": "f_pegawai",
    "path": "pegawai",
    "label": "Pegawai",
    "components": [field("nama"), field("catatan", search="")],
}
CHOICE = field("sifat", "select", values=[{"value": "s", "label": "Sangat Segera"}, {"value": "b", "label": "Biasa"}])
AGENDA = form(field("perihal"), field("isi", "textarea", search=""), field("lembar", "number"), CHOICE, LIST)
FILES = {
    "agenda.bpmn": diagram(
        "agenda",
        [
            node("startEvent", "mulai", "Pengadministrasi Umum"),
            task("catat", "Pengadministrasi Umum", name="Catat agenda", form="agenda"),
            task("simpan", "Pengadministrasi Umum", name="Simpan"),
            node("endEvent", "selesai", "Pengadministrasi Umum"),
        ],
        [flow("mulai", "catat"), flow("catat", "simpan"), flow("simpan", "selesai")],
        name="Agenda Harian",
    ),
    "agenda.form": json.dumps(AGENDA).encode(),
}
ANSWERS = {
    "perihal": "Undangan Rapat-Koordinasi",
    "isi": "rahasia",
    "lembar": 12,
    "sifat": "s",
    "pegawai": [{"nama": "Hasan Djafar", "catatan": "tersembunyi"}, {"nama": "Ópa Núr"}],
}


@pytest.fixture
def agenda(db, house, office):
    with db.begin() as session:
        deployments.deploy(session, FILES, actor=access.SYSTEM, now=NOW, office=office)
    case = house.start("rahmat", key="agenda", business_key="005/123/DISKOMINFO")
    (first,) = house.inbox("rahmat")
    house.complete("rahmat", first.id, ANSWERS)
    return case


def kept(db, case):
    with db.read() as session:
        return set(session.execute(select(models.words.c.word).where(models.words.c.instance_id == case.id)).scalars())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("005/12, Undangan  rapat; rapat", ("005", "12", "undangan", "rapat")),
        ("SANGAT_Segera", ("sangat", "segera")),
        ("\x00 <b>%_' -- \u202e", ("b",)),
        ("ﬁle ①", ("file", "1")),
        ("x" * 99, ("x" * 40,)),
        ("", ()),
    ],
)
def test_a_text_is_split_into_words(text, found):
    assert words.split(text) == found


@given(st.text(max_size=200))
def test_words_of_words_are_they_themselves(text):
    for word in words.split(text):
        assert 1 <= len(word) <= words.LONGEST
        assert len(words.split(word)) == 1


def test_words_are_kept_of_the_business_key_and_of_marked_fields_only(db, agenda):
    own = {"undangan", "rapat", "koordinasi", "12", "s", "sangat", "segera", "hasan", "djafar", "ópa", "núr"}
    assert kept(db, agenda) == {"005", "123", "diskominfo"} | own


@pytest.mark.parametrize(
    "text",
    [
        "005",
        "005/123",
        "disko",
        "UNDANGAN koor",
        "segera djaf",
        "agenda harian",
        "simpan",
        "ÓPA",
        "12 hasan simpan",
        " und ",
    ],
)
def test_a_case_is_found(house, agenda, text):
    assert [each.instance_id for each in house.inbox("rahmat", text=text)] == [agenda.id]


@pytest.mark.parametrize(
    "text", ["05", "rahasia", "tersembunyi", "005 zzz", "%", "' OR 1=1 --", "\x00", "h", "\U0010ffff"]
)
def test_a_case_is_not_found(house, agenda, text):
    assert house.inbox("rahmat", text=text) == ()


def test_who_has_it_is_found_by_name(house, agenda):
    (second,) = house.inbox("rahmat")
    house.act(tasks.claim, "rahmat", second.id)
    assert [each.id for each in house.inbox("rahmat", "mine", text="isha agenda")] == [second.id]
    assert house.inbox("rahmat", "mine", text="nurdin") == ()


def test_a_word_that_very_many_cases_have_finds_the_same(db, house, agenda, monkeypatch):
    monkeypatch.setattr(words, "FEW", 0)
    with db.read() as session:
        assert words.common(session, ("005", "zzz", "und")) == {"005", "und"}
    assert [each.instance_id for each in house.inbox("rahmat", text="005 und")] == [agenda.id]
    assert house.inbox("rahmat", text="zzz") == ()


def test_a_search_of_10_kb_costs_no_more_than_one_of_a_few_words(db, house, statements):
    with db.read() as session:
        statements.clear()
        text = " ".join(f"kata{number}" for number in range(1500))
        assert inbox.search(session, actor=house.actors["rahmat"], scope="groups", text=text).items == ()
        assert inbox.search(session, actor=house.actors["rahmat"], scope="groups", text="x" * 10_000).items == ()
    assert len(statements.sql) == 2 * 2  # what is common, and the keys
    assert all(len(sql) < 10_000 for sql in statements.sql)


def test_a_form_of_a_book_keeps_no_more_than_200_words(agenda):
    read = definition.read(FILES["agenda.form"])
    book = " ".join(f"kata{number}" for number in range(3000))
    assert len(words.of_form(read, {"perihal": book})) == 200


@pytest.mark.parametrize(
    "odd", [{"pegawai": "x"}, {"pegawai": [1, None]}, {"perihal": {"a": 1}}, {"perihal": None}, {}]
)
def test_values_of_another_shape_have_no_words(odd):
    assert words.of_form(definition.read(FILES["agenda.form"]), odd) == ()


def test_keeping_words_is_one_statement_and_none_where_no_field_is_marked(db, house, agenda, statements):
    (second,) = house.inbox("rahmat")
    statements.clear()
    house.complete("rahmat", second.id)
    assert not [sql for sql in statements.sql if "words" in sql]
    house.start("rahmat", key="agenda")
    (first,) = house.inbox("rahmat")
    statements.clear()
    house.complete("rahmat", first.id, ANSWERS)
    assert len([sql for sql in statements.sql if "words" in sql]) == 1


def test_a_mark_is_yes_or_nothing():
    with pytest.raises(errors.FormUnreadable):
        definition.read(json.dumps(form(field("a", search="true"))).encode())


def test_the_same_words_again_are_no_trouble(db, agenda):
    with db.begin() as session:
        words.keep(session, agenda.id, None, {}, "005/123")
        many = session.execute(select(func.count()).select_from(models.words)).scalar_one()
    assert many == len(kept(db, agenda))
