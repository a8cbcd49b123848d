from datetime import timedelta

import pytest

from engine import errors
from engine.diagrams import model
from engine.execution import specs, steps
from engine.execution.elements import activities
from tests.execution.drawing import NOON, Case, draw

ONE = "    start S -> A\n    user A -> E\n    end E"
SUB = """
    start S -> P
    sub P -> B
      start Ps -> A
      user A -> Pe
      end Pe
    user B
"""


def many(**fields):
    return {"multi": model.MultiInstance(**fields)}


# tasks


@pytest.mark.parametrize("kind", ["user", "manual", "task"])
def test_people_do_user_manual_and_undefined_tasks(kind):
    case = Case(ONE.replace("user", kind))
    assert case.open == "A"
    case.complete("A")
    assert case.status == "completed"


def test_an_opened_task_says_what_people_need():
    node = {
        "lane": "KADIS",
        "form_key": "surat",
        "properties": {"sop.no": "1"},
        "candidate_groups": ("kadis",),
    }
    (opened,) = Case(ONE, A={"name": "Periksa surat", "due_date": "PT1H", **node}).steps[0].opened
    due = NOON + timedelta(hours=1)
    assert opened == steps.Opened(opened.token, "A", "Periksa surat", local={}, due=due, **node)


def test_a_task_without_a_lane_is_in_that_of_the_activity_around_it():
    text = SUB + "process anak\n    start Cs -> C\n    user C\n"
    case = Case(text, P={"lane": "KADIS"})
    assert [task.lane for task in case.tasks.values()] == ["KADIS"]
    case = Case(
        "    start S -> K\n    call K: anak -> B\n    user B\nprocess anak\n    start Cs -> C\n    user C",
        K={"lane": "Sekretaris"},
    )
    assert [task.lane for task in case.tasks.values()] == ["Sekretaris"]


def test_a_task_runs_once_per_token():
    case = Case("    start S -> F\n    and F -> A, A\n    user A -> E\n    end E")
    assert case.open == "A A"
    case.complete("A")
    assert case.open == "A"


def test_each_line_of_a_script_sees_the_ones_before():
    case = Case(
        "    start S -> T\n    script T -> A\n    user A", {"n": 1}, T={"script": "n = n + 1\nm = n * 2\nn = n + m"}
    )
    assert case.variables == {"n": 6, "m": 4}


def test_a_script_that_fails_changes_nothing():
    case = Case("    start S -> A\n    user A -> T\n    script T: n = nomor + 1 -> E\n    end E")
    before = case.state
    with pytest.raises(errors.ExpressionError) as wrong:
        case.complete("A", nomor=10**300)
    assert wrong.value.place["element"] == "T"
    assert case.state == before
    assert case.open == "A"


def test_send_sends_and_receive_waits():
    case = Case("    start S -> K\n    send K: PERMINTAAN -> T\n    receive T: JAWABAN -> A\n    user A")
    assert [(thrown.kind, thrown.name) for thrown in case.steps[0].thrown] == [("message", "PERMINTAAN")]
    assert case.open == ""
    case.send("message", "JAWABAN", isi="ya")
    assert (case.open, case.variables) == ("A", {"isi": "ya"})


# sub-processes and calls


def test_a_sub_process_is_done_when_no_token_is_left_inside():
    case = Case(SUB.replace("start Ps -> A", "start Ps -> A, A"))
    case.complete("A")
    assert case.open == "A"
    case.complete("A")
    assert case.open == "B"


def test_an_empty_sub_process_is_done_at_once():
    assert Case("    start S -> P\n    sub P -> B\n    user B").open == "B"


def test_without_a_start_every_node_that_nothing_leads_to_begins():
    case = Case("    start S -> P\n    sub P -> B\n      user A1\n      user A2 -> A3\n      user A3\n    user B")
    assert case.open == "A1 A2"
    case.complete("A1", "A2", "A3")
    assert case.open == "B"


