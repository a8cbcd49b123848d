"""An analyst draws what waits, what a machine does and what is sent, and never sees the XML that says so."""

import re

import pytest
from lxml import etree
from playwright.sync_api import expect

from engine.diagrams import markup
from tests.browser.test_modeler import SIZES, group, open_modeler, select

B, C = f"{{{markup.BPMN}}}", f"{{{markup.CAMUNDA}}}"
SHAPES = {  # id -> element, what is in it, where it is drawn: x, y, width, height
    "Masuk": ("startEvent", "<bpmn:messageEventDefinition/>", (200, 182, 36, 36)),
    "Harian": ("startEvent", "<bpmn:timerEventDefinition/>", (200, 282, 36, 36)),
    "Kirim": ("serviceTask", "", (300, 160, 100, 80)),
    "Beritahu": ("sendTask", "", (440, 160, 100, 80)),
    "Jawaban": ("receiveTask", "", (580, 160, 100, 80)),
    "Periksa": ("userTask", "", (300, 270, 100, 80)),
    "Panggil": ("callActivity", "", (440, 270, 100, 80)),
    "Tunggu": ("intermediateCatchEvent", "<bpmn:timerEventDefinition/>", (580, 292, 36, 36)),
    "Kabar": ("intermediateThrowEvent", "<bpmn:messageEventDefinition/>", (650, 292, 36, 36)),
    "Selesai": ("endEvent", "<bpmn:messageEventDefinition/>", (720, 292, 36, 36)),
}


def drawing(**inside):
    """Give a diagram of one of each, not connected: the panel asks for no flow."""
    nodes, shapes = [], []
    for key, (kind, event, (x, y, width, height)) in SHAPES.items():
        nodes.append(f'<bpmn:{kind} id="{key}" name="{key}">{inside.get(key, "")}{event}</bpmn:{kind}>')
        bounds = f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/>'
        shapes.append(f'<bpmndi:BPMNShape id="{key}_di" bpmnElement="{key}">{bounds}</bpmndi:BPMNShape>')
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="{markup.BPMN}" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
  xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:camunda="{markup.CAMUNDA}" id="d" targetNamespace="http://lajur">
  <bpmn:process id="surat-tugas" isExecutable="true">{"".join(nodes)}</bpmn:process>
  <bpmndi:BPMNDiagram id="di"><bpmndi:BPMNPlane id="plane" bpmnElement="surat-tugas">{"".join(shapes)}</bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram></bpmn:definitions>"""


@pytest.fixture
def office(make_office, empty_url):
    return make_office(empty_url)


@pytest.fixture
def page(office, visit):
    page = open_modeler(visit(office, "anton"), "/modeler/new?key=surat-tugas")
    load(page, drawing())
    return page


def load(page, source):
    file = {"name": "surat-tugas.bpmn", "mimeType": "application/xml", "buffer": source.encode()}
    page.locator("[data-modeler-open]").set_input_files(file)
    expect(page.locator("[data-modeler-status]")).to_have_text("surat-tugas.bpmn dibuka.")


def saved(page):
    """Give the file that the analyst would keep, parsed."""
    with page.expect_download() as download:
        page.locator("[data-modeler-save]").click()
    return etree.fromstring(download.value.path().read_bytes())


def element(page, key):
    """Give an element as it would be saved."""
    (found,) = saved(page).iterfind(f".//{B}*[@id='{key}']")
    return found


def said(node):
    """Give all that an element says in Camunda's namespace: attributes, properties, parameters, retries."""
    found = {etree.QName(name).localname: value for name, value in node.attrib.items() if name.startswith(C)}
    for each in node.iterfind(f"{B}extensionElements//{C}*"):
        kind, text = etree.QName(each).localname, (each.text or "").strip()
        if kind == "property":
            found[each.get("name")] = each.get("value")
        elif kind in ("inputParameter", "outputParameter"):
            found[f"{kind[:-9]} {each.get('name')}"] = text
        elif kind not in ("properties", "inputOutput"):
            found[kind] = text
    return found


