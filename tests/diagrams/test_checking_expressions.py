import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagrams import checking
from engine.diagrams.checking import timers
from tests.diagrams.drawing import END, START, codes, letter, read, task, way


def asked(condition):
    """A gateway that takes x_a where the condition is true."""
    gateway = '<bpmn:exclusiveGateway id="x" default="x_selesai"/>'
    return (
        START
        + gateway
        + task("a")
        + END
        + way("mulai", "x", "selesai")
        + way("x", "a", condition=condition)
        + way("a", "selesai")
    )


def multi(attributes="", content=""):
    return letter(
        task(
            "kirim",
            content=f"<bpmn:multiInstanceLoopCharacteristics {attributes}>{content}</bpmn:multiInstanceLoopCharacteristics>",
        ),
        "kirim",
    )


def script(text, language="feel"):
    return letter(
        f'<bpmn:scriptTask id="hitung" scriptFormat="{language}"><bpmn:script>{text}</bpmn:script></bpmn:scriptTask>',
        "hitung",
    )


def timer(text, tag="timeDuration"):
    definition = f"<bpmn:timerEventDefinition><bpmn:{tag}>{text}</bpmn:{tag}></bpmn:timerEventDefinition>"
    return letter(f'<bpmn:intermediateCatchEvent id="tunggu">{definition}</bpmn:intermediateCatchEvent>', "tunggu")


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("jumlah &gt; &gt; 3", "bad-expression"),
        ('status = "lengkap', "bad-expression"),
        ("1 if perlu else 0", "bad-expression"),
        ("(x := 1) = 0", "bad-expression"),
        ("${perlu}", "foreign-expression"),
        ("#{perlu}", "foreign-expression"),
        ("__import__ = 1", "reserved-name"),
        ('"ya"', "never-boolean"),
        ("1", "never-boolean"),
        ("perlu = true\u202e", "hidden-in-expression"),
    ],
)
def test_a_condition_is_refused_at_its_flow(condition, code):
    assert (code, "x_a") in codes(asked(condition))


def test_the_position_in_the_expression_is_told():
    finding = next(each for each in checking.check(read(asked("perlu = true ) oke"))) if each.code == "bad-expression")
    assert finding.place["position"] == 14
    assert "perlu = true ) oke" in finding.hint


@pytest.mark.parametrize(
    "condition",
    [
        "perlu_pengantar = true",
        "some p in penerima satisfies p.perlu",
        "jumlah &lt; 5 and not(ditolak)",
        "true",
        'status in ("a", "b")',
    ],
)
def test_feel_is_fine(condition):
    assert codes(asked(condition)) == set()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (multi('camunda:collection="penerima["'), "bad-expression"),
        (multi('camunda:collection="${penerima}"'), "foreign-expression"),
        (multi(content="<bpmn:loopCardinality>-1</bpmn:loopCardinality>"), "bad-number"),
        (multi(content="<bpmn:loopCardinality>null</bpmn:loopCardinality>"), "bad-number"),
        (multi('camunda:collection="p"', "<bpmn:completionCondition>1</bpmn:completionCondition>"), "never-boolean"),
        (multi('camunda:collection="p"', '<bpmn:completionCondition language="python">x</bpmn:completionCondition>'), "foreign-language"),
        (multi('camunda:collection="p" camunda:elementVariable="__proto__"'), "bad-name"),
        (multi('camunda:collection="3"'), "no-list"),
        (letter(task("kirim", attributes='camunda:dueDate="true"'), "kirim"), "no-date"),
        (letter(task("kirim", attributes='camunda:dueDate="${now()}"'), "kirim"), "foreign-expression"),
    ],
)  # fmt: skip
def test_repetition_and_due_dates(content, code):
    assert (code, "kirim") in codes(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (script("nomor = 1", "python"), "foreign-script"),
        (script("nomor = 1", "javascript"), "foreign-script"),
        (script(""), "no-script"),
        (script("import os"), "bad-script"),
        (script("nomor = 1\nos.system('x')"), "bad-script"),
        (script("__class__ = 1"), "bad-script"),
        (script("nomor = 1 +"), "bad-script"),
    ],
)
def test_scripts_are_assignments_and_nothing_else(content, code):
    assert (code, "hitung") in codes(content)
    assert codes(script("nomor = 1 + 1\njumlah = count(penerima)")) == set()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (timer(""), "no-time"),
        (timer("2 hari"), "bad-time"),
        (timer("P"), "bad-time"),
        (timer("R999999999999/PT1S", "timeCycle"), "bad-time"),
        (timer("R3/PT0.5S", "timeCycle"), "bad-time"),
        (timer("R/PT0S", "timeCycle"), "bad-time"),
        (timer("0 8 31 2 *", "timeCycle"), "bad-time"),
        (timer("0 0 */31 * 1#2", "timeCycle"), "bad-time"),
        (timer("*/5 8 * * senin", "timeCycle"), "bad-time"),
        (timer("@reboot", "timeCycle"), "bad-time"),
        (timer("@daily", "timeDuration"), "bad-time"),
        (timer("0 8 * * 1-5", "timeDate"), "bad-time"),
        (timer("292277026597-01-01T00:00:00Z", "timeDate"), "bad-time"),
        (timer("9999-12-31T23:59:59-12:00", "timeDate"), "bad-time"),
        (timer('duration("2 hari")'), "bad-time"),
        (timer("batas +"), "bad-expression"),
        (timer("a = b"), "no-date"),
    ],
)
def test_times_are_times(content, code):
    assert (code, "tunggu") in codes(content)


