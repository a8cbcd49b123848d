from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import errors
from engine.diagrams import model
from engine.execution import specs, steps
from tests.execution.drawing import NOON, Case, draw

ONE = "    start S -> K\n    service K: surel -> A\n    user A -> E\n    end E"
GUARDED = ONE + "\n    error G on K: DITOLAK -> P\n    user P -> E\n    timer T on K: PT1H -> L\n    user L -> E"
MAIL = {
    "inputs": (model.Mapped('"Surat " + nomor', "judul"), model.Mapped("tanggal", "tanggal")),
    "outputs": (model.Mapped("status = 200", "terkirim"), model.Mapped("nomor", "nomor_lama")),
}
EACH = {"multi": model.MultiInstance(collection="penerima", element="p")}


def test_a_service_task_waits_for_its_connector():
    case = Case(ONE, K={"retry": "R5/PT10M"})
    (service,) = case.services.values()
    assert service == steps.Service(service.token, "K", "surel", (5, timedelta(minutes=10)))
    assert [(at.node, at.status) for at in steps.describe(case.spec, case.state).tokens] == [("K", "service")]
    assert not steps.describe(case.spec, case.state).stuck
    step = case.resume("K")
    assert step.ended == (service.token,)
    assert (case.open, case.services) == ("A", {})
    assert [(event.kind, event.element) for event in step.events] == [("left", "K"), ("taken", "K_A"), ("entered", "A")]


def test_without_a_word_about_it_the_caller_decides_how_it_is_tried_again():
    assert [each.retry for each in Case(ONE).services.values()] == [None]


def test_a_connector_is_given_what_feel_makes_of_the_variables():
    case = Case(ONE, {"nomor": "17", "tanggal": date(2026, 11, 22)}, K=MAIL)
    assert case.inputs("K") == {"judul": "Surat 17", "tanggal": date(2026, 11, 22)}


def test_of_what_it_gives_only_what_is_mapped_is_kept():
    case = Case(ONE, {"nomor": "17"}, K=MAIL)
    step = case.resume("K", status=200, badan="…", nomor="dari luar")
    assert case.variables == {
        "nomor": "17",
        "terkirim": True,
        "nomor_lama": "dari luar",
    }  # its own goes before the case's
    assert {change.name for change in step.changes} == {"terkirim", "nomor_lama"}
    case = Case(ONE, {"nomor": "17"})
    assert case.resume("K", nomor="18").changes == ()
    assert case.variables == {"nomor": "17"}


def test_an_output_sees_the_variables_of_the_case_and_not_the_outputs_before_it():
    swapped = {"outputs": (model.Mapped("b", "a"), model.Mapped("a", "b"))}
    case = Case(ONE, {"a": 1, "b": 2}, K=swapped)
    case.resume("K")
    assert case.variables == {"a": 2, "b": 1}


@pytest.mark.parametrize("given", [{"": 1}, {"x": object()}, {"x": float("nan")}, {"x": "y" * 1_000_001}, {1: 2}])
def test_what_no_variable_can_hold_is_refused_and_the_state_stays(given):
    case = Case(ONE, K=MAIL)
    with pytest.raises(errors.VariableRefused):
        steps.resume(case.spec, case.state, case.service("K"), given, now=NOON)
    case.resume("K", status=200)
    assert case.open == "A"


def test_only_who_waits_for_a_connector_is_resumed():
    case = Case("    start S -> F\n    and F -> K, A\n    service K: surel\n    user A")
    for token in (case.token("A"), 0, 999):
        for call in (
            lambda token=token: steps.inputs(case.spec, case.state, token, now=NOON),
            lambda token=token: steps.resume(case.spec, case.state, token, {}, now=NOON),
            lambda token=token: steps.fail(case.spec, case.state, token, "X", "", now=NOON),
        ):
            with pytest.raises(errors.TokenGone):
                call()
    token = case.service("K")
    with pytest.raises(errors.TokenGone):
        steps.complete(case.spec, case.state, token, {}, now=NOON)
    with pytest.raises(errors.TokenGone):
        steps.fire(case.spec, case.state, token, now=NOON)
    case.resume("K")
    with pytest.raises(errors.TokenGone):
        steps.resume(case.spec, case.state, token, {}, now=NOON)


# errors and other ends


def test_a_connectors_error_is_caught_at_the_tasks_boundary():
    case = Case(GUARDED)
    token = case.service("K")
    step = case.fail("K", "DITOLAK", "alamat tidak ada")
    assert step.thrown == (steps.Thrown(token, "K", "error", "DITOLAK", payload={"message": "alamat tidak ada"}),)
    assert (case.open, case.services, case.timers) == ("P", {}, {})


def test_or_further_out_or_by_an_event_sub_process():
    around = "    start S -> P\n    sub P -> E\n      start Ps -> K\n      service K: surel\n    error G on P -> A\n    user A\n    end E"
    case = Case(around)
    case.fail("K", "APA SAJA")
    assert (case.open, case.services) == ("A", {})
    beside = ONE + "\n    events V\n      error Vs: DITOLAK -> W\n      user W"
    case = Case(beside)
    case.fail("K", "DITOLAK")
    assert (case.open, case.services) == ("W", {})


