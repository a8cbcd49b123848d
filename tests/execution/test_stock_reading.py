"""Each defect of SpiffWorkflow 3.2 in reading and storing that the engine covers; see test_stock_defects.py."""

import json
import os
import threading
import zlib

import orjson
import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.util.diff import SpecDiff, WorkflowDiff, migrate_workflow

from engine import errors
from engine.diagrams import model
from engine.execution import specs, state, steps
from tests.execution.drawing import NOON, Case, draw
from tests.execution.stock import JOIN_IN_LOOP, TWO_TASKS, Stock, parse, xml

CHAIN = "    start S -> T0\n" + "".join(f"    user T{n} -> T{n + 1}\n" for n in range(5000)) + "    end T5000\n"


def _few(number):
    return CHAIN.replace(f"user T{number} -> T{number + 1}", f"end T{number}")


# 4: what is restored depends on the order of keys


def test_4_stock_loses_data():
    restored = []
    for _ in range(30):  # the order follows from random ids
        stock = Stock(TWO_TASKS)
        stock.complete("A", surat={"nomor": 1})
        sorted_keys = json.dumps(json.loads(stock.stored()), sort_keys=True)
        stock.workflow = BpmnWorkflowSerializer().deserialize_json(sorted_keys)
        restored.append(stock.ready()[0].data)
    assert {} in restored


def test_4_ours_does_not():
    case = Case(
        """
    start S -> F
    and F -> P, A
    user A -> E
    sub P -> E
      start Ps -> B, C
      user B -> Pe
      sub C -> Pe
        start Cs -> D
        user D -> Ce
        end Ce
      end Pe
    end E
    """,
        {"surat": {"nomor": 1}},
    )
    number, completed, levels = orjson.loads(case.state[6:])
    for level in levels:
        level[1].reverse()
        level[2] = level[2] and [dict(reversed(level[2][0].items()))]
    body = orjson.dumps([number, completed, levels[::-1]])
    case.state = case.state[:2] + zlib.crc32(body, zlib.crc32(case.state[:2])).to_bytes(4, "big") + body
    assert case.variables == {"surat": {"nomor": 1}}
    case.complete("D", "A", "B")
    assert case.status == "completed"


# 7: a process with a service task runs and cannot be stored

SERVICE = """
    start S -> A
    user A -> B
    service B -> E
    end E
"""


def test_7_stock_cannot_store():
    with pytest.raises(TypeError, match="ServiceTask is not JSON serializable"):
        Stock(SERVICE).stored()


def test_7_ours_refuses_what_it_cannot_run():
    with pytest.raises(errors.NotExecutable) as refused:
        specs.compile(draw(SERVICE))
    assert refused.value.place["element"] == "B"


# 8: the parser recurses


def test_8_stock_recurses():
    with pytest.raises(ValidationException, match="maximum recursion depth exceeded"):
        parse(xml(draw(_few(500))))


def test_8_ours_does_not():
    case = Case(CHAIN)
    case.complete("T0", "T1")
    assert case.open == "T2"


def test_8_ours_does_not_when_nested():
    depth = 300
    text = "".join(f"{'  ' * n}    start S{n} -> P{n}\n{'  ' * n}    sub P{n} -> E{n}\n" for n in range(depth))
    text += f"{'  ' * depth}    user A\n"
    text += "".join(f"{'  ' * n}    end E{n}\n" for n in reversed(range(depth)))
    case = Case(text)
    assert case.open == "A"
    case.complete("A")
    assert case.status == "completed"


# 9: a dangling reference ends in a crash of the report about it

DANGLING = """
    start S -> C
    catch C -> E
    end E
"""


@pytest.mark.parametrize("kind", ["message", "signal"])
def test_9_stock_crashes(kind):
    with pytest.raises(ValidationException, match="unexpected keyword argument 'node'"):
        Stock(DANGLING, C={"events": (model.Event(kind, ref="hilang"),)})


