import pytest

from engine import errors
from engine.diagrams import model
from engine.execution import specs
from tests.execution.drawing import Case, draw

ERROR = model.Event("error", name="GAGAL")
MESSAGE = model.Event("message", name="M")


def refused(text, **details) -> str:
    with pytest.raises(errors.NotExecutable) as refusal:
        specs.compile(draw(text, **details))
    assert str(refusal.value)
    return refusal.value.place["element"]


@pytest.mark.parametrize(
    "kind", ["serviceTask", "businessRuleTask", "complexGateway", "adHocSubProcess", "choreographyTask", "event", ""]
)
def test_what_cannot_run_is_refused_by_name(kind):
    assert refused("    start S -> A\n    user A", A={"kind": kind}) == "A"


@pytest.mark.parametrize(
    "node",
    [
        {"implementations": (model.Implementation("class", "os.system"),)},
        {"for_compensation": True},
        {"instantiate": True},
        {"parallel_multiple": True},
        {"multi": model.MultiInstance()},
        {"multi": model.MultiInstance(collection="a >")},
        {"multi": model.MultiInstance(cardinality="2", completion="a >")},
        {"multi": model.MultiInstance(cardinality="2", output_collection="h", output_element="a >")},
        {"loop": model.StandardLoop(condition="a >")},
        {"kind": "scriptTask", "script": "import os"},
        {"kind": "scriptTask", "script": "n = 1; m = 2"},
        {"kind": "scriptTask", "script": "n = 1", "script_language": "python"},
        {"kind": "callActivity"},
        {"kind": "callActivity", "called": "tidak_ada"},
        {"kind": "callActivity", "called": "proses", "inputs": (model.Mapped("a >", "b"),)},
        {"kind": "sendTask"},
        {"kind": "receiveTask", "events": (model.Event("message"),)},
        {"kind": "receiveTask", "events": (model.Event("signal", name="S"),)},
        {"kind": "intermediateCatchEvent"},
        {"kind": "intermediateCatchEvent", "events": (ERROR,)},
        {"kind": "intermediateCatchEvent", "events": (MESSAGE, MESSAGE)},
        {"kind": "intermediateCatchEvent", "events": (model.Event("conditional", text="a"),)},
        {"kind": "intermediateCatchEvent", "events": (model.Event("timer"),)},
        {"kind": "intermediateThrowEvent", "events": (ERROR,)},
        {"kind": "intermediateThrowEvent", "events": (model.Event("compensate"),)},
        {"kind": "intermediateThrowEvent", "events": (model.Event("link", name="x"),)},
        {"kind": "endEvent", "events": (model.Event("compensate"),)},
        {"kind": "startEvent", "events": (ERROR,)},
        {"kind": "boundaryEvent", "events": (MESSAGE,), "attached_to": "S"},
        {"kind": "boundaryEvent", "events": (MESSAGE,), "attached_to": "tidak_ada"},
        {"kind": "boundaryEvent", "events": (model.Event("conditional"),), "attached_to": "S"},
        {"kind": "exclusiveGateway", "loop": model.StandardLoop()},
        {"kind": "strangeEvent"},
    ],
    ids=str,
)
def test_what_a_node_asks_for_in_vain_is_refused_by_name(node):
    assert refused("    start S -> A\n    user A", A=node) == "A"


def test_flows_are_refused_by_name():
    assert refused("    start S -> A [a >]\n    user A") == "S_A"
    assert refused("    start S -> A\n    user B") == "S_A"
    flow = model.Flow("f", "S", "A", condition="1 == 1", language="http://java.sun.com")
    body = model.Body(
        {"S": model.Node("S", "startEvent", outgoing=("f",)), "A": model.Node("A", "userTask")}, {"f": flow}
    )
    with pytest.raises(errors.NotExecutable) as refusal:
        specs.compile(model.Diagram({"p": model.Process("p", body)}, "p"))
    assert refusal.value.place["element"] == "f"


def test_levels_are_refused_by_name():
    assert refused("    start S -> P\n    sub P\n      message Ps: M -> A\n      user A") == "Ps"
    assert refused("    start S -> A\n    user A\n    events V\n      start Vs -> B\n      user B") == "Vs"
    assert refused("    start S -> A\n    user A\n    events V\n      user B") == "V"
    assert refused("    start S -> V\n    events V\n      message Vs: M -> B\n      user B") == "V"
    assert refused("    start S -> G\n    event G -> A\n    user A") == "G"
    assert refused("    start S -> L\n    throw-link L: x\n    catch-link M: x\n    catch-link N: x") == "L"
    assert (
        refused("process p\n    start S -> K\n    call K: anak\nprocess anak\n    message M: X -> A\n    user A") == "K"
    )


@pytest.mark.parametrize("name", [" root", "A each", "a\tb", ""])
def test_ids_cannot_be_those_of_the_engine(name):
    body = model.Body({name: model.Node(name, "userTask")})
    with pytest.raises(errors.NotExecutable):
        specs.compile(model.Diagram({"p": model.Process("p", body)}, "p"))


def test_equal_ids_in_files_that_call_each_other_are_apart():
    other = draw("process anak\n    start S -> A\n    user A -> E\n    end E")
    case = Case("    start S -> A\n    user A -> K\n    call K: anak -> E\n    end E", called={"anak": other})
    case.complete("A", "A")
    assert case.status == "completed"


def test_a_definition_is_compiled_without_looking_at_what_is_not_called():
    diagram = draw("process p\n    start S -> A\n    user A\nprocess lain\n    start S -> B\n    service B")
    assert specs.compile(diagram).calls == frozenset()
