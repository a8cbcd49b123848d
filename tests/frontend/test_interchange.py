"""What Camunda Modeler's own libraries make of the shipped files: diagrams that they read and write, templates that they offer."""

import importlib.util
import json
import subprocess
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from engine.diagrams import reading, sop
from tests.diagrams import pictures
from tests.diagrams_made import linear, task

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "webui" / "frontend"
DIAGRAMS = sorted((ROOT / "bpmn").glob("*.bpmn"))
TEMPLATES = ROOT / "bpmn" / "element-templates" / "mutu-baku.json"


def _node():
    """Give the Node that the build uses."""
    spec = importlib.util.spec_from_file_location("hatch_build", FRONTEND / "hatch_build.py")
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    hook._install_packages(lambda _: None)  # a wheel's bundles are there without them
    return hook._node_program()


def _seen(*arguments):
    done = subprocess.run(
        [_node(), "interchange.mjs", *map(str, arguments)], cwd=FRONTEND, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def written():
    return _seen(*DIAGRAMS)


def unnumbered(value):
    """Give a model without the lines of its file."""
    if isinstance(value, dict) or hasattr(value, "items"):
        return {key: unnumbered(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(unnumbered(each) for each in value)
    if not is_dataclass(value):
        return value
    changed = {each.name: unnumbered(getattr(value, each.name)) for each in fields(value)}
    if "line" in changed:
        changed["line"] = 0
    return replace(value, **changed)


@pytest.mark.parametrize("file", DIAGRAMS, ids=lambda file: file.stem)
def test_a_diagram_is_read_and_written_by_the_desktop_modeler_unchanged_in_meaning(written, file):
    again = written[str(file)]
    assert again["warnings"] == []
    before, after = file.read_bytes(), again["xml"].encode()
    assert unnumbered(reading.read(after)) == unnumbered(reading.read(before))
    assert pictures.look(after) == pictures.look(before)


def test_a_change_of_meaning_is_seen():
    one, other = (reading.read(linear("a", task("b", no=no))) for no in ("1", "2"))
    assert unnumbered(one) != unnumbered(other)
    assert unnumbered(one) == unnumbered(reading.read(linear("a", task("b", no="1")).replace(b"<bpmn:", b"\n<bpmn:")))


# Templates -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def templates():
    return {each["id"]: each for each in json.loads(TEMPLATES.read_text(encoding="utf-8"))}


def bound(template, kind="camunda:property"):
    return [each["binding"]["name"] for each in template["properties"] if each["binding"]["type"] == kind]


def test_the_templates_are_what_camunda_7_takes():
    (seen,) = _seen("--templates", TEMPLATES).values()
    assert seen == {"valid": True, "errors": []}


def test_the_templates_name_exactly_the_properties_that_are_read(templates):
    assert bound(templates["lajur.langkah"]) == list(sop.STEP)
    assert bound(templates["lajur.langkah-lain"]) == list(sop.STEP)
    assert bound(templates["lajur.langkah-pesan"]) == [*sop.STEP, "message.key"]
    assert bound(templates["lajur.pesan"]) == ["message.key"]
    assert bound(templates["lajur.identitas"]) == [*sop.IDENTITY, sop.SUPERSEDED]


def test_people_choose_a_form_by_its_key_where_they_fill_one_in(templates):
    forms = {name: bound(each, "property") for name, each in templates.items()}
    assert forms.pop("lajur.langkah") == ["camunda:formKey"]
    assert not any(forms.values())


def test_no_element_is_offered_two_templates_for_one_thing(templates):
    offered = [kind for each in templates.values() for kind in each["appliesTo"]]
    assert len(offered) == len(set(offered))


def test_the_templates_explain_themselves(templates):
    for template in templates.values():
        assert template["entriesVisible"], "else the modeler hides what the template does not name"
        assert template["description"]
        for each in template["properties"]:
            assert each["label"]
            name = each["binding"]["name"]
            assert (name in sop.LISTS) == ("titik koma" in each.get("description", "")), name


def test_what_a_template_leaves_empty_says_nothing():
    """The modeler writes every property of a template that it applies, and which template that was."""
    plain = linear("a", task("b"))
    applied = linear("a", task("b", **{name.removeprefix("sop."): "" for name in sop.STEP})).replace(
        b"<bpmn:userTask ",
        b'<bpmn:userTask camunda:modelerTemplate="lajur.langkah" camunda:modelerTemplateVersion="1" ',
    )
    one, other = (reading.read(each) for each in (plain, applied))
    assert sop.lines(one.process) == sop.lines(other.process) == ()
    assert one.notices == other.notices
