import pytest

from engine.diagrams import checking, reading
from tests.diagrams.drawing import END, START, bpmn, codes, lane, lanes, letter, properties, read, task, way


def in_lane(name, content=None):
    return lanes(lane("l", name, "catat")) + (content or letter())


def call(called, key="panggil", content=""):
    return letter(f'<bpmn:callActivity id="{key}" calledElement="{called}">{content}</bpmn:callActivity>', key)


def named(source, name):
    return {(each.code, each.element) for each in checking.check(reading.read(source), name=name)}


# Versions ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["latest", "start"])
def test_a_call_chooses_its_version(version):
    content = call("sanapati", content=properties(call_version=version))
    assert codes(content, processes=["sanapati"]) == codes(content, processes=["sanapati"], severity="warning") == set()


def test_a_version_is_one_of_two():
    assert codes(call("sanapati", content=properties(call_version="3"))) == {("bad-version-called", "panggil")}
    assert ("unknown-called", "panggil") in codes(call("lain", content=properties(call_version="latest")), processes=[])


def test_a_version_without_a_call_of_another_file_means_nothing():
    own = call("surat-masuk", content=properties(call_version="latest"))
    assert ("idle-version-called", "panggil") in codes(own, severity="warning")
    plain = letter(task("catat", content=properties(call_version="latest")))
    assert ("idle-version-called", "catat") in codes(plain, severity="warning")


# Keys ----------------------------------------------------------------------------------------------------------------


def test_the_process_id_is_the_file_name():
    assert ("key-not-file-name", "surat-masuk") in named(bpmn(letter()), "surat-keluar")
    assert named(bpmn(letter()), "surat-masuk") == {("no-lane", "catat")}


@pytest.mark.parametrize("key", ["surat masuk", "../surat", "x?admin=1", "s" * 101, "sürat"])
def test_a_key_is_plain(key):
    assert ("bad-key", key) in named(bpmn(letter(), key=key), None)


def test_a_process_must_be_executable():
    assert ("not-executable", "surat-masuk") in named(bpmn(letter(), attributes=""), None)
    others = '<bpmn:process id="lain"><bpmn:complexGateway id="g"/></bpmn:process>'
    found = named(bpmn(letter(), others), None)
    assert ("other-process", "lain") in found
    assert ("unsupported", "g") not in found


# People --------------------------------------------------------------------------------------------------------------


def test_a_task_needs_a_lane_where_it_is_deployed(office):
    assert ("no-lane", "catat") in codes(letter(), severity="warning")
    assert ("no-lane", "catat") in codes(letter(), lanes=office.group_of)
    assert ("no-lane", "catat") in codes(lanes(lane("l", "STAF")) + letter())
    assert codes(letter(task("catat", attributes='camunda:candidateGroups="staf"')), lanes=office.group_of) == set()


def test_a_lane_needs_a_group(office):
    assert codes(in_lane("STAF"), lanes=office.group_of) == set()
    assert codes(in_lane("  staf "), lanes=office.group_of) == set()
    assert codes(in_lane("Bagian Hukum"), lanes=office.group_of) == {("lane-without-group", "l")}
    assert codes(in_lane("Bagian Hukum")) == set()


def test_a_lane_around_others_needs_none(office):
    content = lanes(lane("l0", "Sekretariat", inner=lane("l", "STAF", "catat"))) + letter()
    assert codes(content, lanes=office.group_of) == set()
    assert codes(content, severity="warning", lanes=office.group_of) == set()


def test_a_nameless_lane_is_refused_once():
    assert codes(in_lane(" ")) == {("lane-unnamed", "l")}
    assert codes(in_lane("\u200b")) == {("lane-unnamed", "l")}


def test_a_lane_of_two_alphabets_is_told_of():
    assert ("lane-of-mixed-letters", "l") in codes(in_lane("K\u0430si Persandian"), severity="warning")


def test_two_lanes_for_one_task_are_refused():
    content = lanes(lane("l", "STAF", "catat"), lane("m", "KADIS", "catat")) + letter()
    assert codes(content) == {("two-lanes", "catat")}


@pytest.mark.parametrize(
    ("attributes", "severity", "code"),
    [
        ('camunda:assignee="budi"', "warning", "ignored-people"),
        ('camunda:candidateUsers="budi,ani"', "warning", "ignored-people"),
        ('camunda:assignee="${kepala}"', "error", "foreign-people"),
        ('camunda:candidateGroups="*"', "error", "bad-group"),
        ('camunda:candidateGroups="${x}"', "error", "foreign-people"),
    ],
)
def test_people_are_chosen_by_lanes(attributes, severity, code):
    assert (code, "catat") in codes(in_lane("STAF", letter(task("catat", attributes=attributes))), severity=severity)