def test_an_error_that_nobody_catches_is_told_with_its_message():
    case = Case(GUARDED)
    with pytest.raises(errors.ErrorUncaught) as uncaught:
        steps.fail(case.spec, case.state, case.service("K"), "LAIN", "kotak penuh", now=NOON)
    assert str(uncaught.value) == "K failed with LAIN, which is caught nowhere: kotak penuh"
    case.resume("K")
    assert case.open == "A"


def test_a_timer_at_its_boundary_ends_the_wait():
    case = Case(GUARDED)
    case.fire("T")
    assert (case.open, case.services) == ("L", {})


def test_what_takes_the_work_around_away_ends_the_wait():
    case = Case("    start S -> F\n    and F -> K, A\n    service K: surel\n    user A -> E\n    end-terminate E")
    case.complete("A")
    assert (case.status, case.services) == ("completed", {})


def test_a_wait_that_ends_in_the_step_it_began_in_is_not_told_of():
    case = Case("    start S -> F\n    and F -> K, E\n    service K: surel\n    end-terminate E")
    assert (case.steps[0].services, case.steps[0].ended, case.status) == ((), (), "completed")


def test_other_tokens_wait_for_it_at_a_join():
    case = Case(
        "    start S -> F\n    or F -> K, A\n    service K: surel -> J\n    user A -> J\n    or J -> B\n    user B"
    )
    case.complete("A")
    assert case.open == ""
    case.resume("K")
    assert case.open == "B"


# repeated


def test_it_is_done_once_per_item():
    node = {
        **EACH,
        "inputs": (model.Mapped("p", "kepada"),),
        "outputs": (model.Mapped("kode", "hasil"),),
    }
    node["multi"] = model.MultiInstance(
        collection="penerima", element="p", output_collection="semua", output_element="hasil"
    )
    case = Case(ONE, {"penerima": ["Ani", "Budi", "Cici"]}, K=node)
    assert [case.inputs("K", which) for which in range(3)] == [{"kepada": name} for name in ("Ani", "Budi", "Cici")]
    case.resume("K", which=1, kode=2)
    case.resume("K", which=1, kode=3)
    case.resume("K", which=0, kode=1)
    assert case.open == "A"
    assert case.variables == {"penerima": ["Ani", "Budi", "Cici"], "semua": [1, 2, 3]}


def test_one_after_the_other():
    case = Case(ONE, {"penerima": ["Ani", "Budi"]}, K={"multi": model.MultiInstance(True, "penerima", "p")})
    assert len(case.services) == 1
    case.resume("K")
    case.resume("K")
    assert case.open == "A"


def test_again_while_a_condition_holds():
    loop = {"loop": model.StandardLoop("not(siap)"), "outputs": (model.Mapped("siap", "siap"),)}
    case = Case(ONE, K=loop)
    case.resume("K", siap=False)
    assert len(case.services) == 1
    case.resume("K", siap=True)
    assert case.open == "A"


def test_an_error_of_one_item_takes_the_others_away():
    case = Case(GUARDED, {"penerima": ["Ani", "Budi"]}, K=EACH)
    step = case.fail("K", "DITOLAK", which=1)
    assert len(step.ended) == 3  # both waits and the timer at the boundary
    assert (case.open, case.services, case.timers) == ("P", {}, {})


# compiling


@pytest.mark.parametrize(
    "node",
    [
        {"topic": None},
        {"retry": "R0/PT1M"},
        {"retry": ""},
        {"inputs": (model.Mapped("a >", "x"),)},
        {"outputs": (model.Mapped("a >", "x"),)},
        {"implementations": (model.Implementation("class", "os.system"),)},
    ],
)
def test_what_cannot_be_called_does_not_compile(node):
    with pytest.raises(errors.NotExecutable) as refused:
        specs.compile(draw(ONE, K=node))
    assert refused.value.place["element"] == "K"


# in any order


@given(st.permutations(range(4)), st.lists(st.booleans(), min_size=4, max_size=4))
def test_whatever_the_order_every_item_is_done_once(order, failing):
    names = ["Ani", "Budi", "Cici", "Dedi"]
    body = "    start S -> P\n    sub P -> E\n      start Ps -> K\n      service K: surel -> Pe\n      error G on K -> U\n      user U -> Pe\n      end Pe\n    end E"
    case = Case(body, {"penerima": names}, P=EACH, K={"inputs": (model.Mapped("p", "kepada"),)})
    waiting = {case.inputs("K", which)["kepada"]: token for which, token in enumerate(sorted(case.services))}
    assert list(waiting) == names
    for number in order:
        token = waiting[names[number]]
        assert steps.inputs(case.spec, case.state, token, now=NOON) == {"kepada": names[number]}
        if failing[number]:
            case.take(steps.fail(case.spec, case.state, token, "X", "", now=NOON))
        else:
            case.take(steps.resume(case.spec, case.state, token, {}, now=NOON))
    assert case.services == {}
    assert len(case.tasks) == sum(failing)
    for _ in range(sum(failing)):
        case.complete("U")
    assert case.status == "completed"
