import pytest

from engine import errors
from engine.diagrams import model
from engine.execution import specs, steps
from tests.execution.drawing import NOON, Case, draw

FAILING = """
    start S -> P
    sub P -> D
      start Ps -> A
      user A -> X
      xor X -> Z [kode = "GAGAL"], Y [kode = "LAIN"], Pe*
      end-error Z: GAGAL
      end-error Y: LAIN
      end Pe
    BOUNDARY
    user D
    user R
    user T
"""


def failing(boundary, kode):
    case = Case(FAILING.replace("BOUNDARY", boundary))
    case.complete("A", kode=kode)
    return case.open


# errors and escalations


def test_an_error_is_caught_by_its_code():
    one = "error B on P: GAGAL -> R"
    assert failing(one, "GAGAL") == "R"
    assert failing(one, "") == "D"
    with pytest.raises(errors.ErrorUncaught) as uncaught:
        failing(one, "LAIN")
    assert (uncaught.value.place["node"], uncaught.value.place["code"]) == ("Y", "LAIN")


def test_a_code_goes_before_every_code_whatever_the_order():
    for boundary in (
        "error C on P -> T\n    error B on P: GAGAL -> R",
        "error B on P: GAGAL -> R\n    error C on P -> T",
    ):
        assert failing(boundary, "GAGAL") == "R"
        assert failing(boundary, "LAIN") == "T"


def test_an_error_takes_the_other_work_of_its_level_away():
    case = Case(FAILING.replace("start Ps -> A", "start Ps -> A, A").replace("BOUNDARY", "error B on P: GAGAL -> R"))
    step = case.complete("A", kode="GAGAL")
    assert [(closed.node, closed.how) for closed in step.closed] == [("A", "completed"), ("A", "cancelled")]
    assert case.open == "R"


def test_an_uncaught_error_leaves_the_state_as_it_was():
    case = Case(FAILING.replace("BOUNDARY", ""))
    before = case.state
    with pytest.raises(errors.ErrorUncaught):
        case.complete("A", kode="GAGAL")
    assert case.state == before
    case.complete("A", kode="")
    assert case.open == "D"


def test_an_error_goes_through_a_called_process_to_its_caller():
    case = Case(
        """
    start S -> K
    call K: anak -> D
    error B on K: GAGAL -> R
    user D
    user R
process anak
    start Cs -> A
    user A -> Z
    end-error Z: GAGAL
    """
    )
    case.complete("A")
    assert case.open == "R"


ESCALATING = """
    start S -> P
    sub P -> D
      start Ps -> A
      user A -> T
      throw-escalation T: NAIK -> B
      user B -> Pe
      end Pe
    escalation?Q on P: NAIK -> R
    user D
    user R -> E
    end E
"""


def test_an_escalation_may_leave_the_work_going():
    case = Case(ESCALATING.replace("escalation?Q", "escalation? Q"))
    case.complete("A")
    assert case.open == "B R"
    case.complete("R", "B", "D")
    assert case.status == "completed"


def test_an_escalation_may_interrupt():
    case = Case(ESCALATING.replace("escalation?Q", "escalation Q"))
    case.complete("A")
    assert case.open == "R"


def test_an_escalation_that_nobody_catches_is_no_error():
    case = Case(ESCALATING.replace("    escalation?Q on P: NAIK -> R\n", ""))
    case.complete("A")
    assert case.open == "B"


# ends


def test_terminate_ends_its_own_level_only():
    case = Case(
        """
    start S -> P, B
    sub P -> D
      start Ps -> A, C
      user A -> T
      end-terminate T
      user C
    user B
    user D -> T2
    end-terminate T2
    """
    )
    case.complete("A")
    assert case.open == "B D"
    step = case.complete("D")
    assert case.status == "completed"
    assert [closed.how for closed in step.closed] == ["completed", "cancelled"]


# messages and signals


