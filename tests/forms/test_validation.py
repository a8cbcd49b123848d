import time as clock
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from engine.forms import validation

TEXT = {"type": "textfield", "key": "nama", "label": "Nama"}
NEED = {"validate": {"required": True}}
LUAR = {"type": "checkbox", "key": "luar"}


def test_hidden_answers_are_gone_from_conditions_too(validate):
    components = [
        LUAR,
        {**TEXT, "key": "kota", "conditional": {"hide": "=luar != true"}, **NEED},
        {**TEXT, "key": "kurir", "conditional": {"hide": '=kota != "Tilamuta"'}},
        {"type": "expression", "key": "ada", "expression": "=kota != null"},
    ]
    sent = {"kota": "Tilamuta", "kurir": "Pos"}
    assert validate(components, sent) == ({"luar": False, "ada": False}, {})
    assert validate(components, sent, kota="lama") == ({"luar": False, "ada": False}, {})
    assert validate(components, {**sent, "luar": "on"})[0] == {"luar": True, "ada": True, **sent}


def test_a_hidden_group_hides_all_in_it(validate):
    group = {"type": "group", "path": "g", "conditional": {"hide": "=luar"}, "components": [{**TEXT, **NEED}]}
    assert validate([LUAR, group], {"luar": True, "g": {"nama": "x"}}) == ({"luar": True}, {})
    assert validate([LUAR, group], {})[1] == {"g.nama": ["Fill this in."]}


def test_read_only_answers_are_the_servers(validate):
    components = [
        LUAR,
        {**TEXT, "readonly": "=luar"},
        {**TEXT, "key": "b", "disabled": True},
        {**TEXT, "key": "c", "readonly": True, "defaultValue": "d"},
    ]
    sent = {"luar": "on", "nama": "palsu", "b": "palsu", "c": "palsu"}
    assert validate(components, sent, nama="asli", b="asli")[0] == {"luar": True, "nama": "asli", "c": "d"}
    assert validate(components, {**sent, "luar": "off"}, nama="asli")[0]["nama"] == "palsu"


def test_an_emptied_answer_is_stored_as_null_and_seen_as_null(validate):
    components = [TEXT, {"type": "expression", "key": "kosong", "expression": "=nama = null"}]
    assert validate(components, {"nama": " "}, nama="dulu")[0] == {"nama": None, "kosong": True}


def test_what_a_group_does_not_ask_for_stays(validate):
    group = {"type": "group", "path": "surat", "components": [TEXT]}
    before = {"nomor": "5", "nama": "lama", "dalam": {"x": 1}}
    values, _ = validate([group], {"surat": {"nama": "baru", "nomor": "palsu"}}, surat=before)
    assert values == {"surat": {"nomor": "5", "nama": "baru", "dalam": {"x": 1}}}
    assert before["nama"] == "lama"


def rows(*fields, **settings):
    return {"type": "dynamiclist", "path": "penerima", "components": list(fields), **settings}


def test_rows_are_answered_one_by_one(validate):
    components = [rows({**TEXT, **NEED}, LUAR, {**TEXT, "key": "kota", "conditional": {"hide": "=not(luar)"}, **NEED})]
    sent = {
        "penerima": [
            {"nama": "A", "luar": "on"},
            {"nama": "", "kota": "x"},
            "x",
            {"nama": "D", "luar": "on", "kota": "K", "lain": 1},
        ]
    }
    values, errors = validate(components, sent)
    assert errors == {
        "penerima.0.kota": ["Fill this in."],
        "penerima.1.nama": ["Fill this in."],
        "penerima.2": ["This must be a row."],
        "penerima.2.nama": ["Fill this in."],
    }
    assert values["penerima"][3] == {"nama": "D", "luar": True, "kota": "K"}


