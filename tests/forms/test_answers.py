from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from engine.errors import FormInvalid
from engine.forms import answers, validation

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=ZoneInfo("Asia/Makassar"))
NEED = {"validate": {"required": True}}
CHOICES = [{"value": "setuju"}, {"value": "kembalikan"}]


def test_answers_fit_whatever_is_asked(form):
    made = form(
        {"type": "textfield", "key": "nip", "validate": {"required": True, "pattern": "^[0-9]{18}$"}},
        {"type": "textfield", "key": "pendek", "label": "Nama panjang", "validate": {"maxLength": 6, "minLength": 6}},
        {"type": "textfield", "key": "panjang", "validate": {"minLength": 40}},
        {"type": "textfield", "key": "surel", "validate": {"validationType": "email"}},
        {"type": "textfield", "key": "telepon", "validate": {"validationType": "phone"}},
        {"type": "number", "key": "n", "increment": 5, "validate": {"min": 7}},
        {"type": "datetime", "key": "hari", "disallowPassedDates": True},
        {"type": "datetime", "key": "saat", "subtype": "datetime"},
        {"type": "checkbox", "key": "ya", **NEED},
        {"type": "radio", "key": "keputusan", "values": CHOICES, **NEED},
        {"type": "textarea", "key": "alasan", "conditional": {"hide": '=keputusan != "kembalikan"'}, **NEED},
        {"type": "filepicker", "key": "berkas", "accept": ".png", **NEED},
        {
            "type": "dynamiclist",
            "path": "l",
            "defaultRepetitions": 0,
            "components": [{"type": "textfield", "key": "x", **NEED}],
        },
    )
    for turn in range(3):
        sent = answers.plausible(made, {}, now=NOW, turn=turn)
        result = validation.validate(made, sent, variables={}, today=NOW.date(), zone=NOW.tzinfo)
        assert not result.errors
        assert result.values["keputusan"] == CHOICES[turn % 2]["value"]
        assert ("alasan" in result.values) == (turn % 2 == 1)


def test_what_is_stored_stays(form):
    made = form(
        {"type": "textfield", "key": "asal"},
        {"type": "dynamiclist", "path": "l", "components": [{"type": "number", "key": "n"}]},
        {"type": "datetime", "key": "hari"},
    )
    sent = answers.plausible(made, {"asal": "Bupati", "l": [{"n": 5}, {}]}, now=NOW)
    assert sent["asal"] == "Bupati"
    assert sent["l"][0]["n"] == 5
    assert sent["hari"] == "2026-11-22"


def test_what_the_process_compares_with_is_tried(form):
    made = form({"type": "textfield", "key": "jenis"})
    tried = {
        answers.plausible(made, {}, now=NOW, turn=turn, compared={"jenis": ["luar"]})["jenis"] for turn in range(8)
    }
    assert "luar" in tried


def test_what_cannot_be_answered_is_named(form):
    made = form({"type": "select", "key": "s", "valuesKey": "tidak_ada", **NEED})
    with pytest.raises(FormInvalid) as refusal:
        answers.plausible(made, {}, now=NOW)
    assert list(refusal.value.errors) == ["s"]
