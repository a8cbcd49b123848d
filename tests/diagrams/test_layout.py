import itertools

import pytest

from engine import config, errors
from engine.diagrams import layout, reading
from engine.diagrams.layout import texts
from tests import shared
from tests.diagrams import pictures

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="D" targetNamespace="t">'
)
OFFICE = sorted(config.shipped("bpmn").glob("*.bpmn"))


def diagram(nodes, flows, lanes=None, around="", head=HEAD):
    """Make a file: ``nodes`` are elements, ``flows`` are "A B name", ``lanes`` name to ids."""
    text = f'{head}<bpmn:collaboration id="C"><bpmn:participant id="P" name="P" processRef="p"/>{around}'
    text += '</bpmn:collaboration><bpmn:process id="p" isExecutable="true">'
    if lanes:
        inner = "".join(
            f'<bpmn:lane id="{name}" name="{name}">'
            + "".join(f"<bpmn:flowNodeRef>{each}</bpmn:flowNodeRef>" for each in ids.split())
            + "</bpmn:lane>"
            for name, ids in lanes.items()
        )
        text += f'<bpmn:laneSet id="L">{inner}</bpmn:laneSet>'
    text += "".join(nodes)
    for flow in flows:
        source, target, *name = flow.split(" ", 2)
        text += f'<bpmn:sequenceFlow id="{source}_{target}" name="{"".join(name)}" sourceRef="{source}" targetRef="{target}"/>'
    return (text + "</bpmn:process></bpmn:definitions>").encode()


def node(kind, name, label="", **attributes):
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<bpmn:{kind} id="{name}" name="{label}"{given}/>'


def tasks(names):
    return [node("userTask", each, f"Kerjakan {each}") for each in names.split()]


def drawn(source):
    """Lay out; the drawing must have no fault."""
    picture = pictures.look(layout.lay_out(source))
    assert pictures.faults(picture) == []
    return picture


LETTER = diagram(
    [
        node("startEvent", "s", "Surat tiba"),
        *tasks("a b c"),
        node("exclusiveGateway", "x", "Disetujui pimpinan?"),
        node("endEvent", "e", "Selesai"),
    ],
    ["s a", "a b", "b x", "x c ya", "x a kembalikan untuk diperbaiki", "c e"],
    {"Kepala": "b x", "Sekretaris": "", "Staf": "s a c e"},
)


# What stands where ---------------------------------------------------------------------------------------------------


def test_work_goes_from_left_to_right_in_the_lanes_order():
    picture = drawn(LETTER)
    boxes = picture.shapes
    assert [boxes[each][0] for each in "sabxce"] == sorted(boxes[each][0] for each in "sabxce")
    assert boxes["Kepala"][3] == boxes["Sekretaris"][1]
    assert boxes["Sekretaris"][3] == boxes["Staf"][1]
    for lane, held in {"Kepala": "bx", "Staf": "sace"}.items():
        assert all(pictures.holds(boxes[lane], boxes[each]) for each in held)
    assert all(pictures.holds(boxes["P"], box) for box in boxes.values())
    assert picture.plane == "C"


def test_what_follows_in_the_same_lane_follows_straight():
    picture = drawn(LETTER)
    assert len(picture.edges["s_a"]) == len(picture.edges["b_x"]) == len(picture.edges["c_e"]) == 2


def test_a_loop_goes_back_around_what_it_repeats():
    picture = drawn(
        diagram(
            [node("startEvent", "s"), *tasks("a b c"), node("exclusiveGateway", "x"), node("endEvent", "e")],
            ["s a", "a b", "b c", "c x", "x e", "x a ulangi"],
        )
    )
    loop = picture.edges["x_a"]
    assert loop[0][0] > loop[-1][0]
    assert not any(pictures.crosses(loop, picture.shapes[each]) for each in "bc")


@pytest.mark.parametrize("branches", [2, 3, 4, 7])
def test_branches_of_one_lane_stand_below_one_another(branches):
    names = [f"t{number}" for number in range(branches)]
    source = diagram(
        [node("startEvent", "s"), node("parallelGateway", "g"), *tasks(" ".join(names)), node("parallelGateway", "j")],
        ["s g", *(f"g {each}" for each in names), *(f"{each} j" for each in names)],
    )
    picture = pictures.look(layout.lay_out(source))
    assert len({picture.shapes[each][0] for each in names}) == 1
    assert not [fault for fault in pictures.faults(picture) if "lies on" in fault or "through" in fault]


def test_a_border_event_sits_on_the_lower_border_and_its_way_goes_down():
    picture = drawn(
        diagram(
            [
                node("startEvent", "s"),
                *tasks("a r"),
                (
                    '<bpmn:boundaryEvent id="t" name="1 minggu" attachedToRef="a"><bpmn:timerEventDefinition id="d"/>'
                    "</bpmn:boundaryEvent>"
                ),
                node("endEvent", "e"),
                node("endEvent", "f"),
            ],
            ["s a", "a e", "t r", "r f"],
        )
    )
    left, top, right, bottom = picture.shapes["t"]
    assert (top + bottom) // 2 == picture.shapes["a"][3]
    assert picture.shapes["a"][0] <= left
    assert right <= picture.shapes["a"][2]
    (_, first), (_, second), *_ = picture.edges["t_r"]
    assert second > first


