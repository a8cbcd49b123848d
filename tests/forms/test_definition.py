import json
from decimal import Decimal

import pytest

from engine.errors import FormUnreadable
from engine.forms import definition

TEXT = {"type": "textfield", "key": "nama", "label": "Nama"}


def test_names_are_the_variables_that_an_answered_form_supplies(form):
    made = form(
        {"type": "text", "text": "Halo"},
        {"type": "textfield", "key": "kontak.surel"},
        {
            "type": "group",
            "path": "pemohon",
            "components": [TEXT, {"type": "group", "components": [{**TEXT, "key": "opd"}]}],
        },
        {"type": "dynamiclist", "path": "penerima", "components": [TEXT]},
        {"type": "expression", "key": "jumlah", "expression": "=count(penerima)"},
    )
    assert made.names == {"kontak", "pemohon", "penerima", "jumlah"}
    assert [one.name for one in made.walk() if one.path and one.kind != "group"] == [
        "kontak.surel", "pemohon.nama", "pemohon.opd", "penerima", "nama", "jumlah",
    ]  # fmt: skip


def test_reads_are_the_variables_that_it_uses_from_outside(form):
    made = form(
        {**TEXT, "conditional": {"hide": "=jenis = 1 and nama2 = 2"}},
        {**TEXT, "key": "nama2", "validate": {"maxLength": "=panjang"}},
        {
            "type": "dynamiclist",
            "path": "l",
            "components": [{**TEXT, "readonly": "=opd = kota"}, {**TEXT, "key": "opd"}],
        },
        {"type": "select", "key": "p", "valuesKey": "pegawai"},
    )
    assert {path[0] for path in made.reads} == {"jenis", "panjang", "kota", "pegawai"}


def test_answers_are_ordered_as_their_conditions_need(form):
    made = form(
        {**TEXT, "key": "a", "conditional": {"hide": "=b = 1"}},
        {"type": "group", "path": "g", "conditional": {"hide": "=c = 1"}, "components": [{**TEXT, "key": "b"}]},
        {**TEXT, "key": "b", "conditional": {"hide": "=g.b = 1"}},
        {**TEXT, "key": "c"},
    )
    assert [one.name for one in made.order] == ["c", "g.b", "b", "a"]
    assert [one.name for one in made.fields if one.kind != "group"] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "components",
    [
        [{**TEXT, "conditional": {"hide": "=nama = null"}}],
        [{**TEXT, "readonly": "=b = 1"}, {"type": "expression", "key": "b", "expression": "=nama"}],
        [{"type": "dynamiclist", "path": "l", "components": [{**TEXT, "conditional": {"hide": "=count(l) > 1"}}]}],
    ],
)
def test_conditions_that_go_in_a_circle_are_refused(form, components):
    with pytest.raises(FormUnreadable, match="circle"):
        form(*components)


def test_rows_may_ask_what_is_around_them_and_the_form_what_is_in_its_rows(form):
    made = form(
        {"type": "textfield", "key": "ringkas", "conditional": {"hide": "=some p in penerima satisfies p.luar"}},
        {
            "type": "dynamiclist",
            "path": "penerima",
            "components": [{"type": "checkbox", "key": "luar"}, {**TEXT, "conditional": {"hide": "=sifat = luar"}}],
        },
        {**TEXT, "key": "sifat"},
    )
    assert [one.name for one in made.order] == ["sifat", "penerima", "ringkas"]


def test_limits_translations_and_layout_are_read(form):
    (made,) = form(
        {
            "type": "number",
            "key": "n",
            "label": "Jumlah {{satuan}}",
            "decimalDigits": 2,
            "increment": "0.5",
            "validate": {"min": 0, "max": "=batas"},
            "layout": {"columns": 8, "row": "Row_1"},
            "properties": {"label.en": "Amount"},
            "appearance": {"prefixAdorner": "Rp"},
        }
    ).fields
    assert (made.minimum, made.step, made.digits, made.columns, made.row) == (0, Decimal("0.5"), 2, 8, "Row_1")
    assert (made.wording("label", "en"), made.wording("label", "id"), made.prefix) == (
        "Amount",
        "Jumlah {{satuan}}",
        "Rp",
    )


def test_the_file_name_is_the_key():
    source = json.dumps({"id": "lain", "type": "default", "components": []}).encode()
    assert definition.read(source, key="agenda").key == "agenda"
    assert definition.read(source).key == "lain"


@pytest.mark.parametrize(
    ("component", "reason"),
    [
        ({"type": "image", "source": "x"}, "pictures"),
        ({"type": "table", "dataSource": "=x"}, "tables"),
        ({"type": "documentPreview"}, "documents"),
        ({"type": "textfield"}, "missing"),
        ({**TEXT, "key": "a..b"}, "cannot name"),
        ({**TEXT, "key": "_method"}, "cannot name"),
        ({**TEXT, "key": "then"}, "cannot name"),
        ({**TEXT, "validate": {"requierd": True}}, "no such check"),
        ({**TEXT, "validate": {"required": "ya"}}, "true or false"),
        ({**TEXT, "validate": {"minLength": 5, "maxLength": 4}}, "below"),
        ({**TEXT, "conditional": {"hide": "jenis = 1"}}, "starts with ="),
        ({**TEXT, "conditional": {"hide": "=jenis ="}}, "FEEL"),
        ({**TEXT, "label": "{{jenis =}}"}, "FEEL"),
        ({**TEXT, "label": "x" * 20_001}, "longer"),
        ({**TEXT, "defaultValue": 5}, "refuse"),
        ({"type": "number", "key": "n", "increment": 0}, "greater"),
        ({"type": "number", "key": "n", "decimalDigits": 50}, "between"),
        ({"type": "select", "key": "s"}, "nothing to choose"),
        ({"type": "select", "key": "s", "values": [{"label": "x", "value": None}]}, "choice's value"),
        ({"type": "select", "key": "s", "values": [{"value": 1}, {"value": "1"}]}, "two choices"),
        ({"type": "select", "key": "s", "values": [{"value": "a"}], "defaultValue": "b"}, "refuse"),
        ({"type": "checklist", "key": "s", "values": [{"value": "a"}], "defaultValue": ["b"]}, "refuse"),
        ({"type": "filepicker", "key": "f", "accept": ".pdf,*"}, "kind of file"),
        ({"type": "datetime", "key": "d", "properties": {"default": "besok"}}, "today"),
        ({"type": "dynamiclist", "path": "l", "components": [], "properties": {"minRows": "999"}}, "between"),
        ({"type": "expression", "key": "e"}, "missing"),
        ({**TEXT, "id": "<b>"}, "id"),
        ({**TEXT, "layout": {"columns": 17}}, "between"),
    ],
)
def test_what_nobody_could_fill_or_show_is_refused(form, component, reason):
    with pytest.raises(FormUnreadable, match=reason):
        form(component)


def test_buttons_are_ignored_the_page_has_its_own(form):
    assert form({"type": "button", "label": "Kirim", "action": "submit"}, TEXT).names == {"nama"}


def test_a_form_has_limits(form):
    with pytest.raises(FormUnreadable, match="at most 500"):
        form(*({**TEXT, "key": f"n{number}"} for number in range(501)))
    deep = TEXT
    for _ in range(10):
        deep = {"type": "group", "components": [deep]}
    with pytest.raises(FormUnreadable, match="nested"):
        form(deep)
    with pytest.raises(FormUnreadable, match="larger"):
        definition.read(b" " * 1_000_001)
    with pytest.raises(FormUnreadable, match="nested"):
        definition.read(b'{"components":' + b"[" * 200_000 + b"]" * 200_000 + b"}")
