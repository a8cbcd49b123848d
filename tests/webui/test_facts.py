from datetime import date

import pytest

from engine.forms import definition
from tests.diagrams_made import form, textfield
from webui import facts

CHOICE = (
    '{"type": "select", "id": "f_k", "key": "keputusan", "label": "Keputusan", "properties": {"label.en": "Decision", '
    '"option.setuju.en": "Agreed"}, "values": [{"value": "setuju", "label": "Setuju"}]}'
)
DAY = '{"type": "datetime", "id": "f_t", "key": "tanggal", "subtype": "date", "dateLabel": "Tanggal"}'


@pytest.fixture
def known(site):
    """The fields of a form, by name, within an Indonesian request."""
    read = definition.read(form("surat", textfield("nomor"), CHOICE, DAY), key="surat")
    with site.test_request_context("/"):
        yield {one.path[-1]: one for one in read.walk() if one.path}


def test_values_get_the_labels_of_the_forms_that_asked(known):
    (fact,) = facts.of({"keputusan": "setuju"}, known)
    assert (fact.label, fact.text) == ("Keputusan", "Setuju")
    (fact,) = facts.of({"tidak_dikenal": 3}, known)
    assert (fact.label, fact.text) == ("Tidak dikenal", "3")


def test_dates_read_alike_from_variables_and_from_history(known):
    for value in (date(2026, 8, 17), "2026-08-17"):
        assert facts.fact("tanggal", value, known).text == "17 Agustus 2026"
    assert facts.fact("nomor", "2026-08-17", known).text == "2026-08-17"
    assert facts.fact("tanggal", "besok", known).text == "besok"


def test_empty_values_are_left_out(known):
    assert facts.of({"a": None, "b": "", "c": [], "d": {}}, known) == ()
    assert [fact.label for fact in facts.of({"a": 0, "b": False}, known)] == ["A", "B"]


def test_a_list_of_objects_is_a_table(known):
    (fact,) = facts.of({"penerima": [{"nama": "Bupati", "nomor": "1"}, {"nama": "Sekda", "lain": True}]}, known)
    assert fact.kind == "table"
    assert fact.columns == ("Nama", "nomor", "Lain")
    assert [[cell.text for cell in row.parts] for row in fact.parts] == [["Bupati", "1", ""], ["Sekda", "", "ya"]]


def test_lists_and_objects_nest_and_long_lists_are_cut(known):
    (fact,) = facts.of({"daftar": [1, [2, 3]], "isi": {"a": {"b": 1}}}, known)[:1]
    assert fact.kind == "list"
    assert fact.parts[1].kind == "list"
    (fact,) = facts.of({"isi": {"a": {"b": 1}}}, known)
    assert fact.parts[0].parts[0].text == "1"
    (fact,) = facts.of({"panjang": list(range(250))}, known)
    assert (len(fact.parts), fact.left_out) == (100, 150)