# Names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [(" ", "no-name"), ("\u200b", "no-name"), ("\u3164", "no-name"), ("Setujui\u202ekalot", "hidden-in-name"), ("a" * 61, "long-name")],
)  # fmt: skip
def test_names_are_seen_and_short(name, code):
    assert (code, "catat") in codes(in_lane("STAF", letter(task("catat", name))), severity="warning")


def test_ordinary_names_are_fine():
    name = "Ma'ruf &amp; &quot;Kawan&quot; &lt;segera&gt; 50% {ya} #1"
    assert codes(in_lane("STAF", letter(task("catat", name))), severity="warning") == set()


# Forms and calls -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "/etc/passwd", "file:///x", "a/b", "..", "embedded:app:x", "__proto__", "%2e%2e"]
)
def test_a_form_key_is_a_key(key):
    assert ("bad-form-key", "catat") in codes(letter(task("catat", attributes=f'camunda:formKey="{key}"')))


def test_a_form_must_exist():
    content = letter(task("catat", attributes='camunda:formKey="agenda"'))
    assert codes(content) == set()
    assert codes(content, forms={}) == {("unknown-form", "catat")}
    assert codes(content, forms={"agenda": ()}) == set()
    assert ("empty-form-key", "catat") in codes(content.replace("agenda", ""), severity="warning")


def test_only_people_fill_in_forms():
    content = letter('<bpmn:sendTask id="kirim" messageRef="m" camunda:formKey="agenda"/>', "kirim")
    assert ("idle-form", "kirim") in codes(content, '<bpmn:message id="m" name="M"/>', severity="warning")


def test_a_called_process_must_exist():
    assert codes(call("sanapati")) == set()
    assert codes(call("sanapati"), processes=[]) == {("unknown-called", "panggil")}
    assert codes(call("sanapati"), processes=["sanapati"]) == set()
    assert codes(call("../x")) == {("bad-called", "panggil")}
    assert codes(call("${x}")) == {("bad-called", "panggil")}


def test_a_called_process_must_be_able_to_start():
    other = '<bpmn:process id="sanapati" {}><bpmn:startEvent id="m2">{}</bpmn:startEvent></bpmn:process>'
    executable, message = 'isExecutable="true"', '<bpmn:messageEventDefinition messageRef="m"/>'
    named = '<bpmn:message id="m" name="M"/>'
    assert codes(call("sanapati"), other.format(executable, "")) == set()
    assert codes(call("sanapati"), other.format("", "")) == {("cannot-be-called", "panggil")}
    assert codes(call("sanapati"), named + other.format(executable, message)) == {("cannot-be-called", "panggil")}


def test_a_circle_of_calls_is_told_of():
    other = '<bpmn:process id="sanapati" isExecutable="true"><bpmn:startEvent id="m2"/>{}</bpmn:process>'
    calls = '<bpmn:callActivity id="balik" calledElement="surat-masuk"/>' + way("m2", "balik")
    assert ("call-cycle", "panggil") in codes(call("sanapati"), other.format(calls), severity="warning")
    assert ("call-cycle", "panggil") not in codes(call("sanapati"), other.format(""), severity="warning")
    assert ("call-cycle", "panggil") in codes(call("surat-masuk"), severity="warning")


# SOP data ------------------------------------------------------------------------------------------------------------

STEP = {"sop_no": "1", "sop_kelengkapan": "Surat; Pulpen", "sop_waktu": "5 menit", "sop_output": "Surat tercatat"}


def step(**changes):
    return letter(task("catat", content=properties(**{**STEP, **changes})))


def sop(content, **identity):
    found = properties(sop_nama="Surat Masuk", sop_nomor="800/1", **identity)
    return {each for each in codes(found + content, severity="warning") if each[0] != "no-lane"}


def test_a_numbered_step_needs_its_mutu_baku():
    assert sop(step()) == set()
    assert sop(step(sop_waktu="")) == {("no-mutu-baku", "catat")}
    assert sop(letter()) == set()


def test_a_waktu_that_is_no_duration_is_told_of():
    found = codes(step(sop_waktu="sesuai kebutuhan"), severity="info")
    assert found == {("unclear-waktu", "catat")}
    assert codes(step(sop_waktu="30 menit - 3 jam"), severity="info") == set()


def test_the_identity_needs_name_and_number():
    assert ("no-identity", "surat-masuk") in codes(step(), severity="warning")


def test_properties_have_known_names_and_lists_their_joint():
    assert sop(step(sop_biaya="0")) == {("unknown-property", "catat")}
    assert sop(step(sop_kelengkapan="Surat;Pulpen")) == {("bad-list", "catat")}
    assert sop(step(), sop_peringatan="Terlambat;") == {("bad-list", "surat-masuk")}
    assert sop(step(), sop_warna="biru") == {("unknown-property", "surat-masuk")}


def test_other_properties_are_nobodys_business():
    assert sop(letter(task("catat", content=properties(lain_x="1")))) == set()
    assert read(START + END).process.properties == {}