def test_rows_know_which_stored_row_they_were(validate):
    components = [rows({**TEXT, "readonly": True}, {**TEXT, "key": "status"})]
    stored = [{"nama": "A", "opd": 1}, {"nama": "B", "opd": 2}]
    sent = [
        {"_row": "1", "status": "kirim", "nama": "palsu"},
        {"_row": "", "status": "baru"},
        {"_row": "1"},
        {"_row": "99999999999"},
    ]
    values, errors = validate(components, {"penerima": sent}, penerima=stored)
    assert not errors
    assert values["penerima"][0] == {"nama": "B", "opd": 2, "status": "kirim"}
    assert [row["nama"] for row in values["penerima"][1:]] == [None, None, None]
    assert validate(components, {"penerima": [{"status": "x"}]}, penerima=stored)[0]["penerima"] == [
        {"nama": "A", "opd": 1, "status": "x"}
    ]


def test_lists_have_limits(validate):
    assert validate([rows(TEXT)], {"penerima": [{}] * 201})[1] == {"penerima": ["At most 200 rows fit; there are 201."]}
    assert "penerima" in validate([rows(TEXT, properties={"minRows": "1"})], {})[1]
    assert "penerima" in validate([rows(TEXT, properties={"maxRows": "2"})], {"penerima": [{}] * 3})[1]
    assert "penerima" in validate([rows(TEXT, allowAddRemove=False)], {"penerima": [{}, {}]})[1]
    assert not validate([rows(TEXT, allowAddRemove=False)], {"penerima": [{}, {}]}, penerima=[{}, {}])[1]
    assert validate([rows(TEXT)], {"penerima": ""}) == ({"penerima": []}, {})


def test_lists_in_lists(validate):
    inner = {"type": "dynamiclist", "path": "berkas", "components": [{**TEXT, **NEED}]}
    values, errors = validate([rows(inner)], {"penerima": [{"berkas": [{"nama": "a"}, {"nama": ""}]}]})
    assert errors == {"penerima.0.berkas.1.nama": ["Fill this in."]}
    assert values["penerima"][0]["berkas"][0] == {"nama": "a"}


def test_rows_see_what_is_around_them(validate):
    expression = {
        "type": "expression",
        "key": "lengkap",
        "expression": "=string(i) + parent.awalan + this.nama + awalan",
    }
    components = [{**TEXT, "key": "awalan"}, rows(TEXT, expression)]
    values, _ = validate(components, {"awalan": "-", "penerima": [{"nama": "a"}, {"nama": "b"}]})
    assert [row["lengkap"] for row in values["penerima"]] == ["1-a-", "2-b-"]


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        ({"valuesKey": "pegawai"}, {"pegawai": ["a", {"label": "B", "value": 2}, None, {}, [], {"value": {}}]}),
        ({"valuesExpression": '=["a", {label: "B", value: 2}]'}, {}),
    ],
)
def test_choices_from_variables_and_feel(validate, source, variables):
    components = [{"type": "select", "key": "s", **source}, {"type": "taglist", "key": "t", **source}]
    assert validate(components, {"s": "2", "t": ["2", "a", "a"]}, **variables) == ({"s": 2, "t": ["a", 2]}, {})
    assert set(validate(components, {"s": "B", "t": ["x"]}, **variables)[1]) == {"s", "t"}
    assert set(validate(components, {"s": True, "t": [{}]}, **variables)[1]) == {"s", "t"}


def test_choices_that_cannot_be_worked_out_are_asked_for_once(validate):
    endless = {"type": "select", "key": "s", "valuesExpression": "=for i in 1..1000000000 return i"}
    begin = clock.monotonic()
    _, errors = validate([rows(endless)], {"penerima": [{"s": "1"}] * 50})
    assert len(errors) == 50
    assert clock.monotonic() - begin < 10


def test_limits_by_feel(validate):
    component = {"type": "number", "key": "n", "validate": {"min": 1, "max": "=sisa"}, "increment": 0.5}
    assert validate([component], {"n": "5"}, sisa=4)[1] == {"n": ["Write 4 or less."]}
    assert validate([component], {"n": "2,3"}, sisa=4)[1] == {"n": ["Write a multiple of 0,5."]}
    assert validate([component], {"n": "3,5"}, sisa=4) == ({"n": 3.5}, {})
    assert validate([component], {"n": "5"}) == ({"n": 5}, {})