def test_a_called_process_has_its_own_variables():
    text = "    start S -> K\n    call K: anak -> B\n    user B\nprocess anak\n    start Cs -> C\n    user C -> Ce\n    end Ce"
    hand = {
        "inputs": (model.Mapped("n + 1", "n"), model.Mapped("nama", "nama")),
        "outputs": (model.Mapped("hasil * 2", "hasil"),),
    }
    case = Case(text, {"n": 1, "rahasia": 2}, K=hand)
    assert case.sees("C") == {"n": 2, "nama": None}
    assert dict(next(iter(case.tasks.values())).local) == {"n": 2, "nama": None}
    case.complete("C", hasil=4, n=9, rahasia=9)
    assert case.variables == {"n": 1, "rahasia": 2, "hasil": 8}


def test_all_variables_can_be_handed_over():
    text = "    start S -> K\n    call K: anak -> B\n    user B\nprocess anak\n    start Cs -> C\n    user C -> Ce\n    end Ce"
    everything = (model.Mapped("*", "*"),)
    case = Case(text, {"n": 1}, K={"inputs": everything, "outputs": everything})
    case.complete("C", m=2)
    assert case.variables == {"n": 1, "m": 2}


def test_another_file_can_be_called():
    other = draw(
        "process bantu\n    start Hs -> H\n    user H\nprocess anak\n    start Cs -> C\n    user C -> K\n    call K: bantu"
    )
    case = Case("    start S -> K\n    call K: anak -> B\n    user B", called={"anak": other})
    assert case.spec.calls == {"anak"}
    case.complete("C")
    assert case.open == "H"
    case.complete("H")
    assert case.open == "B"


def test_processes_that_call_each_other_for_ever_are_stopped():
    spec = specs.compile(
        draw("process satu\n    start S -> K\n    call K: dua\nprocess dua\n    start S -> K\n    call K: satu")
    )
    with pytest.raises(errors.StepLimit):
        steps.start(spec, {}, now=NOON)


def test_a_process_may_call_itself():
    text = """
process hitung
    start S -> X
    xor X -> A [n = 0], K*
    user A -> M
    call K: hitung -> M
    xor M -> E
    end E
"""
    case = Case(text, {"n": 3}, K={"inputs": (model.Mapped("n - 1", "n"),)})
    assert (case.open, case.sees("A")) == ("A", {"n": 0})
    case.complete("A")
    assert case.status == "completed"


def test_a_cancelled_transaction_leaves_by_its_cancel_event():
    case = Case(
        """
    start S -> P
    transaction P -> D
      start Ps -> A, B
      user A -> X
      xor X -> Z [batal], Pe*
      end-cancel Z
      end Pe
      user B
    cancel C on P -> R
    user D
    user R
    """
    )
    case.complete("A", batal=True)
    assert case.open == "R"


# several times


def test_parallel_instances_are_open_at_once_and_gather_results_in_the_order_of_the_items():
    multi = many(collection="penerima", element="p", output_collection="jawaban", output_element="j")
    case = Case(ONE, {"penerima": ["Ani", "Budi", "Cici"]}, A=multi)
    assert [task.local["p"] for task in case.tasks.values()] == ["Ani", "Budi", "Cici"]
    assert case.sees("A", 1) == {"penerima": ["Ani", "Budi", "Cici"], "p": "Budi", "j": None, "loopCounter": 1}
    case.complete("A", which=2, j=3)
    case.complete("A", which=0, j=1)
    case.complete("A", j=2, catatan="x")
    assert case.status == "completed"
    assert case.variables == {"penerima": ["Ani", "Budi", "Cici"], "jawaban": [1, 2, 3], "catatan": "x"}


def test_no_answer_disturbs_the_count():
    multi = many(collection="[1, 2]", output_collection="hasil", output_element="j")
    case = Case(ONE, A=multi)
    case.complete("A", j=1, loopCounter="²", total=0, done=9, items=None)
    case.complete("A", j=2, loopCounter=-1)
    assert (case.status, case.variables["hasil"]) == ("completed", [1, 2])


def test_a_result_may_be_an_expression():
    multi = many(collection="[1, 2]", element="n", output_collection="hasil", output_element="n * 10")
    case = Case(ONE, A=multi)
    case.complete("A", "A")
    assert case.variables == {"hasil": [10, 20]}