def listed(page, title):
    """Give a group of the panel that lists items, open or not."""
    return page.locator(".bio-properties-panel-group").filter(has_text=re.compile(f"^{title}"))


def fill(within, label, text):
    field = within.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Tab")


def undo(page):
    page.locator("[data-modeler-undo]").click()


def test_a_service_task_has_its_connector_given_what_it_asks_for(page):
    select(page, "Kirim")
    connector = group(page, "Konektor")
    assert connector.get_by_label("Percobaan").count() == 0
    connector.get_by_label("Dikerjakan oleh").select_option("mail")
    expect(connector.locator("label")).to_contain_text(["to (wajib)", "subject (wajib)"])

    fill(connector, "to (wajib)", 'if count(penerima) < 2 then "umum@boalemo.go.id" else penerima')
    fill(connector, "subject (wajib)", '"Surat " + nomor')
    fill(connector, "Percobaan", "R5/PT10M")
    wanted = {
        "type": "external",
        "topic": "mail",
        "input to": 'if count(penerima) < 2 then "umum@boalemo.go.id" else penerima',
        "input subject": '"Surat " + nomor',
        "failedJobRetryTimeCycle": "R5/PT10M",
    }
    assert said(element(page, "Kirim")) == wanted

    load(page, etree.tostring(saved(page), encoding="unicode"))
    select(page, "Kirim")
    expect(group(page, "Konektor").get_by_label("subject (wajib)")).to_have_value('"Surat " + nomor')
    fill(group(page, "Konektor"), "subject (wajib)", "")
    assert said(element(page, "Kirim")) == {key: text for key, text in wanted.items() if key != "input subject"}
    undo(page)
    assert said(element(page, "Kirim")) == wanted


def test_another_connector_keeps_no_input_that_it_does_not_know_and_none_keeps_nothing(page):
    select(page, "Kirim")
    connector = group(page, "Konektor")
    choice = connector.get_by_label("Dikerjakan oleh")
    choice.select_option("mail")
    fill(connector, "to (wajib)", "penerima")
    choice.select_option("http")
    assert said(element(page, "Kirim")) == {"type": "external", "topic": "http"}
    undo(page)
    assert said(element(page, "Kirim"))["input to"] == "penerima"
    choice.select_option("")
    assert said(element(page, "Kirim")) == {}
    assert element(page, "Kirim").find(f"{B}extensionElements") is None


def test_a_connector_takes_the_place_of_code_that_nobody_here_would_run(page):
    code = 'id="Kirim" implementation="##WebService" camunda:class="id.go.Surat" camunda:resultVariable="r"'
    load(page, drawing().replace('id="Kirim"', code, 1))
    select(page, "Kirim")
    group(page, "Konektor").get_by_label("Dikerjakan oleh").select_option("mail")
    task = element(page, "Kirim")
    assert (said(task), task.get("implementation")) == ({"type": "external", "topic": "mail"}, None)


def test_what_the_file_has_beyond_the_panel_is_shown_and_can_be_taken_away(page):
    strange = (
        '<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="nomor">faks</camunda:inputParameter>'
        '<camunda:inputParameter name="daftar"><camunda:list/></camunda:inputParameter></camunda:inputOutput>'
        "</bpmn:extensionElements>"
    )
    source = drawing(Kirim=strange).replace('id="Kirim"', 'id="Kirim" camunda:type="external" camunda:topic="faks"', 1)
    load(page, source)
    select(page, "Kirim")
    connector = group(page, "Konektor")
    expect(connector.get_by_label("Dikerjakan oleh").locator("option:checked")).to_have_text("faks (tidak dikenal)")
    fill(connector, "daftar (tidak dikenal)", "lampiran")
    fill(connector, "nomor (tidak dikenal)", "")
    assert said(element(page, "Kirim")) == {"type": "external", "topic": "faks", "input daftar": "lampiran"}


