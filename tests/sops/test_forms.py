"""The shipped forms: each is used, speaks both languages and can be answered."""

import json
import re

import pytest

from engine import config
from engine.forms import answers, validation
from tests.sops import walking

FORMS = sorted(walking.forms())
DIAGRAMS = sorted(file.stem for file in config.shipped("bpmn").glob("*.bpmn"))
# what a task of its own scope sees besides
CONTENT = {
    "nomor_surat", "tanggal_surat", "asal_surat", "tujuan_surat", "perihal", "isi_surat", "berkas_konsep", "lampiran",
}  # fmt: skip
SEEN = {"p": {"nama": "Bupati Boalemo", "jenis": "Bupati", "lokasi": "dalam"}, "seksi": "Kasi Statistik"}


def test_every_form_is_used():
    used = {node.form_key for key in DIAGRAMS for node in walking.diagram(key).process.nodes() if node.form_key}
    assert used == set(FORMS)


@pytest.mark.parametrize("key", FORMS)
def test_the_id_is_the_file_name(key):
    data = json.loads((config.shipped("forms") / f"{key}.form").read_text(encoding="utf-8"))
    assert data["id"] == key


@pytest.mark.parametrize("key", FORMS)
def test_every_text_is_there_in_english_too(key):
    missing = []
    for one in walking.forms()[key].walk():
        parts = {"label": one.label, "description": one.description, "text": one.content}
        missing += [f"{one.id}: {part}" for part, text in parts.items() if text and f"{part}.en" not in one.properties]
        missing += [
            f"{one.id}: {each.value}" for each in one.options if f"option.{each.value}.en" not in one.properties
        ]
    assert missing == []


@pytest.mark.parametrize("key", FORMS)
def test_translations_name_choices_that_exist(key):
    for one in walking.forms()[key].walk():
        named = {name.removeprefix("option.").removesuffix(".en") for name in one.properties if name[:7] == "option."}
        assert named == {str(each.value) for each in one.options}


@pytest.mark.parametrize("key", FORMS)
def test_every_form_has_a_plausible_answer(key):
    form = walking.forms()[key]
    made = answers.plausible(form, SEEN, now=walking.NOW)
    result = validation.validate(form, made, variables=SEEN, today=walking.NOW.date(), zone=walking.ZONE)
    assert result.errors == {}


@pytest.mark.parametrize("key", FORMS)
def test_answers_have_limits(key):
    for one in walking.forms()[key].walk():
        if one.kind in {"textfield", "textarea"}:
            assert one.max_length is not None, one.id
        if one.kind == "number":
            assert None not in {one.minimum, one.maximum}, one.id


@pytest.mark.parametrize("key", [key for key in FORMS if "perihal" in walking.forms()[key].names])
@pytest.mark.parametrize("secrecy", ["", "rahasia", "sangat_rahasia"])
def test_content_is_only_asked_for_once_the_class_allows_it(key, secrecy):
    form = walking.forms()[key]
    assert form.order[0].name == "keamanan"
    sheet = validation.settle(
        form, {"keamanan": secrecy, "perihal": "Isi"}, variables={}, today=walking.NOW.date(), zone=walking.ZONE
    )
    states = {one.name: sheet.states[one.id] for one in form.order}
    content = CONTENT & states.keys()
    assert "perihal" in content
    assert all(states[each].hidden for each in content)
    assert not content & sheet.values.keys()


def test_no_form_asks_for_a_number_where_a_text_of_digits_is_meant():
    names = [one.name for form in walking.forms().values() for one in form.walk() if one.kind == "number"]
    assert not [name for name in names if re.search(r"nip|nik|nomor|kode", name)]