def test_a_sequence_has_one_open_at_a_time():
    case = Case(
        ONE,
        {"penerima": [{"nama": "Ani"}, {"nama": "Budi"}]},
        A=many(sequential=True, collection="penerima", element="p"),
    )
    assert case.sees("A")["p"] == {"nama": "Ani"}
    case.complete("A", penerima=[])
    assert case.sees("A")["p"] == {"nama": "Budi"}
    case.complete("A")
    assert case.status == "completed"


def test_no_items_no_work():
    assert Case(ONE, {"penerima": []}, A=many(collection="penerima")).status == "completed"
    assert Case(ONE, A=many(cardinality="0")).status == "completed"
    multi = many(collection="[]", output_collection="hasil", output_element="j")
    assert Case(ONE, {"hasil": "lama"}, A=multi).variables == {"hasil": []}


@pytest.mark.parametrize("sequential", [True, False])
def test_a_completion_condition_ends_all(sequential):
    multi = many(sequential=sequential, cardinality="5", completion="numberOfCompletedInstances >= 2")
    case = Case(ONE, A=multi)
    assert len(case.tasks) == (1 if sequential else 5)
    case.complete("A")
    step = case.complete("A")
    assert case.status == "completed"
    assert [closed.how for closed in step.closed] == ["completed"] + ["cancelled"] * (0 if sequential else 3)


def test_a_completion_condition_sees_what_the_instance_answered():
    multi = many(collection="[1, 2, 3]", output_collection="hasil", output_element="tolak", completion="tolak")
    case = Case(ONE, A=multi)
    case.complete("A", tolak=False)
    case.complete("A", tolak=True)
    assert case.variables == {"hasil": [False, True]}


@pytest.mark.parametrize(
    "fields",
    [
        {"collection": "tidak_ada"},
        {"collection": "null"},
        {"collection": '"Ani"'},
        {"collection": "{a: 1}"},
        {"collection": "3"},
        {"cardinality": "-1"},
        {"cardinality": "null"},
        {"cardinality": '"3"'},
        {"cardinality": "2.5"},
        {"cardinality": "true"},
        {"cardinality": str(activities.MAXIMUM_ITEMS + 1)},
        {"cardinality": "10 ** 12"},
        {"collection": "banyak"},
    ],
)
@pytest.mark.parametrize("sequential", [True, False])
def test_what_is_no_number_of_items_is_an_error_that_names_the_node(fields, sequential):
    spec = specs.compile(draw(ONE, A=many(sequential=sequential, **fields)))
    with pytest.raises(errors.ItemsRefused) as refused:
        steps.start(spec, {"banyak": [0] * (activities.MAXIMUM_ITEMS + 1)}, now=NOON)
    assert refused.value.place["node"] == "A"


def test_a_completion_condition_that_is_no_boolean_is_an_error():
    case = Case(ONE, A=many(cardinality="2", completion='"ya"'))
    with pytest.raises(errors.ConditionNotBoolean) as wrong:
        case.complete("A")
    assert wrong.value.place["element"] == "A"


def test_a_loop_repeats_while_its_condition_is_true():
    case = Case(ONE, A={"loop": model.StandardLoop(condition="ulang")})
    case.complete("A", ulang=True)
    assert case.sees("A")["loopCounter"] == 1
    case.complete("A", ulang=False)
    assert case.status == "completed"


def test_a_loop_may_ask_first_and_has_a_maximum():
    assert Case(ONE, A={"loop": model.StandardLoop(condition="ulang", test_before=True)}).status == "completed"
    case = Case(ONE, {"ulang": True}, A={"loop": model.StandardLoop(condition="ulang", maximum=2)})
    case.complete("A", "A")
    assert case.status == "completed"


def test_a_thousand_instances_are_no_burden():
    items = [{"nama": f"Orang {number}", "perlu_pengantar": number % 2 == 0} for number in range(1000)]
    case = Case(SUB, {"penerima": items}, P=many(collection="penerima", element="p"))
    assert len(case.tasks) == 1000
    case.complete("A", which=500)
    assert len(case.tasks) == 999
    assert len(case.state) < 20_000
    for _ in range(999):
        case.complete("A", which=-1)
    assert case.open == "B"