def test_before_a_case_begins_there_is_nothing_to_read():
    def begun(text):
        return (
            timer(text, "timeDate")
            .replace('<bpmn:startEvent id="mulai"/>', "")
            .replace("intermediateCatchEvent", "startEvent")
        )

    assert ("nothing-known-yet", "tunggu") in codes(begun("batas"))
    assert ("nothing-known-yet", "tunggu") not in codes(begun("now() + duration(&quot;P1D&quot;)"))
    assert ("nothing-known-yet", "tunggu") not in codes(timer("batas", "timeDate"))


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("P2D", "timeDuration"),
        ('duration("P2D")', "timeDuration"),
        ("batas_waktu", "timeDuration"),
        ("2026-11-22T08:00:00+08:00", "timeDate"),
        ("tanggal_terima + duration(&quot;P1D&quot;)", "timeDate"),
        ("R3/PT1H", "timeCycle"),
        ("R1000000/PT1S", "timeCycle"),
        ("0 8 * * 1-5", "timeCycle"),
        ("@monthly", "timeCycle"),
        ("R/2026-11-22T08:00:00+08:00/P1D", "timeCycle"),
    ],
)
def test_times_of_an_office(text, tag):
    assert codes(timer(text, tag)) == set()


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_time_or_not(text):
    for judge in (timers.is_duration, timers.is_date, timers.is_cycle):
        assert judge(text) in (True, False)


@settings(deadline=None)
@given(st.integers(0, 99), st.integers(0, 400), st.integers(0, 59))
def test_durations_are_known(hours, days, seconds):
    assert timers.is_duration(f"P{days}DT{hours}H{seconds}S")
    assert timers.is_cycle(f"R2/P{days}DT{hours}H{seconds}S") == bool(days or hours or seconds)


# Who supplies a variable ---------------------------------------------------------------------------------------------

AGENDA = {"agenda": ["nomor", "perlu"]}


def supplied(content, roots="", severity="warning"):
    findings = checking.check(read(content, roots), forms=AGENDA)
    return {each.place["name"] for each in findings if each.code == "nobody-supplies" and each.severity == severity}


def test_a_variable_that_nobody_supplies_is_told_of():
    assert supplied(asked("perlu = true")) == {"perlu"}
    assert supplied(asked("perlu = true").replace('name="a"', 'camunda:formKey="agenda"')) == set()


def test_scripts_items_and_data_supply_too():
    assert (
        supplied(asked("nomor = 1") + script("nomor = 1").replace('"mulai', '"m2').replace('"selesai', '"s2')) == set()
    )
    assert supplied(asked("nomor = 1") + '<bpmn:dataObject id="nomor"/>') == set()
    assert (
        supplied(
            multi(
                'camunda:collection="[1, 2]" camunda:elementVariable="p"',
                "<bpmn:completionCondition>p = 2</bpmn:completionCondition>",
            )
        )
        == set()
    )


def test_a_message_may_carry_it():
    wait = letter('<bpmn:receiveTask id="r" messageRef="m"/>', "r").replace('"mulai', '"m2').replace('"selesai', '"s2')
    content, roots = asked("perlu = true") + wait, '<bpmn:message id="m" name="M"/>'
    assert supplied(content, roots) == set()
    assert supplied(content, roots, "info") == {"perlu"}


def test_forms_are_not_judged_where_none_are_given():
    assert "nobody-supplies" not in {code for code, _ in codes(asked("perlu = true"), severity="warning")}