def test_a_message_reaches_the_one_that_waits_longest_and_brings_its_values_to_the_next_gateway():
    case = Case(
        """
    start S -> F
    and F -> C1, C2
    catch-message C1: JAWABAN -> X
    catch-message C2: JAWABAN -> B
    xor X -> A [setuju], B*
    user A
    user B
    """
    )
    assert sorted(waits.node for waits in case.subscriptions.values()) == ["C1", "C2"]
    case.send("message", "JAWABAN", setuju=True)
    assert (case.open, case.variables) == ("A", {"setuju": True})
    case.send("message", "JAWABAN")
    assert case.open == "A B"
    with pytest.raises(errors.NobodyWaits):
        case.send("message", "JAWABAN")


def test_a_message_can_be_for_one_token():
    case = Case("    start S -> F\n    and F -> C, C\n    catch-message C: M -> A\n    user A")
    second = max(case.subscriptions)
    case.take(steps.deliver(case.spec, case.state, "message", "M", {}, now=NOON, token=second))
    assert list(case.subscriptions) == [min(case.subscriptions)]


def test_a_signal_reaches_all_and_needs_nobody():
    case = Case("    start S -> F\n    and F -> C, C\n    catch-signal C: SIAP -> A\n    user A")
    case.send("signal", "LAIN")
    case.send("signal", "SIAP", isi=1)
    assert (case.open, case.variables) == ("A A", {"isi": 1})
    case.send("signal", "SIAP")
    assert case.open == "A A"


def test_a_thrown_signal_is_caught_here_and_told_outside():
    case = Case(
        """
    start S -> F
    and F -> A, B, T
    user A
    user B -> Z
    signal? Q on A: SIAP -> C
    user T
    signal R on T: SIAP -> D
    end-signal Z: SIAP
    user C
    user D
    """
    )
    step = case.complete("B")
    assert case.open == "A C D"
    assert [(thrown.kind, thrown.name, thrown.node) for thrown in step.thrown] == [("signal", "SIAP", "Z")]


def test_the_first_event_behind_the_gateway_wins():
    text = """
    start S -> G
    event G -> C1, C2, C3
    catch-message C1: JAWABAN -> A
    catch-timer C2: PT1H -> B
    receive C3: BATAL -> C
    user A
    user B
    user C
    """
    case = Case(text)
    assert case.open == ""
    snapshot = steps.describe(case.spec, case.state)
    assert [(at.node, at.status) for at in snapshot.tokens] == [
        ("G", "event"),
        ("C1", "message"),
        ("C2", "timer"),
        ("C3", "message"),
    ]
    case.send("message", "JAWABAN")
    assert (case.open, case.timers, case.subscriptions) == ("A", {}, {})
    case = Case(text)
    case.fire("C2")
    assert (case.open, case.subscriptions) == ("B", {})
    case = Case(text)
    case.send("message", "BATAL")
    assert (case.open, case.timers) == ("C", {})


# boundary events


def test_a_boundary_event_listens_once_per_token_while_the_task_is_open():
    case = Case(
        "    start S -> F\n    and F -> A, A\n    user A -> E\n    message B on A: BATAL -> R\n    user R\n    end E"
    )
    assert len(case.subscriptions) == 2
    case.complete("A")
    assert len(case.subscriptions) == 1
    case.send("message", "BATAL")
    assert (case.open, case.subscriptions) == ("R", {})


def test_a_boundary_event_takes_away_all_that_goes_on_inside():
    case = Case(
        """
    start S -> P
    sub P -> D
      start Ps -> A, Q, W
      user A
      sub Q
        start Qs -> B
        user B
        timer T on B: PT1H -> C
        user C
      catch-message W: M -> C2
      user C2
    signal Z on P: BATAL -> R
    user D
    user R
    """,
        P={"multi": model.MultiInstance(cardinality="2")},
    )
    assert case.open == "A A B B"
    case.send("signal", "BATAL")
    assert (case.open, case.timers, case.subscriptions) == ("R", {}, {})


# event sub-processes

