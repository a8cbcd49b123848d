import random
from datetime import date

import pytest

from engine import errors
from engine.diagrams import model
from engine.execution import specs, state, steps
from engine.execution.instances import Instance
from tests.execution.drawing import NOON, Case, draw

RICH = """
    start S -> F
    and F -> P, B, D, C, O
    sub P -> J
      start Ps -> A
      user A -> Pe
      timer? T on A: R/PT1H -> N
      user N
      end Pe
    user B -> J
    and J -> Z
    receive C: JAWABAN -> E
    call D: anak -> E
    or O -> Q, R [tidak]
    user Q -> I
    user R -> I
    or I -> E
    end E
    user Z
    events V
      signal? Vs: SIAP -> W
      user W
process anak
    start Cs -> X
    user X -> Ce
    end Ce
"""
DETAILS = {
    "P": {"multi": model.MultiInstance(collection="penerima", element="p"), "body": model.Body(data=("paraf",))},
    "B": {"multi": model.MultiInstance(True, "penerima", "p", output_collection="hasil", output_element="h")},
    "D": {"inputs": (model.Mapped("tanggal", "tanggal"),)},
}
VARIABLES = {"penerima": [{"nama": "Ani"}, {"nama": "Budi", "sejak": date(2020, 1, 2)}], "tanggal": date(2026, 11, 22)}

# What version 1 wrote for the case of `rich()`: it must be readable for ever.
FIRST_RELEASE = bytes.fromhex(
    "0101ed1fc86228b52ffd604a03f50d0016da4b24208d38078965bfd25f6cb4b1e85623785e9a0f1961c8edcca350ddddc31513051004c02b"
    "3e0041004300aeb659a2c0e9f12110bfb1776eb2e6f82668f257339490e3b366074ed19b24576ba631f0d9e2667cc6dec548497d8c94fcba"
    "17fcb57bdd3d94e27bb8836dd59ef1182909e1f02000e3eb8a3406fec01df11d0505feb277ce59bd9fd36b51dfcd69a68aa50a65cadc0ca7"
    "e704b86a96781150f2fd3814e4d38f7cb8f9519e0cca98503747700227f944100592fe34638ab5e29b4ce49b1ee589a0846ec19a215ced1b"
    "cb82f88c293409feb26e057fb1f6ce3957bc9fab398293a4a0480582a2df5c71ce397d8c946468a40506bfc176f56e3ebce855101a0982ef"
    "60ce074bc2d802aa4db53196649b21e5b85a8225f195ed1f8dc43c7c82b59f0d8d147183bfacdd75e71e3720500221620aed3c443686d1ce"
    "20261c35ea0a6de47083faf09ab5873737d4573c5bc158b20a6349b821c94d7bb791d1a002f6419902a883d45110332197ca3794b02f7a04"
    "0032001015f14b516336e00c6405083781475e0474ecc2a78c02e6826360327d312eea7e8dd766be2004f44279800c95fb2239ece8ba6e40"
    "ef25518105457c49091eb96a9879"
)


def rich() -> Case:
    case = Case(RICH, VARIABLES, **DETAILS)
    case.complete("A", which=0, paraf="ya", nomor=2**70)
    case.complete("B", h=date(2026, 1, 1))
    case.send("signal", "SIAP")
    case.fire("T")
    return case


def finish(case) -> Case:
    case.complete("A", paraf="tidak")
    case.complete("B", h=2)
    case.send("message", "JAWABAN")
    case.complete("N", "X", "Q", "W", "Z")
    return case


def test_a_rich_instance_goes_on_from_its_state():
    case = rich()
    assert case.open == "A B N Q W X"
    assert case.sees("A") == {
        **VARIABLES,
        "nomor": 2**70,
        "p": VARIABLES["penerima"][1],
        "loopCounter": 1,
        "paraf": None,
    }
    assert case.sees("X") == {"tanggal": date(2026, 11, 22)}
    finish(case)
    assert case.status == "completed"
    assert case.variables["hasil"] == [date(2026, 1, 1), 2]


