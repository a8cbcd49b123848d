"""Every failure has one sentence, whoever raises it and however carelessly."""

import inspect
import pickle
import string
from dataclasses import dataclass, field

import pytest

from engine import errors

ALL = [item for item in vars(errors).values() if inspect.isclass(item) and issubclass(item, errors.LajurError)]


@dataclass(frozen=True)
class Found:
    severity: str
    message: str
    code: str = "rule"
    element: str | None = None
    line: int = 0
    hint: str = ""
    template: str = ""
    hint_template: str = ""
    place: dict[str, object] = field(default_factory=dict)


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_every_error_says_something_of_its_own(error):
    assert error.template()
    assert "\n" not in error.template()
    assert [other for other in ALL if other.template() == error.template()] == [error]


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_every_place_is_filled_from_the_keyword_arguments(error):
    filled = str(error(**{name: f"<{name}>" for name in places(error.template())}))
    assert all(f"<{name}>" in filled for name in places(error.template()))


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_a_forgotten_place_does_not_hide_the_error(error):
    assert str(error())


def test_only_the_first_paragraph_is_the_message():
    assert str(errors.NotFound(kind="Task", key="7")) == "Task 7 does not exist."


def test_values_are_not_taken_for_templates():
    assert (
        str(errors.InputError(reason="{place} {0} {__class__}")) == "This input is not valid: {place} {0} {__class__}"
    )


def test_an_error_survives_the_way_to_another_process():
    error = pickle.loads(pickle.dumps(errors.NoFlowTaken(node="gateway")))  # noqa: S301  # our own bytes
    assert error.place == {"node": "gateway"}
    assert "gateway" in str(error)


def test_a_refused_diagram_names_its_first_error():
    findings = [Found("warning", "Late."), Found("error", "No lane."), Found("error", "No form.")]
    error = errors.DiagramRefused(findings, name="surat.bpmn")
    assert str(error) == "surat.bpmn cannot be deployed: 2 error(s), the first is: No lane."
    assert error.findings == tuple(findings)


def test_an_invalid_form_names_its_fields():
    error = errors.FormInvalid({"nomor": [], "alamat[0].nama": []})
    assert str(error).endswith("nomor, alamat[0].nama")
    assert set(error.errors) == {"nomor", "alamat[0].nama"}