@pytest.mark.parametrize("kind", ["message", "signal"])
def test_9_ours_names_the_element(kind):
    with pytest.raises(errors.NotExecutable) as refused:
        specs.compile(draw(DANGLING, C={"events": (model.Event(kind, ref="hilang"),)}))
    assert refused.value.place["element"] == "C"


# 10: ids of the diagram collide with the library's own

NAMES = """
    start Start -> Root
    user Root -> End
    user End -> proses.EndJoin
    end proses.EndJoin
""".replace("proses.EndJoin", "Selesai")


def test_10_stock_drops_nodes():
    stock = Stock(NAMES.replace("start Start", "start S"))
    stock.complete("Root")
    assert stock.open == ""
    assert stock.workflow.is_completed()


def test_10_ours_runs_them():
    case = Case(NAMES)
    assert case.open == "Root"
    case.complete("Root")
    assert case.open == "End"
    case.complete("End")
    assert case.status == "completed"


# 11: a restored workflow evaluates Python again

UNSAFE = """
    start S -> A
    user A -> X
    xor X -> B [__import__('os').getpid() == PID], C*
    user B -> E
    user C -> E
    end E
""".replace("PID", str(os.getpid()))


def test_11_stock_evaluates_python():
    stock = Stock(UNSAFE)
    stock.workflow = BpmnWorkflowSerializer().deserialize_json(stock.stored())
    stock.complete("A")
    assert stock.open == "B"


def test_11_ours_has_no_python():
    with pytest.raises(errors.NotExecutable):
        specs.compile(draw(UNSAFE))
    case = Case(TWO_TASKS)
    instance = state.load(case.spec.main, case.state, NOON)
    with pytest.raises(errors.ExecutionError):
        instance.script_engine.evaluate(instance.task_tree, "1 + 1")
    with pytest.raises(errors.ExecutionError):
        instance.script_engine.environment.execute("import os", {})


# 13: moving an instance to another version loses an active task without a word

WITHOUT_A = """
    start S -> C
    user C -> E
    end E
"""


def test_13_stock_leaves_a_task_of_the_old_version():
    stock = Stock(TWO_TASKS)
    new, _ = parse(xml(draw(WITHOUT_A)))
    registry = BpmnWorkflowSerializer().registry
    migrate_workflow(WorkflowDiff(stock.workflow, SpecDiff(registry, stock.spec, new)), stock.workflow, new)
    assert stock.open == "A"
    assert stock.ready()[0].task_spec not in stock.workflow.spec.task_specs.values()


def test_13_ours_refuses_it():
    case = Case(TWO_TASKS)
    other = specs.compile(draw(WITHOUT_A))
    with pytest.raises(errors.NodeGone) as gone:
        steps.complete(other, case.state, case.token("A"), {}, now=NOON)
    assert gone.value.place["node"] == "A"


# 14: one parser cannot hold two versions


def test_14_stock_refuses_a_second_version():
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(xml(draw(TWO_TASKS))))
    with pytest.raises(ValidationException, match="Duplicate process ID"):
        parser.add_bpmn_xml(etree.fromstring(xml(draw(WITHOUT_A))), filename="2")


def test_14_ours_compiles_each_on_its_own():
    first, second = Case(TWO_TASKS), Case(WITHOUT_A)
    first.complete("A", "B")
    second.complete("C")
    assert first.status == second.status == "completed"


# 15: an instance belongs to one thread; a compiled definition may be shared by many


def test_15_ours_shares_a_definition_between_threads():
    spec = specs.compile(draw(JOIN_IN_LOOP.replace("and", "or")))
    wrong = []

    def run(number):
        step = steps.start(spec, {"ulang": True, "nomor": number}, now=NOON)
        open_ = {task.node: task.token for task in step.opened}
        for node in "ABCBACAB":
            step = steps.complete(spec, step.state, open_.pop(node), {}, now=NOON)
            open_ |= {task.node: task.token for task in step.opened}
        if set(open_) != {"C"} or steps.visible(spec, step.state, None)["nomor"] != number:
            wrong.append((number, open_))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