def test_the_first_release_is_readable():
    case = rich()
    case.state = FIRST_RELEASE
    assert steps.describe(case.spec, FIRST_RELEASE) == steps.describe(case.spec, rich().state)
    assert finish(case).status == "completed"


def test_a_state_is_written_in_one_way_only():
    spec = specs.compile(draw(RICH, **DETAILS))
    first = rich().state
    again = state.load(spec.main, first, NOON)
    assert state.dump(again) == first
    again.wake_all()
    assert state.dump(again) == first


def test_finished_work_leaves_no_trace():
    case = Case("    start S -> A\n    user A -> X\n    xor X -> A [ulang], E*\n    end E", {"ulang": True})
    case.complete("A", "A", "A")
    size = len(case.state)
    case.complete(*["A"] * 90)
    assert len(case.state) <= size + 6  # longer numbers
    case.complete("A", ulang=False)
    assert case.status == "completed"
    assert len(case.state) < 60


def test_large_states_are_compressed():
    case = Case("    start S -> A\n    user A", {"x": "surat " * 1000})
    assert case.state[1] == 1
    assert len(case.state) < 200
    assert case.variables == {"x": "surat " * 1000}


@pytest.mark.parametrize("damaged", [b"", b"\x01", b"{}", b"\x01\x00\x00\x00\x00\x00", b"\x02\x00\x00\x00\x00\x00[]"])
def test_what_is_no_state_is_refused(damaged):
    spec = specs.compile(draw("    start S -> A\n    user A"))
    with pytest.raises(errors.StateUnreadable):
        steps.describe(spec, damaged)


@pytest.mark.parametrize("compressed", [True, False])
def test_a_damaged_state_is_always_noticed(compressed):
    case = Case("    start S -> A\n    user A", {"x": "surat " * (1000 if compressed else 1)})
    rng = random.Random(1)
    for _ in range(300):
        damaged = bytearray(case.state)
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        cut = case.state[: rng.randrange(len(case.state))]
        for wrong in (bytes(damaged), cut):
            with pytest.raises(errors.StateUnreadable):
                steps.complete(case.spec, wrong, case.token("A"), {}, now=NOON)


@pytest.mark.parametrize(
    "document", [[], {}, None, 1, [1, False, []], [1, False, [[0, [[1]], None, 1]]], [1, False, [[5, [], None, 1]]]]
)
def test_a_state_that_says_nothing_is_refused(document, monkeypatch):
    spec = specs.compile(draw("    start S -> A\n    user A"))
    monkeypatch.setattr(Instance, "pack", lambda self, *, prune: document)
    written = state.dump(Instance(spec.main, NOON))
    with pytest.raises(errors.StateUnreadable):
        steps.describe(spec, written)


def test_a_state_of_another_definition_is_refused_by_the_missing_node():
    case = rich()
    without = specs.compile(draw(RICH.replace("user X -> Ce", "user Y -> Ce").replace("Cs -> X", "Cs -> Y"), **DETAILS))
    with pytest.raises(errors.NodeGone) as gone:
        steps.complete(without, case.state, case.token("Q"), {}, now=NOON)
    assert gone.value.place["node"] == "X"


def test_a_join_whose_flow_is_gone_is_refused():
    text = "    start S -> F\n    and F -> A, B\n    user A -> J\n    user B -> J\n    and J"
    case = Case(text)
    case.complete("A")
    other = specs.compile(draw(text.replace("user A -> J", "user A -> C\n    user C -> J")))
    with pytest.raises(errors.NodeGone) as gone:
        steps.complete(other, case.state, case.token("B"), {}, now=NOON)
    assert gone.value.place["node"] == "J"


def test_a_state_has_a_limit():
    case = Case("    start S -> A\n    user A")
    values = {f"v{number}": "x" * 900_000 for number in range(9)}
    with pytest.raises(errors.StateTooLarge):
        case.complete("A", **values)


def test_tokens_have_a_limit(monkeypatch):
    monkeypatch.setattr("engine.execution.instances.MAXIMUM_TOKENS", 40)
    case = Case("    start S -> A\n    user A -> A, A, A")
    for _ in range(19):
        case.complete("A")
    with pytest.raises(errors.StateTooLarge):
        case.complete("A")
