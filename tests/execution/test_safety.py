"""A diagram can never reach Python: whatever text it holds is FEEL, is refused, or is plain data."""

import contextlib

import pytest

from engine import errors
from engine.diagrams import model
from engine.execution import specs, steps
from tests.execution.drawing import NOON, draw

ONE = "    start S -> A\n    user A -> X\n    xor X -> B, C*\n    user B\n    user C"
# the place of the file that an attack would make is filled in by the test
ATTACKS = [
    "__import__('os').system('touch CANARY')",
    '__import__("os").popen("touch CANARY").read()',
    "open('CANARY', 'w')",
    "exec(\"open('CANARY', 'w')\")",
    "eval('1 + 1')",
    "[c for c in ().__class__.__base__.__subclasses__()]",
    "().__class__.__bases__[0].__subclasses__()",
    "(lambda: open('CANARY', 'w'))()",
    "x := 1",
    "a == 1",
    "globals()",
    "task.workflow.script_engine",
    "self",
    "this.constructor.constructor('return process')()",
    "constructor",
    "__proto__",
    "import os",
    "${execution.getVariable('x')}",
    "#{T(java.lang.Runtime).getRuntime().exec('touch CANARY')}",
    "{{ 7 * 7 }}",
    "9**9**9**9",
    "for i in 1..1000000000 return i",
    "some x in 1..1000000000 satisfies x = 0",
]
PLACES = {
    "condition": lambda text: ONE.replace("X -> B", f"X -> B [{text}]"),
    "script": {"A": {"kind": "scriptTask", "script": "ATTACK"}},
    "assignment": {"A": {"kind": "scriptTask", "script": "hasil = ATTACK"}},
    "collection": {"A": {"multi": model.MultiInstance(collection="ATTACK")}},
    "cardinality": {"A": {"multi": model.MultiInstance(cardinality="ATTACK")}},
    "completion": {"A": {"multi": model.MultiInstance(cardinality="1", completion="ATTACK")}},
    "result": {"A": {"multi": model.MultiInstance(cardinality="1", output_collection="h", output_element="ATTACK ")}},
    "loop": {"A": {"loop": model.StandardLoop(condition="ATTACK", test_before=True)}},
    "date": {"A": {"kind": "intermediateCatchEvent", "events": (model.Event("timer", timer="date", text="ATTACK"),)}},
    "duration": {
        "A": {"kind": "intermediateCatchEvent", "events": (model.Event("timer", timer="duration", text="ATTACK"),)}
    },
    "cycle": {"A": {"kind": "intermediateCatchEvent", "events": (model.Event("timer", timer="cycle", text="ATTACK"),)}},
    "input": {"A": {"kind": "callActivity", "called": "proses", "inputs": (model.Mapped("ATTACK", "x"),)}},
    "connector": {"A": {"kind": "serviceTask", "topic": "ATTACK"}},
    "given": {"A": {"kind": "serviceTask", "topic": "surel", "inputs": (model.Mapped("ATTACK", "x"),)}},
    "taken": {"A": {"kind": "serviceTask", "topic": "surel", "outputs": (model.Mapped("ATTACK", "x"),)}},
    "retry": {"A": {"kind": "serviceTask", "topic": "surel", "retry": "ATTACK"}},
    "due": {"A": {"due_date": "ATTACK"}},
    "key": {
        "A": {
            "kind": "intermediateCatchEvent",
            "events": (model.Event("message", name="M"),),
            "properties": {"message.key": "ATTACK"},
        }
    },
    "payload": {
        "A": {
            "kind": "sendTask",
            "events": (model.Event("message", name="M"),),
            "inputs": (model.Mapped("ATTACK", "x"),),
        }
    },
    "message": {"A": {"kind": "intermediateCatchEvent", "events": (model.Event("message", name="ATTACK"),)}},
    "form": {
        "A": {"form_key": "ATTACK", "due_date": "ATTACK", "assignee": "ATTACK", "properties": {"sop.no": "ATTACK"}}
    },
}


def _with(value, text):
    """Put the attack in the place of ATTACK, however deep."""
    if isinstance(value, str):
        return value.replace("ATTACK", text)
    if isinstance(value, dict):
        return {key: _with(item, text) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_with(item, text) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        return type(value)(**{name: _with(getattr(value, name), text) for name in value.__dataclass_fields__})
    return value


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_of_a_diagram_is_run(place, attack, tmp_path):
    canary = tmp_path / "canary"
    text = attack.replace("CANARY", str(canary))
    drawn = PLACES[place]
    diagram = draw(drawn(text)) if callable(drawn) else draw(ONE, **_with(drawn, text))
    with contextlib.suppress(errors.LajurError):
        spec = specs.compile(diagram)
        step = steps.start(spec, {}, now=NOON)
        for service in step.services:
            steps.inputs(spec, step.state, service.token, now=NOON)
            step = steps.resume(spec, step.state, service.token, {}, now=NOON)
        while step.opened:
            values = steps.visible(spec, step.state, step.opened[0].token)
            assert all(type(value) in {bool, int, float, str, list, dict, type(None)} for value in values.values())
            step = steps.complete(spec, step.state, step.opened[0].token, {}, now=NOON)
    assert not canary.exists()


@pytest.mark.parametrize(
    "name", ["__builtins__", "__import__", "os", "task", "workflow", "data", "scopes", "self", "numberOfInstances"]
)
def test_no_name_reaches_the_engine(name):
    """A variable that nobody set is null, whatever the engine itself has of that name."""
    spec = specs.compile(draw(ONE.replace("X -> B", f"X -> B [{name} != null]")))
    step = steps.start(spec, {}, now=NOON)
    step = steps.complete(spec, step.state, step.opened[0].token, {}, now=NOON)
    assert [task.node for task in step.opened] == ["C"]


def test_a_variable_that_grows_for_ever_is_stopped():
    grow = "x = x + x -> X\n    xor X -> T [true], E*\n    end E"
    spec = specs.compile(draw(f"    start S -> T\n    script T: {grow}"))
    with pytest.raises((errors.ExecutionError, errors.ExpressionError)):
        steps.start(spec, {"x": "surat"}, now=NOON)