HANDLED = """
    start S -> A
    user A -> B
    user B -> E
    end E
    events V
      message{} Vs: TANYA -> H
      user H -> Ve
      end Ve
"""


def test_an_event_sub_process_may_run_beside_and_again():
    case = Case(HANDLED.replace("{}", "?"))
    case.send("message", "TANYA", isi=1)
    case.send("message", "TANYA", isi=2)
    assert case.open == "A H H"
    case.complete("A", "B", "H")
    assert (case.status, case.open) == ("active", "H")
    case.complete("H")
    assert (case.status, case.subscriptions) == ("completed", {})


def test_an_event_sub_process_may_take_over():
    case = Case(HANDLED.replace("{}", ""))
    case.send("message", "TANYA")
    assert (case.open, case.subscriptions) == ("H", {})
    with pytest.raises(errors.NobodyWaits):
        case.send("message", "TANYA")
    case.complete("H")
    assert case.status == "completed"


def test_an_event_sub_process_listens_in_each_instance_of_its_level():
    text = (
        "    start S -> P\n    sub P -> D\n"
        + "\n".join("  " + line for line in HANDLED.replace("{}", "").splitlines())
        + "\n    user D"
    )
    case = Case(text, P={"multi": model.MultiInstance(cardinality="2")})
    assert case.open == "A A"
    case.send("message", "TANYA")
    assert case.open == "A H"


def test_an_error_in_the_handler_goes_outwards():
    case = Case(
        """
    start S -> P
    sub P -> D
      start Ps -> Z
      end-error Z: GAGAL
      events V
        error Vs: GAGAL -> H
        user H -> Y
        end-error Y: GAGAL
    error B on P: GAGAL -> R
    user D
    user R
    """
    )
    assert case.open == "H"
    case.complete("H")
    assert case.open == "R"


def test_a_wait_that_begins_and_ends_in_one_step_is_not_told():
    step = Case(HANDLED.replace("{}", "").replace("start S -> A", "start S -> E")).steps[0]
    assert (step.status, step.subscriptions, step.ended) == ("completed", (), ())


def test_a_signal_that_starts_its_own_thrower_for_ever_is_stopped():
    spec = specs.compile(
        draw(
            """
    start S -> A
    user A -> T
    throw-signal T: SIAP -> E
    end E
    events V
      signal? Vs: SIAP -> U
      throw-signal U: SIAP -> Ve
      end Ve
    """
        )
    )
    step = steps.start(spec, {}, now=NOON)
    with pytest.raises(errors.StepLimit):
        steps.complete(spec, step.state, step.opened[0].token, {}, now=NOON)


# starts

STARTS = """
    start S -> A
    message M: SURAT -> B
    signal G: SIAP -> C
    timer W: R/P1D -> D
    user A
    user B
    user C
    user D
"""


def test_the_start_event_that_catches_begins():
    assert Case(STARTS).open == "A"
    case = Case(STARTS, {"x": 1}, event=steps.StartEvent("message", "SURAT", {"nomor": 5}))
    assert (case.open, case.variables) == ("B", {"x": 1, "nomor": 5})
    assert Case(STARTS, event=steps.StartEvent("signal", "SIAP")).open == "C"
    assert Case(STARTS, event=steps.StartEvent("timer", "W")).open == "D"
    assert Case(STARTS, event=steps.StartEvent("none", "S")).open == "A"


@pytest.mark.parametrize(
    ("kind", "name"), [("message", "LAIN"), ("signal", "SURAT"), ("none", "M"), ("none", "A"), ("timer", "X")]
)
def test_an_event_that_starts_nothing_is_an_error(kind, name):
    with pytest.raises(errors.NoStart):
        Case(STARTS, event=steps.StartEvent(kind, name))


def test_of_several_none_start_events_the_first_begins_unless_one_is_named():
    text = "    start S1 -> A\n    start S2 -> B\n    user A\n    user B"
    assert Case(text).open == "A"
    assert Case(text, event=steps.StartEvent("none", "S2")).open == "B"
