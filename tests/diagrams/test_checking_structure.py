import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagrams import checking, reading
from engine.diagrams.checking import scopes
from tests.diagrams.drawing import END, START, bpmn, codes, lane, lanes, letter, read, task, way

XOR = '<bpmn:exclusiveGateway id="x" {}/>'
OR = '<bpmn:inclusiveGateway id="x" {}/>'


def choice(gateway, *conditions, default=None):
    """A gateway with a task and an end behind each flow; a condition of "" is none."""
    flows = "".join(way("x", f"t{n}", condition=text) for n, text in enumerate(conditions))
    tasks = "".join(task(f"t{n}") + way(f"t{n}", "selesai") for n in range(len(conditions)))
    mark = f'default="x_t{default}"' if default is not None else ""
    return START + gateway.format(mark) + way("mulai", "x") + flows + tasks + END


def test_a_plain_letter_has_no_structural_finding():
    assert codes(letter()) == set()
    assert codes(letter(), severity="warning") == {("no-lane", "catat")}


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (letter() + way("catat", "hilang"), ("dangling-target", "catat_hilang")),
        (letter() + way("hilang", "catat"), ("dangling-source", "hilang_catat")),
        (letter() + way("catat", "surat-masuk"), ("dangling-target", "catat_surat-masuk")),
        (letter() + way("catat", "mulai"), ("start-incoming", "catat_mulai")),
        (letter() + way("selesai", "catat"), ("end-outgoing", "selesai_catat")),
        (letter() + '<bpmn:boundaryEvent id="b" attachedToRef="hilang"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>', ("boundary-unattached", "b")),
        (letter() + '<bpmn:boundaryEvent id="b" attachedToRef="selesai"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>', ("boundary-unattached", "b")),
        (letter() + '<bpmn:boundaryEvent id="b" attachedToRef="catat"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>' + way("catat", "b"), ("boundary-incoming", "catat_b")),
        (letter('<bpmn:subProcess id="p">' + letter().replace('"mulai', '"m2').replace('"selesai', '"s2').replace('"catat', '"c2') + "</bpmn:subProcess>", "p") + way("mulai", "c2"), ("flow-crosses", "mulai_c2")),
        (letter('<bpmn:subProcess id="p"/>', "p"), ("no-start", "p")),
        (task("a") + way("a", "a"), ("no-start", "surat-masuk")),
        (letter().replace('id="catat"', 'id="1 catat"'), ("bad-id", "1 catat")),
        (letter().replace('id="catat"', f'id="{"a" * 201}"'), ("bad-id", "a" * 201)),
        (letter() + task("kafé") + task("kafe\u0301"), ("look-alike-ids", "kafe\u0301")),
        (choice(XOR, "a = 1", "", ""), ("no-condition", "x")),
        (choice(XOR, "", "a = 1"), ("no-condition", "x")),
        (choice(XOR, "", "a = 1", default=1), ("no-condition", "x")),
        (choice('<bpmn:parallelGateway id="x"/>', "a = 1", ""), ("idle-condition", "x_t0")),
        (choice(XOR, "a = 1", "").replace("<bpmn:exclusiveGateway", '<bpmn:exclusiveGateway default="t0_selesai"'), ("foreign-default", "x")),
        (choice('<bpmn:eventBasedGateway id="x"/>', "", ""), ("event-gateway-target", "x")),
        (letter('<bpmn:intermediateThrowEvent id="l"><bpmn:linkEventDefinition name="A"/></bpmn:intermediateThrowEvent>', "l"), ("link-nowhere", "l")),
        (letter('<bpmn:intermediateThrowEvent id="l"><bpmn:linkEventDefinition name="A"/></bpmn:intermediateThrowEvent>', "l"), ("link-flow", "l_selesai")),
        (letter() + '<bpmn:intermediateCatchEvent id="l"><bpmn:linkEventDefinition/></bpmn:intermediateCatchEvent>', ("link-unnamed", "l")),
    ],
)  # fmt: skip
def test_is_refused(content, finding):
    assert finding in codes(content)


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (letter() + task("lepas"), ("unreachable", "lepas")),
        (letter() + task("arsip") + way("catat", "arsip"), ("dead-end", "arsip")),
        (choice(XOR, "a = 1", "a = 2"), ("no-default", "x")),
        (choice(XOR, "a = 1", ""), ("default-unmarked", "x")),
        (choice(XOR, "a = 1", "a = 2", default=1), ("default-condition", "x_t1")),
        (choice(OR, "", ""), ("all-open", "x")),
        (letter(XOR.format(""), "x"), ("lonely-gateway", "x")),
        (letter().replace("mulai_catat", "mulai_catat", 1).replace("</bpmn:sequenceFlow>", "<bpmn:conditionExpression>false</bpmn:conditionExpression></bpmn:sequenceFlow>", 1), ("start-condition", "mulai_catat")),
        (START + XOR.format("") + task("a") + way("mulai", "x", "a", "x"), ("never-ends", "mulai")),
        (task("a") + END + way("a", "selesai"), ("begins-anywhere", "surat-masuk")),
        (letter() + '<bpmn:startEvent id="lain"/>' + way("lain", "catat"), ("several-starts", "lain")),
    ],
)  # fmt: skip
def test_is_warned_of(content, finding):
    assert finding in codes(content, severity="warning")


@pytest.mark.parametrize(
    "content",
    [
        choice(XOR, "a = 1", "", default=1),
        choice(OR, "a = 1", ""),
        choice('<bpmn:parallelGateway id="x"/>', "", ""),
        START + task("catat") + way("mulai", "catat"),
    ],
)
def test_is_fine(content):
    assert codes(content) == set()


