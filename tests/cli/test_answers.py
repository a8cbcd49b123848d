"""Made-up answers pass the form's own validation, and rotate so that loops end."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from engine import errors
from engine.cli import answers
from engine.diagrams import model
from engine.forms import definition, validation

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=ZoneInfo("Asia/Makassar"))


def form(*components):
    source = {"type": "default", "id": "f", "schemaVersion": 19, "components": list(components)}
    return definition.read(json.dumps(source).encode())


def field(kind, key, **more):
    return {"type": kind, "id": f"Field_{key}", "key": key, "label": key.title(), **more}


def diagram(*conditions):
    flows = {f"f{i}": model.Flow(f"f{i}", "a", "b", condition=text) for i, text in enumerate(conditions)}
    return model.Diagram({"p": model.Process("p", model.Body(flows=flows))}, "p")


def ask(source, asked, variables=None, node="a", item=""):
    question = answers.Question(node, item, asked, variables or {}, NOW)
    submission = source.answer(question)
    result = validation.validate(asked, submission, variables=variables or {}, today=NOW.date(), zone=question.zone)
    assert result.errors == {}
    return result.values


CHOICES = [{"value": "setuju", "label": "Setuju"}, {"value": "kembalikan", "label": "Kembalikan"}]


def test_every_kind_of_field_gets_an_answer():
    asked = form(
        field("textfield", "perihal", validate={"required": True, "minLength": 30}),
        field("textfield", "nip", validate={"required": True, "pattern": "^\\d{18}$"}),
        field("textfield", "surel", validate={"required": True, "validationType": "email"}),
        field("textarea", "catatan", validate={"required": True, "maxLength": 3}),
        field("number", "jumlah", validate={"required": True, "min": 12, "max": 14}),
        field("datetime", "tanggal", subtype="date", dateLabel="Tanggal", validate={"required": True}),
        field("checkbox", "lengkap", validate={"required": True}),
        field("radio", "keputusan", values=CHOICES, validate={"required": True}),
        field("checklist", "kepada", values=CHOICES, validate={"required": True}),
    )
    values = ask(answers.Auto(diagram()), asked)
    assert values["jumlah"] == 12
    assert values["keputusan"] == "setuju"
    assert values["kepada"] == ["setuju"]
    assert values["lengkap"] is True


def test_choices_rotate_with_every_visit():
    source, asked = answers.Auto(diagram()), form(field("radio", "keputusan", values=CHOICES))
    assert [ask(source, asked)["keputusan"] for _ in range(3)] == ["setuju", "kembalikan", "setuju"]


def test_every_combination_of_two_choices_comes_up():
    source, asked = answers.Auto(diagram()), form(field("checkbox", "a"), field("checkbox", "b"))
    seen = {tuple(ask(source, asked).values()) for _ in range(4)}
    assert len(seen) == 4


def test_the_tasks_of_a_multi_instance_rotate_apart():
    source, asked = answers.Auto(diagram()), form(field("radio", "keputusan", values=CHOICES))
    assert {ask(source, asked, item=item)["keputusan"] for item in ("Bupati", "Sekda")} == {"setuju"}


@pytest.mark.parametrize(
    ("condition", "kind", "reached"),
    [
        ("n >= 200", "number", lambda value: value >= 200),
        ('status = "lengkap"', "textfield", lambda value: value == "lengkap"),
        ("n > 1000000", "number", lambda value: value > 1_000_000),
        ("n < 1", "number", lambda value: value < 1),
    ],
)
def test_what_a_condition_waits_for_is_tried(condition, kind, reached):
    name = condition.split()[0]
    source, asked = answers.Auto(diagram(condition)), form(field(kind, name))
    assert any(reached(ask(source, asked)[name]) for _ in range(8))


def test_rows_of_a_list_differ():
    rows = {
        "type": "dynamiclist", "id": "l", "path": "penerima", "label": "Penerima", "defaultRepetitions": 1,
        "components": [field("textfield", "nama", validate={"required": True}), field("checkbox", "perlu_pengantar")],
    }  # fmt: skip
    values = ask(answers.Auto(diagram()), form(rows))
    assert [row["perlu_pengantar"] for row in values["penerima"]] == [True, False]


def test_hidden_and_read_only_fields_are_left_alone():
    asked = form(
        field("checkbox", "lengkap"),
        field("textfield", "alasan", conditional={"hide": "=lengkap"}, validate={"required": True}),
        field("textfield", "nomor", readonly=True),
    )
    source = answers.Auto(diagram())
    assert ask(source, asked, {"nomor": "7"}) == {"lengkap": True, "nomor": "7"}
    assert ask(source, asked, {"nomor": "7"})["alasan"]


def test_what_is_stored_already_stays():
    values = ask(answers.Auto(diagram()), form(field("textfield", "perihal")), {"perihal": "Undangan rapat"})
    assert values == {"perihal": "Undangan rapat"}


def test_a_form_that_nothing_satisfies_is_said():
    asked = form(field("textfield", "n", validate={"required": True, "pattern": "^\\d{18}$", "maxLength": 5}))
    with pytest.raises(errors.FormInvalid, match="n"):
        answers.Auto(diagram()).answer(answers.Question("a", "", asked, {}, NOW))


def test_a_task_without_a_form_needs_no_answer():
    question = answers.Question("a", "", None, {}, NOW)
    assert answers.Auto(diagram()).answer(question) == {}
    assert answers.Initial().answer(question) == {}


def test_answers_come_from_a_file_one_visit_after_the_other(tmp_path):
    path = tmp_path / "answers.json"
    path.write_text('{"a": [{"keputusan": "kembalikan"}, {"keputusan": "setuju"}], "b": {"perihal": "Rapat"}}')
    source = answers.read(path, answers.Auto(diagram()))
    asked = form(field("radio", "keputusan", values=CHOICES))
    assert [ask(source, asked)["keputusan"] for _ in range(3)] == ["kembalikan", "setuju", "setuju"]
    assert ask(source, form(field("textfield", "perihal")), node="b") == {"perihal": "Rapat"}
    assert ask(source, asked, node="c") == {"keputusan": "setuju"}


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 3}', '{"a": []}', '{"a": [3]}'])
def test_a_bad_file_of_answers_is_said(tmp_path, text):
    path = tmp_path / "answers.json"
    path.write_text(text)
    with pytest.raises(errors.InputError, match=r"answers\.json"):
        answers.read(path, answers.Initial())


def test_a_missing_file_of_answers_is_said(tmp_path):
    with pytest.raises(errors.InputError, match=r"answers\.json"):
        answers.read(tmp_path / "answers.json", answers.Initial())