def test_results_are_listed_changed_and_removed_by_keyboard(page):
    select(page, "Kirim")
    group(page, "Konektor").get_by_label("Dikerjakan oleh").select_option("http")
    results = listed(page, "Hasil yang disimpan di berkas")
    adding = results.get_by_title("Tambah butir")
    adding.press("Enter")
    name = results.get_by_label("Variabel")
    expect(name).to_be_focused()
    first = name.input_value()
    page.keyboard.type("jawaban")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("if status = 200 then body else null")
    page.keyboard.press("Tab")
    assert first
    assert said(element(page, "Kirim"))["output jawaban"] == "if status = 200 then body else null"

    results.get_by_title("Buka atau tutup butir").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(adding).to_be_focused()
    assert said(element(page, "Kirim")) == {"type": "external", "topic": "http"}


def test_a_send_task_says_what_it_sends_to_whom_and_with_what(page):
    select(page, "Beritahu")
    message = group(page, "Pesan")
    message.get_by_label("Pesan yang mana").select_option(label="Buat baru …")
    expect(message.get_by_label("Nama", exact=True)).to_have_value("Beritahu")
    fill(message, "Nama", "Surat tugas terbit")
    fill(message, "Kunci pesan", "nomor_surat")
    content = listed(page, "Isi pesan")
    content.get_by_title("Tambah butir").click()
    fill(content, "Nama", "jumlah")
    fill(content, "Nilai (FEEL)", "count(penerima)")

    task = element(page, "Beritahu")
    assert said(task) == {"message.key": "nomor_surat", "input jumlah": "count(penerima)"}
    (sent,) = saved(page).findall(f"{B}message")
    assert (task.get("messageRef"), sent.get("name")) == (sent.get("id"), "Surat tugas terbit")

    select(page, "Jawaban")
    waiting = group(page, "Pesan")
    waiting.get_by_label("Pesan yang mana").select_option(label="Surat tugas terbit")
    fill(waiting, "Kunci pesan", "nomor")
    assert said(element(page, "Jawaban")) == {"message.key": "nomor"}
    assert element(page, "Jawaban").get("messageRef") == sent.get("id")


@pytest.mark.parametrize(("key", "carries"), [("Masuk", False), ("Kabar", True), ("Selesai", True)])
def test_message_events_have_a_key_and_those_that_send_have_content(page, key, carries):
    select(page, key)
    fill(group(page, "Pesan"), "Kunci pesan", "nomor_surat")
    assert said(element(page, key)) == {"message.key": "nomor_surat"}
    content = listed(page, "Isi pesan")
    assert content.count() == carries
    if carries:
        content.get_by_title("Tambah butir").click()
        fill(content, "Nama", "hasil")
        fill(content, "Nilai (FEEL)", '"selesai"')
        assert said(element(page, key)) == {"message.key": "nomor_surat", "input hasil": '"selesai"'}


@pytest.mark.parametrize(
    ("key", "kind", "text", "example"),
    [
        ("Harian", "timeCycle", "0 8 * * 1-5", "@daily"),
        ("Harian", "timeDate", "2026-03-31T08:00", "2026-03-31T08:00"),
        ("Tunggu", "timeDuration", 'duration("P1D") * jumlah_hari', "PT30M"),
    ],
)
def test_a_timer_is_told_in_iso_8601_feel_or_cron(page, key, kind, text, example):
    select(page, key)
    timer = group(page, "Waktu")
    timer.get_by_label("Jenis").select_option(kind)
    expect(timer.locator(".lajur-examples")).to_contain_text(example)
    fill(timer, {"timeCycle": "Berulang", "timeDate": "Tanggal dan jam", "timeDuration": "Lama waktu"}[kind], text)
    assert element(page, key).findtext(f"{B}timerEventDefinition/{B}{kind}") == text
    assert (timer.get_by_text("tidak memulai apa pun").count() == 1) == (key == "Harian")
    assert page.get_by_text("Formulir tugas ini").count() == 0  # nobody is there to fill it in