def test_links_lead_on():
    content = (
        START
        + '<bpmn:intermediateThrowEvent id="keluar"><bpmn:linkEventDefinition name="A"/></bpmn:intermediateThrowEvent>'
        '<bpmn:intermediateCatchEvent id="masuk"><bpmn:linkEventDefinition name="A"/></bpmn:intermediateCatchEvent>'
        + END
        + way("mulai", "keluar")
        + way("masuk", "selesai")
    )
    assert codes(content) == set()
    assert codes(content, severity="warning") == set()
    twice = (
        content
        + '<bpmn:intermediateCatchEvent id="dua"><bpmn:linkEventDefinition name="A"/></bpmn:intermediateCatchEvent>'
    )
    assert {("link-twice", "masuk"), ("link-twice", "dua")} <= codes(twice)


SCRIPT = '<bpmn:scriptTask id="{}"><bpmn:script>n = n + 1</bpmn:script></bpmn:scriptTask>'


def test_a_circle_without_a_rest_is_warned_of():
    head, tail = '<bpmn:exclusiveGateway id="g"/>', '<bpmn:exclusiveGateway id="h" default="h_selesai"/>'
    around = START + head + tail + END + way("mulai", "g") + way("h", "selesai") + way("h", "g", condition="n &lt; 5")
    assert ("spins", "g") in codes(around + SCRIPT.format("s") + way("g", "s", "h"), severity="warning")
    assert "spins" not in {code for code, _ in codes(around + task("s") + way("g", "s", "h"), severity="warning")}


def test_a_long_way_without_a_circle_is_quick_to_judge():
    names = [f"s{n}" for n in range(4000)]
    content = START + "".join(map(SCRIPT.format, names)) + END + way("mulai", *names, "selesai")
    (scope,) = scopes.scopes(read(content).process)
    begin = time.process_time()
    assert scope.spinning == frozenset()
    assert time.process_time() - begin < 0.5


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=10, unique=True))
def test_what_spins_is_on_or_between_circles(pairs):
    content = "".join(SCRIPT.format(f"n{n}") for n in range(6)) + "".join(way(f"n{a}", f"n{b}") for a, b in pairs)
    (scope,) = scopes.scopes(read(content).process)

    def far(start, ends):
        known = {b for a, b in ends if a == start}
        for _ in range(6):
            known |= {b for a, b in ends if a in known}
        return known

    after = {n: far(n, pairs) for n in range(6)}
    circles = {n for n in range(6) if n in after[n]}
    back = {n: far(n, [(b, a) for a, b in pairs]) for n in range(6)}
    assert scope.spinning == {f"n{n}" for n in range(6) if circles & ({n} | after[n]) and circles & ({n} | back[n])}


@pytest.mark.parametrize(
    ("interrupting", "between", "refused"), [("false", "", True), ("true", "", False), ("false", task("rehat"), False)]
)
def test_an_event_sub_process_must_not_feed_itself(interrupting, between, refused):
    signal = '<bpmn:signalEventDefinition signalRef="s"/>'
    inner = f'<bpmn:startEvent id="a" isInterrupting="{interrupting}">{signal}</bpmn:startEvent><bpmn:endEvent id="z">{signal}</bpmn:endEvent>'
    road = way("a", "rehat", "z") if between else way("a", "z")
    content = letter() + f'<bpmn:subProcess id="v" triggeredByEvent="true">{inner}{between}{road}</bpmn:subProcess>'
    assert codes(content, '<bpmn:signal id="s" name="Gema"/>') == ({("feeds-itself", "v")} if refused else set())


def test_an_engines_own_id_is_good_to_know():
    assert codes(letter().replace('id="mulai"', 'id="Start"').replace('"mulai"', '"Start"'), severity="info") == {
        ("engine-id", "Start")
    }


def test_errors_come_first_and_say_where():
    source = bpmn(letter() + "\n\n" + way("catat", "hilang"))
    first, *others = checking.check(reading.read(source))
    assert (first.severity, first.code, first.line) == ("error", "dangling-target", 3)
    assert (
        str(first) == "line 3: error: The flow catat_hilang leads to “hilang”, which is no node here. (dangling-target)"
    )
    assert first.hint
    assert first.template.format_map(first.place) == first.message
    assert all(each.severity != "error" for each in others)


def test_a_thousand_nested_choices_are_checked_in_time():
    names = [f"g{n}" for n in range(1000)]
    gateways = "".join(f'<bpmn:parallelGateway id="{name}"/>' for name in names)
    content = (
        START + gateways + END + way("mulai", *names, "selesai") + way(*reversed(names)).replace('id="', 'id="balik')
    )
    findings = checking.check(read(content))
    assert not [each for each in findings if each.severity == "error"]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14, unique=True),
    st.sets(st.integers(0, 6)),
)
def test_what_is_reachable_has_a_way_from_the_start(pairs, ends):
    nodes = "".join(f'<bpmn:endEvent id="n{n}"/>' if n in ends else task(f"n{n}") for n in range(7))
    flows = "".join(way(f"n{a}", f"n{b}") for a, b in pairs) + way("mulai", "n0")
    unreachable = {
        element for code, element in codes(START + nodes + flows, severity="warning") if code == "unreachable"
    }
    known = {0}
    for _ in range(7):
        known |= {b for a, b in pairs if a in known}
    assert unreachable == {f"n{n}" for n in range(7) if n not in known}


def test_lanes_do_not_change_the_structure():
    assert codes(lanes(lane("l", "STAF", "catat")) + letter(), severity="warning") == set()
