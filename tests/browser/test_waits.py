"""The page of a case that waits, has failed or is suspended: on a phone and on a desk, in the light and in the dark."""

import pytest

from engine import config
from engine.diagrams.layout import lay_out
from engine.people import access
from engine.runtime import deployments
from engine.worker import Worker
from tests.browser.test_pages import LOOKS, SIZES, look
from tests.webui.errands import ERRAND, planned


@pytest.fixture
def errand(make_office, empty_url, tmp_path):
    """The office with an invitation that could not be mailed: no mail server is set."""
    office = make_office(empty_url)
    with office.database.begin() as session:
        files = {"undangan.bpmn": lay_out(ERRAND), "apel.bpmn": lay_out(planned("0 7 * * 1-5"))}
        made = deployments.deploy(session, files, actor=access.SYSTEM, now=office.now, office=office.office)
    office.definitions = {each.key: each for each in made.created}
    case = office.start("undangan", "fatma", business_key="005/1213/Bag.Umum")
    worker = Worker(office.database, config.Settings(var=tmp_path))
    worker.turn()
    worker.rest()
    worker.stop()
    worker.run()  # ends at once, and lets go of its threads
    return office, case


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_its_pages_are_sound(errand, visit, size, scheme):
    office, case = errand
    sri = visit(office, "sri", viewport=SIZES[size], color_scheme=scheme)
    page = sri.page

    def show(path, name):
        sri.open(path)
        if page.locator("[data-diagram]").count():
            page.wait_for_selector("[data-drawn]")
        look(sri, f"{name}-{scheme}")

    show(f"/instances/{case.id}", "case-incident")
    happened = page.get_by_role("button", name="Tunggu balasan: sudah terjadi").bounding_box()
    table = page.locator(".l-stack-steps").bounding_box()
    assert happened["x"] + happened["width"] <= table["x"] + table["width"]
    show("/instances", "cases-incident")
    show("/jobs", "jobs")
    show("/instances?status=failing", "cases-failing")
    show("/instances?status=suspended", "cases-none-suspended")
    show(f"/definitions/{office.definitions['apel'].id}", "sop-starts")
    show(f"/instances/{case.id}/cancel", "case-cancel")
    show(f"/instances/{case.id}/suspend", "case-suspend")
    page.get_by_label("Alasan").fill("Menunggu keputusan Bupati tentang tanggal acara.")
    page.get_by_role("button", name="Tangguhkan berkas").click()
    page.wait_for_url(f"{office.address}/instances/{case.id}")
    page.wait_for_selector("[data-drawn]")
    look(sri, f"case-suspended-{scheme}")
    show("/instances?status=suspended", "cases-suspended")
    for button in page.locator(".l-main .btn").all():
        assert button.bounding_box()["height"] >= 44


def test_a_manager_suspends_resumes_and_retries_by_keyboard_alone(errand, visit):
    office, case = errand
    sri = visit(office, "sri", viewport=SIZES["phone"])
    page = sri.page
    sri.open(f"/instances/{case.id}")
    page.get_by_role("button", name="Coba lagi").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Segera dicoba lagi").wait_for()
    page.get_by_role("link", name="Tangguhkan").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Alasan").focus()
    page.keyboard.type("Cuti bersama")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Berkas ini ditangguhkan").wait_for()
    page.get_by_role("button", name="Lanjutkan berkas").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Berkas dilanjutkan.").wait_for()
    assert page.get_by_role("heading", name="Berkas ini ditangguhkan").count() == 0


@pytest.mark.parametrize("size", SIZES)
def test_a_task_of_a_suspended_case_is_told_kindly(errand, visit, size):
    office, case = errand
    (task,) = [each for each in office.open_tasks("fatma") if each.instance_id == case.id]
    sri = visit(office, "sri")
    sri.open(f"/instances/{case.id}/suspend")
    sri.page.get_by_label("Alasan").fill("Menunggu keputusan")
    sri.page.get_by_role("button", name="Tangguhkan berkas").click()
    fatma = visit(office, "fatma", viewport=SIZES[size])
    fatma.open(f"/tasks/{task.id}")
    fatma.page.get_by_role("heading", name="Berkas ini sedang ditangguhkan").wait_for()
    look(fatma, "task-suspended")
    fatma.open(f"/instances/{case.id}")
    fatma.page.wait_for_selector("[data-drawn]")
    look(fatma, "case-suspended-seen")


def test_it_works_without_scripts(errand, visit):
    office, case = errand
    sri = visit(office, "sri", java_script_enabled=False)
    sri.open(f"/instances/{case.id}/suspend")
    sri.page.get_by_label("Alasan").fill("Menunggu keputusan")
    sri.page.get_by_role("button", name="Tangguhkan berkas").click()
    sri.page.get_by_role("button", name="Coba lagi").click()
    sri.page.get_by_role("button", name="Lanjutkan berkas").click()
    assert sri.page.get_by_role("heading", name="Berkas ini ditangguhkan").count() == 0
