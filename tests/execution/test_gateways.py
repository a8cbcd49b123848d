import pytest

from engine import errors
from engine.diagrams import model
from engine.execution import specs, steps
from tests.execution.drawing import NOON, Case, draw


def test_exclusive_takes_the_first_true_flow_in_order():
    text = """
    start S -> X
    xor X -> A [n > 1], B [n > 0], C*
    user A
    user B
    user C
    """
    assert [Case(text, {"n": n}).open for n in (2, 1, 0)] == ["A", "B", "C"]


def test_exclusive_passes_every_token_once():
    case = Case(
        """
    start S -> F
    and F -> A, B
    user A -> X
    user B -> X
    xor X -> C
    user C
    """
    )
    case.complete("A")
    assert case.open == "B C"
    case.complete("B")
    assert case.open == "C C"


def test_a_flow_without_condition_is_true():
    assert Case("    start S -> X\n    xor X -> A, B [true]\n    user A\n    user B").open == "A"


def test_nothing_true_is_an_error_that_names_the_node():
    spec = specs.compile(draw("    start S -> X\n    xor X -> A [n > 0], B [null]\n    user A\n    user B"))
    with pytest.raises(errors.NoFlowTaken) as stuck:
        steps.start(spec, {"n": 0}, now=NOON)
    assert stuck.value.place["node"] == "X"


def test_a_condition_that_is_no_boolean_is_an_error_that_names_the_flow():
    spec = specs.compile(draw('    start S -> X\n    xor X -> A ["ya"], B*\n    user A\n    user B'))
    with pytest.raises(errors.ConditionNotBoolean) as wrong:
        steps.start(spec, {}, now=NOON)
    assert wrong.value.place["element"] == "X_A"


def test_parallel_keeps_excess_tokens_for_the_next_time():
    case = Case(
        """
    start S -> F
    and F -> A, A2, B
    user A -> M
    user A2 -> M
    xor M -> J
    user B -> J
    and J -> C
    user C -> X
    xor X -> B [lagi], E*
    end E
    """
    )
    case.complete("A", "A2")
    assert case.open == "B"
    case.complete("B")
    assert case.open == "C"
    case.complete("C", lagi=True)
    case.complete("B")
    assert case.open == "C"
    case.complete("C", lagi=False)
    assert case.status == "completed"


def test_a_token_left_at_a_join_keeps_the_instance_open():
    case = Case(
        """
    start S -> F
    and F -> A, B
    user A -> X
    user B -> J
    xor X -> J [ya], E*
    and J -> E
    end E
    """
    )
    assert not steps.describe(case.spec, case.state).stuck
    case.complete("A", "B")
    assert (case.open, case.status) == ("", "active")
    snapshot = steps.describe(case.spec, case.state)
    assert [(at.node, at.status) for at in snapshot.tokens] == [("J", "join")]
    assert snapshot.stuck


def test_parallel_leaves_by_all_flows_whatever_their_conditions():
    assert Case("    start S -> F\n    and F -> A [false], B\n    user A\n    user B").open == "A B"


def test_inclusive_waits_for_what_can_still_come():
    text = """
    start S -> O
    or O -> A [a], B [b], C*
    user A -> J
    user B -> J
    user C -> J
    or J -> D
    user D
    """
    case = Case(text, {"a": True, "b": True})
    case.complete("A")
    assert case.open == "B"
    case.complete("B")
    assert case.open == "D"
    assert Case(text, {"a": False, "b": False}).open == "C"


def test_inclusive_goes_on_when_the_other_token_leaves_for_elsewhere():
    text = """
    start S -> F
    and F -> A, B
    user A -> J
    user B -> X
    xor X -> J [kembali], H*
    user H -> E
    or J -> D
    user D -> E
    end E
    """
    case = Case(text)
    case.complete("A")
    assert case.open == "B"
    case.complete("B", kembali=False)
    assert case.open == "D H"


def test_inclusive_waits_for_a_boundary_event_on_the_way():
    """A token before an activity may still leave it by its boundary event."""
    case = Case(
        """
    start S -> F
    and F -> A, B
    user A -> J
    user B -> P
    sub P -> E
      start Ps -> C
      user C -> X
      xor X -> Z [gagal], Pe*
      end-error Z: GAGAL
      end Pe
    error G on P -> J
    or J -> D
    user D -> E
    end E
    """
    )
    case.complete("A")
    assert case.open == "B"
    case.complete("B")
    assert case.open == "C"
    case.complete("C", gagal=False)
    assert case.open == "D"


@pytest.mark.parametrize("kind", ["and", "or"])
def test_joins_of_two_instances_of_a_sub_process_are_apart(kind):
    case = Case(
        """
    start S -> P
    sub P -> E
      start Ps -> F
      and F -> A, B
      user A -> J
      user B -> J
      KIND J -> C
      user C -> Pe
      end Pe
    end E
    """.replace("KIND", kind),
        P={"multi": model.MultiInstance(cardinality="2")},
    )
    case.complete("A", which=0)
    case.complete("B", which=1)
    assert case.open == "A B"
    case.complete("A")
    assert case.open == "B C"


def test_a_mesh_of_inclusive_gateways_is_quick():
    layers, width = 8, 4
    lines = ["    start S -> " + ", ".join(f"G0_{n}" for n in range(width))]
    for layer in range(layers):
        ahead = ", ".join(f"G{layer + 1}_{n}" for n in range(width)) if layer < layers - 1 else "E"
        lines += [f"    or G{layer}_{n} -> {ahead}" for n in range(width)]
    case = Case("\n".join([*lines, "    end E"]))
    assert case.status == "completed"
    assert case.steps[0].steps < 100


def test_a_link_is_followed_by_the_path_rule():
    case = Case(
        """
    start S -> F
    and F -> A, B
    user A -> J
    user B -> L1
    throw-link L1: lanjut
    catch-link L2: lanjut -> J
    or J -> D
    user D
    """
    )
    case.complete("A")
    assert case.open == "B"
    case.complete("B")
    assert case.open == "D"
