"""Warnings that a diagram gives a reason for."""

import pytest

from engine.diagrams import checking
from tests.diagrams.drawing import letter, properties, read, task

REASON = "Sumber tidak mencetak waktu."


def found(content):
    return {(each.severity, each.code, each.element, each.hint) for each in checking.check(read(content))}


def step(**more):
    """A printed step without its waktu."""
    values = {"sop_no": "1", "sop_kelengkapan": "Pulpen", "sop_output": "surat", **more}
    return letter(task("catat", content=properties(**values)))


def test_a_warning_that_is_explained_is_a_note_with_the_reason():
    assert ("warning", "no-mutu-baku", "catat", "Fill in the step's mutu baku.") in found(step())
    explained = found(step(**{"check_no-mutu-baku": REASON}))
    assert ("info", "no-mutu-baku", "catat", f"Explained in the diagram: {REASON}") in explained
    assert not [each for each in explained if each[1] == "no-mutu-baku" and each[0] == "warning"]


def test_the_process_explains_its_own():
    content = step() + properties(**{"check_no-identity": "Tidak ada kepala SOP."})
    assert ("info", "no-identity", "surat-masuk", "Explained in the diagram: Tidak ada kepala SOP.") in found(content)


def test_another_element_explains_nothing_here():
    content = letter(
        task("catat", content=properties(sop_no="1"))
        + task("simpan", content=properties(**{"check_no-mutu-baku": "ya"}))
    )
    assert ("warning", "no-mutu-baku", "catat", "Fill in the step's mutu baku.") in found(content)


@pytest.mark.parametrize("code", ["no-mutu-baku", "tidak-ada"])
def test_what_is_not_found_needs_no_explanation(code):
    whole = step(sop_waktu="5 menit", **{f"check_{code}": REASON})
    assert ("info", "idle-explanation", "catat", f"Delete the property check.{code}.") in found(whole)


@pytest.mark.parametrize("text", ["", "  "])
def test_an_explanation_has_a_reason(text):
    content = step(**{"check_no-mutu-baku": text})
    codes = {each[:3] for each in found(content)}
    assert {("warning", "no-mutu-baku", "catat"), ("warning", "empty-explanation", "catat")} <= codes


def test_an_error_is_never_explained():
    content = letter(
        task("catat", content=properties(**{"check_bad-form-key": "biar"}), attributes='camunda:formKey="../x"')
    )
    severities = {each[:2] for each in found(content)}
    assert ("error", "bad-form-key") in severities
    assert ("info", "idle-explanation") in severities