def test_a_sub_process_is_drawn_open_with_all_that_it_holds():
    inner = (
        '<bpmn:subProcess id="sub" name="Untuk tiap penerima">'
        '<bpmn:startEvent id="i"/><bpmn:userTask id="t" name="Antar"/><bpmn:endEvent id="o"/>'
        '<bpmn:sequenceFlow id="it" sourceRef="i" targetRef="t"/><bpmn:sequenceFlow id="to" sourceRef="t" targetRef="o"/>'
        "</bpmn:subProcess>"
    )
    source = diagram([node("startEvent", "s"), inner, node("endEvent", "e")], ["s sub", "sub e"])
    picture = drawn(source)
    assert all(pictures.holds(picture.shapes["sub"], picture.shapes[each]) for each in "ito")
    assert b'bpmnElement="sub" isExpanded="true"' in layout.lay_out(source)


def test_other_pools_stand_below_and_messages_go_straight_to_them():
    source = diagram(
        [
            '<bpmn:startEvent id="s" name="Permintaan"><bpmn:messageEventDefinition id="m"/></bpmn:startEvent>',
            *tasks("a"),
            '<bpmn:endEvent id="e" name="Jawaban"><bpmn:messageEventDefinition id="n"/></bpmn:endEvent>',
        ],
        ["s a", "a e"],
        {"Staf": "s a e"},
        '<bpmn:participant id="BKD" name="BKD"/><bpmn:messageFlow id="in" name="surat" sourceRef="BKD" targetRef="s"/>'
        '<bpmn:messageFlow id="out" sourceRef="e" targetRef="BKD"/>',
    )
    picture = drawn(source)
    assert picture.shapes["BKD"][1] > picture.shapes["P"][3]
    assert picture.shapes["BKD"][2] == picture.shapes["P"][2]
    assert len(picture.edges["in"]) == len(picture.edges["out"]) == 2


def test_lanes_inside_lanes_stand_inside_them():
    inner = (
        '<bpmn:laneSet id="L"><bpmn:lane id="Bidang" name="Bidang"><bpmn:childLaneSet id="M">'
        '<bpmn:lane id="Kabid" name="Kabid"><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane>'
        '<bpmn:lane id="Kasi" name="Kasi"><bpmn:flowNodeRef>b</bpmn:flowNodeRef></bpmn:lane>'
        "</bpmn:childLaneSet></bpmn:lane></bpmn:laneSet>"
    )
    boxes = drawn(diagram([inner, *tasks("a b")], ["a b"])).shapes
    assert pictures.holds(boxes["Bidang"], boxes["Kabid"])
    assert pictures.holds(boxes["Bidang"], boxes["Kasi"])
    assert boxes["Bidang"][0] < boxes["Kabid"][0]


def test_data_gets_no_shape():
    source = diagram(['<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="r" dataObjectRef="d"/>', *tasks("a")], [])
    assert set(pictures.look(layout.lay_out(source)).shapes) == {"P", "a"}


def test_a_process_without_a_pool_is_the_plane():
    source = f'{HEAD}<bpmn:process id="p"><bpmn:startEvent id="s"/></bpmn:process></bpmn:definitions>'.encode()
    picture = drawn(source)
    assert picture.plane == "p"
    assert set(picture.shapes) == {"s"}


def test_what_has_no_id_gets_no_shape():
    source = f'{HEAD}<bpmn:process id="p"><bpmn:task name="x"/></bpmn:process></bpmn:definitions>'.encode()
    assert pictures.look(layout.lay_out(source)).shapes == {}


def test_long_names_make_higher_tasks():
    long = "Menyiapkan dan meneliti konsep surat pengantar beserta lampiran"
    boxes = drawn(diagram([node("userTask", "a", "Antar"), node("userTask", "b", long)], ["a b"])).shapes
    heights = [boxes[each][3] - boxes[each][1] for each in "ab"]
    assert heights[0] == 80 < heights[1]


# The file ------------------------------------------------------------------------------------------------------------


def without_diagram(text):
    first = text.index("<bpmndi:BPMNDiagram")
    last = text.index("</bpmndi:BPMNDiagram>") + len("</bpmndi:BPMNDiagram>")
    return text[:first].rstrip() + text[last:].lstrip()


@pytest.mark.parametrize("file", OFFICE, ids=lambda file: file.stem)
def test_everything_but_the_diagram_stays_as_it_is(file):
    source = file.read_text(encoding="utf-8")
    assert without_diagram(layout.lay_out(source.encode()).decode()) == without_diagram(source)


@pytest.mark.parametrize("file", OFFICE, ids=lambda file: file.stem)
def test_the_offices_diagrams_are_drawn_without_fault(file):
    assert pictures.faults(pictures.look(file.read_bytes())) == []


