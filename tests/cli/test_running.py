"""run and demo: a case walked to its end in the terminal."""

import json
import re

import pytest

from engine import config
from engine.bench import samples
from engine.cli import data, demos
from engine.people import access, users
from engine.runtime import deployments
from engine.store import db
from tests.cli.conftest import put

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="x">'
)


def process(body, lanes='<bpmn:lane id="l" name="Juru Tulis">{}</bpmn:lane>'):
    nodes = "".join(
        f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in re.findall(r'(?<!flow) id="(\w+)"', body)
    )
    return (
        f'{HEAD}<bpmn:process id="p" name="P" isExecutable="true"><bpmn:laneSet id="ls">{lanes.format(nodes)}'
        f"</bpmn:laneSet>{body}</bpmn:process></bpmn:definitions>"
    ).encode()


def flow(source, target):
    return f'<bpmn:sequenceFlow  id="{source}_{target}" sourceRef="{source}" targetRef="{target}" />'


def test_a_loop_ends_by_itself(lajur_json):
    run = lajur_json("run", "loop3", "--json")
    assert run["status"] == "completed"
    assert [move["node"] for move in run["moves"]][:2] == ["begin", "review"]
    assert run["moves"][-1]["values"]["n"] >= 3
    assert run["moves"][-1]["route"][-1]["target"] == "finish"
    assert run["moves"][1]["lane"] == "clerk"
    assert run["moves"][1]["person"] == "Juru Tulis"


def test_the_trace_shows_step_person_values_and_way(lajur):
    text = lajur("run", "loop3").stdout
    assert "1  Review   Juru Tulis [clerk]" in text
    assert "n = 1" in text
    assert "→ enough → finish   (n >= 3)" in text
    assert re.search(r"Completed after \d steps", text)


def test_answers_come_from_a_file(lajur_json, office_folder):
    (office_folder / "a.json").write_text(json.dumps({"review": [{"n": 1}, {"n": 2}, {"n": 5}]}))
    run = lajur_json("run", "loop3", "--answers", "a.json", "--json")
    assert [move["values"].get("n") for move in run["moves"]] == [None, 1, 2, 5]


def test_answers_that_the_form_refuses_are_said(lajur, office_folder):
    (office_folder / "a.json").write_text(json.dumps({"review": {"n": "many"}}))
    result = lajur("run", "loop3", "--answers", "a.json", code=1)
    assert "review" in result.stderr
    assert "n:" in result.stderr


def test_a_bad_file_of_answers_is_said(lajur, office_folder):
    (office_folder / "a.json").write_text("[]")
    assert "a.json" in lajur("run", "loop3", "--answers", "a.json", code=2).stderr


def test_lanes_that_the_office_does_not_have_get_somebody(lajur_json, office_folder):
    body = '<bpmn:startEvent id="s" /><bpmn:userTask id="a" name="A" /><bpmn:endEvent id="e" />'
    lanes = '<bpmn:lane id="l" name="Kepala Gudang">{}</bpmn:lane>'
    put(office_folder, {"p.bpmn": process(body + flow("s", "a") + flow("a", "e"), lanes)})
    run = lajur_json("run", "p", "--json")
    assert run["moves"][1]["person"] == "Kepala Gudang"


def test_another_tools_diagram_is_made_runnable(lajur, office_folder):
    body = '<bpmn:startEvent id="s" /><bpmn:task id="a" name="A" />' + flow("s", "a")
    (office_folder / "theirs.bpmn").write_bytes(
        process(body).replace(b'"true"', b'"false"').replace(b'id="p"', b'id="theirs"')
    )
    result = lajur("run", "theirs.bpmn", "--prepare", "--json")
    assert json.loads(result.stdout)["status"] == "completed"
    assert "warning" in result.stderr


def test_a_case_that_waits_for_no_person_is_said(lajur, office_folder):
    wait = '<bpmn:receiveTask id="w" messageRef="balasan"/>'
    body = f'<bpmn:startEvent id="s" />{wait}<bpmn:endEvent id="e" />{flow("s", "w")}{flow("w", "e")}'
    waiting = process(body).replace(b"<bpmn:process", b'<bpmn:message id="balasan" name="Balasan"/><bpmn:process')
    put(office_folder, {"p.bpmn": waiting})
    (office_folder / "answers.json").write_text("{}")
    assert "w (message)" in lajur("run", "p", "--answers", "answers.json", code=1).stderr


