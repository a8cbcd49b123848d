"""Forms in a real browser: with htmx, without JavaScript, on a phone, judged by axe."""

import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

import webui
from tests.webui import forms_app

DIST = Path(webui.__file__).parent / "static" / "dist"
AXE = Path(webui.__file__).parent / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def address():
    app = forms_app.make(forms_app.kitchen_sink(), {"asal": "Bupati", "agenda": "17"}, assets=str(DIST), protected=True)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium, address):
    """A page whose console stays clean."""
    page = chromium.new_page()
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(address)
    page.evaluate("window.same = true")
    yield page
    # A form that is not valid is answered with 422, which Chromium reports; favicons are the product's affair.
    assert not [text for text in said if not re.search(r"status of (422|404)", text)]
    page.close()


def test_conditions_are_drawn_anew_in_place(page):
    page.get_by_label("Perihal").fill("Undangan")
    page.get_by_label("Surel").fill("a@contoh.go.id")
    page.get_by_role("radio", name="Segera").check()
    reason = page.get_by_label("Alasan segera")
    expect(reason).to_be_visible()
    expect(page.get_by_role("radio", name="Segera")).to_be_focused()
    reason.fill("besok")
    page.get_by_role("radio", name="Ordinary").check()
    expect(reason).to_be_hidden()
    page.get_by_role("radio", name="Segera").check()
    expect(reason).to_have_value("besok")
    expect(page.get_by_label("Perihal")).to_have_value("Undangan")
    expect(page.get_by_label("Surel")).to_have_value("a@contoh.go.id")
    assert page.evaluate("window.same")


def test_typing_goes_on_while_the_page_is_drawn_anew(page):
    page.get_by_label("Tempat").select_option("luar")
    page.get_by_label("Letter number").focus()
    page.keyboard.type("005/12/2026", delay=20)
    expect(page.get_by_label("Kurir")).to_be_visible()
    expect(page.get_by_label("Letter number")).to_have_value("005/12/2026")
    expect(page.get_by_label("Letter number")).to_be_focused()


def test_rows_come_and_go_in_place_and_keep_what_is_in_them(page):
    page.set_input_files("#f-pindaian", {"name": "surat.pdf", "mimeType": "application/pdf", "buffer": b"x"})
    for name in ("Sekretaris", "Camat"):
        page.get_by_role("button", name="Add Penerima").click()
        expect(page.get_by_label("Jabatan (required)").last).to_be_focused()
        page.keyboard.type(name)
        page.get_by_label("Perlu surat pengantar").last.check()
        page.get_by_label("Tempat").last.select_option("dalam")
    page.get_by_role("button", name="Remove Penerima 1").click()
    expect(page.get_by_label("Jabatan (required)")).to_have_count(2)
    expect(page.get_by_role("button", name="Add Penerima")).to_be_focused()
    assert [one.input_value() for one in page.get_by_label("Jabatan (required)").all()] == ["Sekretaris", "Camat"]
    assert [one.is_checked() for one in page.get_by_label("Perlu surat pengantar").all()] == [True, True]
    assert [one.input_value() for one in page.get_by_label("Tempat").all()] == ["dalam", "dalam"]
    assert page.evaluate("document.querySelector('#f-pindaian').files.length") == 1
    assert page.evaluate("window.same")


def test_enter_sends_and_errors_take_the_focus(page):
    page.get_by_label("Jumlah dana").fill("abc")
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Jumlah dana").click()
    expect(page.get_by_label("Jumlah dana")).to_be_focused()
    expect(page.get_by_label("Jumlah dana")).to_have_value("abc")
    summary.get_by_role("link", name="Sifat").click()
    expect(page.get_by_role("radio", name="Ordinary")).to_be_focused()


@pytest.mark.parametrize("state", ["fresh", "wrong", "readonly"])
def test_axe_finds_nothing(page, address, state):
    if not AXE.exists():
        pytest.skip("axe-core is not installed")
    if state == "wrong":
        page.locator("form button.btn-primary").click()
        expect(page.get_by_role("alert")).to_be_visible()
    if state == "readonly":
        page.goto(f"{address}?readonly=1")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    assert not [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("path", ["", "?readonly=1"])
def test_nothing_is_wider_than_a_phone(page, address, path):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_everything_works_without_javascript(chromium, address):
    page = chromium.new_page(java_script_enabled=False)
    page.goto(address)
    page.get_by_label("Perihal").fill("Undangan")
    page.get_by_role("radio", name="Segera").check()
    page.get_by_role("button", name="Show the questions that follow").click()
    expect(page.get_by_label("Alasan segera")).to_be_visible()
    page.get_by_role("button", name="Add Penerima").click()
    expect(page.get_by_label("Jabatan (required)")).to_have_count(2)
    expect(page.get_by_label("Jabatan (required)").last).to_be_focused()
    page.get_by_role("button", name="Remove Penerima 1").click()
    expect(page.get_by_label("Jabatan (required)")).to_have_count(1)
    expect(page.get_by_label("Perihal")).to_have_value("Undangan")
    page.get_by_role("button", name="Send").last.click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.close()