def test_the_same_file_always_gives_the_same_drawing():
    once = layout.lay_out(LETTER)
    assert layout.lay_out(LETTER) == once
    assert layout.lay_out(once) == once


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_the_encoding_stays(encoding):
    declared = "utf-16" if encoding == "utf-16" else encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>\r\n' + LETTER.decode().replace("Surat tiba", "Surat tiba é")
    out = layout.lay_out(text.encode(encoding))
    assert out.decode(encoding).startswith(text[: text.index("</bpmn:definitions>")])
    assert reading.read(out).process.body.nodes["s"].name == "Surat tiba é"
    assert pictures.faults(pictures.look(out)) == []


def test_line_ends_stay():
    out = layout.lay_out(LETTER.replace(b"<bpmn:process", b"\r\n<bpmn:process")).decode()
    assert "\n" not in out.replace("\r\n", "")


def test_missing_namespaces_are_declared_on_the_diagram():
    head = '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="D" targetNamespace="t">'
    assert drawn(LETTER.replace(HEAD.encode(), head.encode())).shapes.keys() == drawn(LETTER).shapes.keys()


def test_other_prefixes_are_used():
    source = LETTER.replace(b"bpmndi", b"zeichnung")
    assert b"<zeichnung:BPMNShape" in layout.lay_out(source)


@pytest.mark.parametrize(
    "old",
    [
        '<bpmndi:BPMNDiagram id="old"/>',
        '<bpmndi:BPMNDiagram id="old"><bpmndi:BPMNPlane id="q"/></bpmndi:BPMNDiagram>',
        '\n<bpmndi:BPMNDiagram id="a > b"/><!-- one --><bpmndi:BPMNDiagram id="old2"></bpmndi:BPMNDiagram>\n',
    ],
)
def test_old_diagrams_go(old):
    out = layout.lay_out(LETTER.replace(b"</bpmn:definitions>", f"{old}</bpmn:definitions>".encode())).decode()
    assert out.count("<bpmndi:BPMNDiagram ") == 1
    assert 'id="old' not in out
    assert ("<!-- one -->" in old) == ("<!-- one -->" in out)


def test_ids_of_the_diagram_collide_with_none():
    source = LETTER.replace(b'id="D"', b'id="s_di"')
    out = layout.lay_out(source).decode()
    assert 'id="s_di_" bpmnElement="s"' in out


@pytest.mark.parametrize("source", [b"", b"<svg/>", b"<!DOCTYPE x><x/>", LETTER[:-20]])
def test_what_is_no_diagram_is_refused(source):
    with pytest.raises(errors.DiagramUnreadable):
        layout.lay_out(source)


# Any file ------------------------------------------------------------------------------------------------------------


@pytest.mark.conformance
@pytest.mark.parametrize("name", ["A.1.0", "A.2.0", "A.3.0", "A.4.1", "C.1.0", "C.4.0", "C.9.0"])
def test_foreign_diagrams_get_shapes_that_do_not_overlap(name):
    source = shared.shared(f"conformance/miwg-reference/{name}.bpmn").read_bytes()
    out = layout.lay_out(source)
    found = pictures.faults(pictures.look(out))
    assert not [fault for fault in found if not fault.startswith("the name")]
    assert {each.id for each in reading.read(out).process.nodes()} <= pictures.look(out).shapes.keys()


def test_a_long_chain_is_drawn_in_time_that_grows_with_it():
    names = [f"t{number}" for number in range(600)]
    source = diagram(tasks(" ".join(names)), [f"{one} {other}" for one, other in itertools.pairwise(names)])
    picture = pictures.look(layout.lay_out(source))
    assert all(len(points) == 2 for points in picture.edges.values())


# Texts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("ya", ["ya"]),
        ("Diteruskan ke Seksi?", ["Diteruskan ke", "Seksi?"]),
        ("Surat tiba di email Sanapati", ["Surat tiba di", "email Sanapati"]),
        ("", [""]),
    ],
)
def test_names_wrap_as_the_viewer_wraps_them(text, lines):
    assert [line.strip() for line in texts.wrap(text, 90, texts.OUTSIDE)[0]] == lines


def test_a_name_of_one_long_word_gets_room_for_it():
    assert texts.label("Pengadministrasi Umum")[0] > 90


# The judge -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda picture: picture.shapes.update(a=picture.shapes["c"]), "a lies on c"),
        (lambda picture: picture.edges["s_a"].insert(1, (0, 0)), "s_a is slanted"),
        (lambda picture: picture.edges["a_b"].__setitem__(0, (0, 0)), "a_b does not dock at a"),
        (lambda picture: picture.shapes.update(e=(500, 0, 600, 2000)), "x_a runs through e"),
        (lambda picture: picture.labels.update(s=picture.shapes["a"]), "the name of s lies on a"),
        (lambda picture: picture.labels.update(s=picture.labels["e"]), "the names of s and e overlap"),
    ],
)
def test_the_judge_sees_what_is_wrong(spoil, fault):
    picture = drawn(LETTER)
    spoil(picture)
    assert fault in pictures.faults(picture)
