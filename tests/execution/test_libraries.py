"""Call activities that call the newest version of a process, as it is at the moment of the call."""

import pytest

from engine import errors
from engine.diagrams import model
from engine.execution import specs, steps
from tests.execution.drawing import NOON, Case, draw

CALL = "    start S -> K\n    call K: anak -> B\n    user B -> E\n    end E"
CHILD = "    start Cs -> {0}\n    user {0} -> Ce\n    end Ce"
LATEST = {"binding": "latest"}


class Versions:
    """Definitions by id; each key's newest is the last."""

    def __init__(self, **processes):
        self.specs = {}
        for key, texts in processes.items():
            for number, text in enumerate(texts, start=1):
                self.add(key, number, text)

    def add(self, key, number, text, **details):
        self.specs[f"{key}:{number}"] = specs.compile(draw(f"process {key}\n{text}", **details))

    def latest(self, key):
        found = [name for name in self.specs if name.startswith(f"{key}:")]
        if not found:
            raise errors.NotFound(kind="Process", key=key)
        return found[-1], self.specs[found[-1]]

    def spec(self, definition_id):
        return self.specs[definition_id]


def test_the_newest_version_is_called_and_kept():
    library = Versions(anak=[CHILD.format("Lama")])
    case = Case(CALL.replace("start S -> K", "start S -> A\n    user A -> K"), library=library, K=LATEST)
    library.add("anak", 2, CHILD.format("Baru"))
    case.complete("A")
    library.add("anak", 3, CHILD.format("Nanti"))
    assert [(task.node, task.definition) for task in case.tasks.values()] == [("Baru", "anak:2")]
    case.complete("Baru")
    assert [(task.node, task.definition) for task in case.tasks.values()] == [("B", None)]
    case.complete("B")
    assert case.status == "completed"


def test_what_is_bound_at_the_start_is_in_the_spec():
    called = {"anak": draw("process anak\n" + CHILD.format("C"))}
    assert specs.compile(draw(CALL), called).calls == {"anak"}
    assert specs.compile(draw(CALL, K=LATEST)).calls == frozenset()
    (task,) = Case(CALL, called=called).tasks.values()
    assert (task.node, task.definition) == ("C", None)


def test_a_process_of_the_same_file_is_always_its_own():
    case = Case(CALL + "\nprocess anak\n" + CHILD.format("C"), K=LATEST)
    assert case.open == "C"


def test_values_go_in_and_come_out():
    library = Versions(anak=["    start Cs -> T\n    script T: hasil = n * 2 -> Ce\n    end Ce"])
    node = {**LATEST, "inputs": (model.Mapped("jumlah", "n"),), "outputs": (model.Mapped("hasil", "ganda"),)}
    case = Case(CALL, {"jumlah": 21}, library=library, K=node)
    assert case.variables == {"jumlah": 21, "ganda": 42}


def test_lanes_are_those_inside_else_the_callers():
    library = Versions()
    library.add("anak", 1, "    start Cs -> C, D\n    user C\n    user D", C={"lane": "Kabid"})
    case = Case(CALL, library=library, K={**LATEST, "lane": "Kadis"})
    assert {task.node: task.lane for task in case.tasks.values()} == {"C": "Kabid", "D": "Kadis"}


def test_its_errors_and_timers_and_its_cancellation_go_through():
    library = Versions(
        anak=[
            "    start Cs -> F\n    and F -> C, W, V\n    user C -> X\n    end-error X: GAGAL\n    catch-timer W: PT1H -> D\n    user D\n    service V: surel"
        ]
    )
    text = CALL + "\n    error G on K: GAGAL -> P\n    user P -> E"
    case = Case(text, library=library, K=LATEST)
    case.fire("W")
    assert (case.open, [task.definition for task in case.tasks.values()]) == ("C D", ["anak:1", "anak:1"])
    case.complete("C")
    assert (case.open, case.services) == ("P", {})


def test_calls_within_calls():
    inner = "    start Is -> I\n    user I -> Ie\n    end Ie"
    library = Versions(cucu=[inner])
    library.add("anak", 1, "    start Cs -> M\n    call M: cucu -> Ce\n    end Ce", M=LATEST)
    case = Case(CALL, library=library, K=LATEST)
    assert [(task.node, task.definition) for task in case.tasks.values()] == [("I", "cucu:1")]
    case.complete("I", "B")
    assert case.status == "completed"


def test_what_it_calls_at_its_own_deployment_belongs_to_it():
    library = Versions()
    text = "process anak\n    start Cs -> M\n    call M: cucu -> Ce\n    end Ce\nprocess cucu\n    start Is -> I\n    user I"
    library.specs["anak:7"] = specs.compile(draw(text))
    case = Case(CALL, library=library, K=LATEST)
    assert [(task.node, task.definition) for task in case.tasks.values()] == [("I", "anak:7")]


def test_each_item_calls_the_version_of_its_moment():
    library = Versions(anak=[CHILD.format("Lama")])
    node = {**LATEST, "multi": model.MultiInstance(True, "[1, 2]", "p")}
    case = Case(CALL, library=library, K=node)
    library.add("anak", 2, CHILD.format("Baru"))
    case.complete("Lama")
    assert case.open == "Baru"
    case.complete("Baru")
    assert case.open == "B"


def test_a_process_that_calls_itself_for_ever_is_stopped():
    library = Versions()
    library.add("anak", 1, "    start Cs -> M\n    call M: anak", M=LATEST)
    with pytest.raises(errors.StepLimit):
        Case(CALL, library=library, K=LATEST)


def test_what_cannot_be_called_is_an_error():
    with pytest.raises(errors.NotFound):
        Case(CALL, library=Versions(), K=LATEST)
    with pytest.raises(errors.NotFound):
        Case(CALL, K=LATEST)
    with pytest.raises(errors.NoStart) as refused:
        Case(CALL, library=Versions(anak=["    message M: SURAT -> C\n    user C"]), K=LATEST)
    assert refused.value.place["node"] == "K"


def test_a_stored_call_needs_the_library():
    case = Case(CALL, library=Versions(anak=[CHILD.format("C")]), K=LATEST)
    with pytest.raises(errors.NotFound):
        steps.complete(case.spec, case.state, case.token("C"), {}, now=NOON)
    assert [at.node for at in steps.describe(case.spec, case.state, library=case.library).tokens] == ["K", "C"]
    assert case.sees("C") == {}