def test_what_a_case_waits_for_comes_by_itself_when_all_is_made_up(lajur_json, office_folder):
    wait = '<bpmn:receiveTask id="w" name="Tamu tiba" messageRef="tiba"/>'
    body = f'<bpmn:startEvent id="s" />{wait}<bpmn:endEvent id="e" />{flow("s", "w")}{flow("w", "e")}'
    waiting = process(body).replace(b"<bpmn:process", b'<bpmn:message id="tiba" name="tamu-tiba"/><bpmn:process')
    put(office_folder, {"p.bpmn": waiting})
    run = lajur_json("run", "p", "--json")
    assert [move["name"] for move in run["moves"]] == ["s", "Tamu tiba (told)"]
    assert run["status"] == "completed"


def test_what_only_time_starts_is_started(lajur_json, office_folder):
    monthly = (
        "<bpmn:timerEventDefinition><bpmn:timeCycle>R/2018-02-15T08:00/P1M</bpmn:timeCycle></bpmn:timerEventDefinition>"
    )
    body = (
        f'<bpmn:startEvent id="s" name="Tiap bulan">{monthly}</bpmn:startEvent><bpmn:userTask id="a" name="Periksa"/>'
        f'<bpmn:endEvent id="e" />{flow("s", "a")}{flow("a", "e")}'
    )
    put(office_folder, {"p.bpmn": process(body)})
    run = lajur_json("run", "p", "--json")
    assert [move["name"] for move in run["moves"]] == ["Tiap bulan", "Periksa"]


def test_a_diagram_with_errors_is_not_run(lajur, office_folder):
    (office_folder / "forms" / "loop.form").unlink()
    result = lajur("run", "loop3", code=1)
    assert "cannot be deployed" in result.stderr


def test_a_diagram_that_does_not_exist_is_said(lajur):
    assert "does not exist" in lajur("run", "nothing", code=2).stderr


# demo ----------------------------------------------------------------------------------------------------------------


def test_a_demo_needs_nothing_but_diagrams(lajur, office_folder):
    text = lajur("demo", "--no-serve").stdout
    assert "Deployed loop3 (version 1)." in text
    assert "completed after" in text
    assert re.search(r"clerk +\w+-\w+-\d\d +Juru Tulis", text)


def test_a_second_demo_keeps_everything_and_shows_no_password(lajur):
    first = lajur("demo", "--no-serve").stdout
    passwords = re.findall(r"\w{6}-\w{6}-\d\d", first)
    assert len(passwords) == 3
    second = lajur("demo", "--no-serve").stdout
    assert "kept" in second
    assert not any(password in second for password in passwords)
    assert "lajur users password" in second
    assert "0 problems" in lajur("history", "verify").stdout


def test_a_second_demo_keeps_what_an_analyst_has_deployed(lajur, office_folder):
    lajur("demo", "--no-serve")
    settings = config.Settings.from_environment()
    (file,) = (office_folder / "bpmn").glob("*.bpmn")
    changed = file.read_bytes().replace(b"</", b"\n</", 1)
    database = db.open(settings.database)
    with database.begin() as session:
        made = users.create(
            session, username="ani", name="Ani", password="kopi-tinutuan-1", roles=["analyst"], now=data.now()
        )
        actor = access.actor_of(session, made.id, data.now())
        office = config.read_office(settings.bpmn / "office.toml")
        deployments.deploy(session, {file.name: changed}, actor=actor, now=data.now(), office=office)
    database.close()
    assert f"{file.stem} stays at version 2 of Ani." in lajur("demo", "--no-serve").stdout
    assert "Deployed" not in lajur("demo", "--no-serve").stdout