def test_a_call_activity_says_which_version_it_calls(page):
    select(page, "Panggil")
    call = group(page, "SOP yang dipanggil")
    fill(call, "Kunci SOP yang dipanggil", "surat-masuk")
    version = call.get_by_label("Versi yang dipakai")
    expect(version.locator("option:checked")).to_have_text("Tetap sejak berkas dimulai")
    version.select_option(label="Terbaru saat dipanggil")
    called = element(page, "Panggil")
    assert (called.get("calledElement"), said(called)) == ("surat-masuk", {"call.version": "latest"})
    version.select_option(label="Tetap sejak berkas dimulai")
    assert said(element(page, "Panggil")) == {}


def test_a_call_activity_hands_over_what_feel_says(page):
    select(page, "Panggil")
    handed = listed(page, "Data yang diserahkan")
    handed.get_by_title("Tambah butir").click()
    handed.get_by_label("Jenis").select_option(label="Sumber: FEEL")
    fill(handed, "Sumber: FEEL", "count(lampiran)")
    fill(handed, "Nama di tujuan", "jumlah")
    assert handed.get_by_text("Local").count() == 0
    (mapped,) = element(page, "Panggil").iter(f"{C}in")
    assert dict(mapped.attrib) == {"sourceExpression": "count(lampiran)", "target": "jumlah"}


def test_a_user_task_has_a_due_date(page):
    select(page, "Periksa")
    due = group(page, "Tenggat")
    expect(due).to_contain_text("dihitung dari Waktu pada mutu baku")
    fill(due, "Tenggat", 'tanggal_rapat - duration("P1D")')
    assert said(element(page, "Periksa")) == {"dueDate": 'tanggal_rapat - duration("P1D")'}


def test_a_copy_says_the_same_and_changes_alone(page):
    select(page, "Kirim")
    connector = group(page, "Konektor")
    connector.get_by_label("Dikerjakan oleh").select_option("mail")
    fill(connector, "to (wajib)", "penerima")
    fill(connector, "Percobaan", "R2/PT1M")
    original = said(element(page, "Kirim"))

    page.locator("[data-modeler] svg[tabindex]").focus()
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    canvas = page.locator("[data-modeler]").bounding_box()
    empty = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] - 80
    page.mouse.move(*empty, steps=9)
    expect(page.locator(".djs-dragger").first).to_be_visible()
    page.mouse.click(*empty)
    copy = next(each for each in saved(page).iter(f"{B}serviceTask") if each.get("id") != "Kirim")
    assert said(copy) == original

    fill(group(page, "Konektor"), "to (wajib)", "pengirim")
    assert said(element(page, copy.get("id")))["input to"] == "pengirim"
    assert said(element(page, "Kirim")) == original


def test_what_only_a_connector_uses_goes_when_the_task_becomes_another(page):
    select(page, "Kirim")
    connector = group(page, "Konektor")
    connector.get_by_label("Dikerjakan oleh").select_option("mail")
    fill(connector, "to (wajib)", "penerima")
    fill(group(page, "Mutu Baku"), "Waktu", "5 menit")
    original = said(element(page, "Kirim"))

    page.locator("[data-action='replace']").click()
    page.locator("[data-id='replace-with-send-task']").click()
    assert said(element(page, "Kirim")) == {"sop.waktu": "5 menit"}
    undo(page)
    assert said(element(page, "Kirim")) == original


@pytest.mark.parametrize("size", SIZES)
def test_the_panel_is_sound_on_a_phone_and_on_a_desk(office, visit, size):
    visitor = visit(office, "anton", viewport=SIZES[size])
    page = open_modeler(visitor, "/modeler/new?key=surat-tugas")
    load(page, drawing())
    for key, title in {"Kirim": "Konektor", "Selesai": "Pesan", "Harian": "Waktu"}.items():
        select(page, key)
        within = group(page, title)
        if key == "Kirim":
            within.get_by_label("Dikerjakan oleh").select_option("mail")
        if key == "Selesai":
            within.get_by_label("Pesan yang mana").select_option(label="Buat baru …")
            page.get_by_title("Tambah butir").click()
        if key == "Harian":
            within.get_by_label("Jenis").select_option("timeCycle")
        expect(within.locator(".bio-properties-panel-input").last).to_be_visible()
        visitor.picture(f"modeler-{key.lower()}")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        visitor.judge()