def test_required_of_every_kind(validate):
    values = [{"value": "a"}]
    components = [
        {"type": "checkbox", "key": "a", **NEED},
        {"type": "radio", "key": "b", "values": values, **NEED},
        {"type": "checklist", "key": "c", "values": values, **NEED},
        {"type": "filepicker", "key": "d", **NEED},
        {"type": "number", "key": "e", **NEED},
    ]
    assert validate(components, {"c": [""], "a": "off", "d": []})[1] == {
        "a": ["Tick this box to go on."],
        "b": ["Choose one of these."],
        "c": ["Choose at least one of these."],
        "d": ["Choose a file."],
        "e": ["Fill this in."],
    }


def test_a_file_that_is_stored_stays(validate):
    component = {"type": "filepicker", "key": "surat", **NEED}
    assert validate([component], {}, surat=["a.pdf"]) == ({"surat": ["a.pdf"]}, {})
    assert validate([component], {"surat": [validation.Upload("b.pdf")]}, surat=["a.pdf"])[0] == {"surat": ["b.pdf"]}


def test_a_printed_nip_loses_its_blanks_and_nothing_else(validate):
    component = {**TEXT, "validate": {"pattern": "^[0-9]{18}$", "patternErrorMessage": "NIP 18 angka {x}"}}
    assert validate([component], {"nama": "19850101 201001 1 001"})[0] == {"nama": "198501012010011001"}
    assert validate([component], {"nama": "1985"})[1] == {"nama": ["NIP 18 angka {x}"]}
    example = {**TEXT, "validate": {"pattern": "^[0-9]{3}/[A-Z]+$"}}
    assert validate([example], {"nama": "1"})[1] == {
        "nama": ["Write this in the form that is asked for, for example 123/A."]
    }


def test_a_condition_may_ask_for_today(validate):
    component = {**TEXT, "conditional": {"hide": '=today() = date("2026-11-22")'}, **NEED}
    assert validate([component], {}) == ({}, {})


def test_initial_values_are_what_is_stored_else_the_defaults(form):
    made = form(
        {**TEXT, "defaultValue": "d"},
        {"type": "datetime", "key": "hari", "properties": {"default": "today"}},
        {"type": "datetime", "key": "jam", "subtype": "time", "properties": {"default": "now"}},
        {"type": "filepicker", "key": "surat"},
        rows({**TEXT, "defaultValue": "r"}, defaultRepetitions=2),
    )
    now = datetime(2026, 11, 22, 8, 15, 30, tzinfo=ZoneInfo("Asia/Makassar"))
    assert validation.initial(made, {}, now=now) == {
        "nama": "d", "hari": date(2026, 11, 22), "jam": time(8, 15), "penerima": [{"nama": "r"}, {"nama": "r"}],
    }  # fmt: skip
    stored = {"nama": "x", "hari": date(2026, 1, 1), "surat": ["a.pdf"], "penerima": [{"nama": "y", "z": 1}]}
    assert validation.initial(made, stored) == {
        "nama": "x", "hari": date(2026, 1, 1), "jam": None, "penerima": [{"nama": "y", "_row": 0}],
    }  # fmt: skip


def test_a_stored_value_of_another_shape_does_no_harm(validate, form):
    components = [{**TEXT, "key": "a.b"}, rows(TEXT), {"type": "group", "path": "g", "components": [TEXT]}]
    odd = {"a": 5, "penerima": "x", "g": ["y"]}
    assert validate(components, {"a": {"b": "1"}, "g": {"nama": "n"}}, **odd)[0] == {
        "a": {"b": "1"},
        "penerima": [],
        "g": {"nama": "n"},
    }
    assert validation.initial(form(*components), odd)


def test_texts_take_inserts():
    now = datetime(2026, 11, 22, tzinfo=ZoneInfo("Asia/Makassar"))
    text = "{{nama}}: {{jumlah * 2}} pada {{hari}}, {{daftar}}{{kosong}}{{1 +}}"
    context = {"nama": "<b>Budi</b>", "jumlah": 6000.25, "hari": date(2026, 11, 22), "daftar": [1, None, "x"]}
    assert validation.fill(text, context, now=now) == "<b>Budi</b>: 12.000,5 pada 22/11/2026, 1, x"