def test_a_demo_plays_what_the_office_wrote(lajur, office_folder):
    put(office_folder, samples.line(10))
    play = {
        "people": {"clerk": "Sitti Aminah"},
        "roles": {"clerk": ["manager"]},
        "others": {"analis": {"name": "Anton", "roles": ["analyst"]}},
        "cases": [
            {"key": "linear10", "business_key": "Surat 7", "answers": {"task001": {"f1": "tujuh"}}},
            {"key": "linear10", "business_key": "Surat 8", "tasks": 1},
        ],
    }
    (office_folder / "bpmn" / "demo.json").write_text(json.dumps(play))
    text = lajur("demo", "--no-serve").stdout
    assert "Surat 7: linear10" in text
    assert "f1 = tujuh" in text
    assert "completed after 10 tasks" in text
    assert "Started Surat 8" in text
    assert re.search(r"clerk +\S+ +Sitti Aminah +Juru Tulis, manager", text)
    assert re.search(r"analis +\S+ +Anton +analyst", text)
    assert "Bendahara (1)" in text


@pytest.mark.parametrize("text", ["{", "[]", '{"cases": [{"name": "x"}]}', '{"more": 1}'])
def test_a_bad_play_is_said(lajur, office_folder, text):
    (office_folder / "bpmn" / "demo.json").write_text(text)
    assert "demo.json" in lajur("demo", "--no-serve", code=2).stderr


def test_diagrams_with_errors_stop_a_demo(lajur, office_folder):
    (office_folder / "forms" / "loop.form").unlink()
    result = lajur("demo", "--no-serve", code=1)
    assert "unknown-form" in result.stderr


def test_the_offices_own_play_is_whole():
    play = demos.read(config.shipped("bpmn") / "demo.json")
    office = config.read_office(config.shipped("bpmn") / "office.toml")
    assert play.people.keys() == {group.key for group in office.groups}
    assert play.cases[0].key == "sanapati-penerimaan"


@pytest.mark.parametrize("key", ["surat-masuk", "sanapati-penerimaan"])
def test_the_offices_own_sops_run_to_their_end(lajur_json, monkeypatch, key):
    monkeypatch.delenv("LAJUR_BPMN")
    monkeypatch.delenv("LAJUR_FORMS")
    run = lajur_json("run", key, "--json")
    assert run["status"] == "completed"
    assert all(move["lane"] for move in run["moves"])


def test_the_offices_own_demo_walks_a_sanapati_letter(lajur, monkeypatch):
    monkeypatch.delenv("LAJUR_BPMN")
    monkeypatch.delenv("LAJUR_FORMS")
    text = lajur("demo", "--no-serve").stdout
    for seen in (
        "Sanapati 217",
        "Sitti Aminah [OPERATOR TRANSMISI SANDI]",
        "Diteruskan kepada?: Kasi Persandian → Buat surat pengantar",
        "Yusuf Lahay [KASI PERSANDIAN]",
        "Sampaikan lewat Bagian Umum dan minta paraf – Bupati Boalemo",
        "Antar langsung ke alamat – RSUD Tani dan Nelayan",
        "completed after 10 tasks",
    ):
        assert seen in text


def test_timers_go_off_at_once_and_nothing_outside_is_called(lajur_json, office_folder):
    tomorrow = "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>"
    mail = (
        '<bpmn:serviceTask id="kabari" name="Kabari" camunda:type="external" camunda:topic="mail"><bpmn:extensionElements>'
        '<camunda:inputOutput><camunda:inputParameter name="to">"kadis@boalemo.go.id"</camunda:inputParameter>'
        '<camunda:inputParameter name="subject">"Surat"</camunda:inputParameter>'
        '<camunda:inputParameter name="text">"Ada surat"</camunda:inputParameter></camunda:inputOutput>'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )
    body = (
        '<bpmn:startEvent id="a"/>'
        f'<bpmn:intermediateCatchEvent id="besok">{tomorrow}</bpmn:intermediateCatchEvent>{mail}'
        '<bpmn:userTask id="catat" name="Catat"/><bpmn:endEvent id="z"/>'
        f"{flow('a', 'besok')}{flow('besok', 'kabari')}{flow('kabari', 'catat')}{flow('catat', 'z')}"
    )
    put(office_folder, {"p.bpmn": process(body)})
    run = lajur_json("run", "p", "--json")
    assert [move["node"] for move in run["moves"]] == ["a", "besok", "kabari", "catat"]
    assert run["status"] == "completed"
