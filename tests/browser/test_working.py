"""How it feels to work: by keyboard alone, without JavaScript, two at once, searching, and what is drawn in place."""

import re

from playwright.sync_api import expect

from tests.browser.test_pages import SIZES, look


def test_a_task_is_done_by_keyboard_alone(office_at_work, visit):
    visitor = visit(office_at_work)
    page, keys = visitor.page, visitor.page.keyboard
    visitor.open("/login")
    expect(page.locator("#username")).to_be_focused()
    keys.type("rahmat")
    keys.press("Tab")
    keys.type("kopi-tinutuan-2026")
    keys.press("Enter")
    page.wait_for_url(f"{visitor.address}/")
    keys.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    keys.press("Enter")
    keys.press("Tab")
    expect(page.locator("#q")).to_be_focused()
    _tab_to(page, page.get_by_role("link", name="Agendakan surat dan beri nomor"))
    keys.press("Enter")
    _tab_to(page, page.locator("[name='f.nomor_agenda']"))
    keys.type("118")
    _tab_to(page, page.get_by_role("button", name="Selesaikan tugas").last)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Gandakan dan cap surat")


def _tab_to(page, target, most=40):
    for _ in range(most):
        if target.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not reach it")


def test_the_menu_closes_as_menus_do(office_at_work, visit):
    page = visit(office_at_work, "rahmat").page
    summary, leave = page.locator("details[data-menu] summary"), page.get_by_role("button", name="Keluar")
    summary.click()
    expect(leave).to_be_visible()
    page.keyboard.press("Escape")
    expect(leave).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.get_by_role("heading", level=1).click()
    expect(leave).to_be_hidden()
    summary.click()
    leave.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Masuk")


def test_searching_draws_the_list_in_place(office_at_work, visit):
    visitor = visit(office_at_work, "rahmat")
    page = visitor.page
    page.evaluate("window.same = true")
    page.locator("#q").press_sequentially("r-018")
    expect(page.locator(".l-row")).to_have_count(1)
    expect(page.locator(".l-row")).to_contain_text("R-018")
    expect(page).to_have_url(re.compile("q=r-018"))
    page.locator("#q").fill("tidak ada")
    expect(page.get_by_text("Tidak ada tugas yang cocok")).to_be_visible()
    assert page.evaluate("window.same")


def test_everything_works_without_javascript(office_at_work, visit):
    visitor = visit(office_at_work, "rahmat", java_script_enabled=False)
    page = visitor.page
    page.locator("#q").fill("R-018")
    page.get_by_role("button", name="Cari").click()
    expect(page.locator(".l-row")).to_have_count(1)
    page.locator(".l-row").get_by_role("button", name=re.compile("Ambil")).click()
    expect(page.locator("#flashes")).to_contain_text("milik Anda")
    page.locator("[name='f.nomor_agenda']").fill("119")
    page.get_by_role("button", name="Selesaikan tugas").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gandakan dan cap surat")
    page.locator("details[data-menu] summary").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_two_at_one_task_see_a_clear_page_and_lose_no_word(office_at_work, visit):
    task = next(each for each in office_at_work.open_tasks("rahmat") if each.business_key == "R-018/BSSN/XI/2026")
    people = [visit(office_at_work, name) for name in ("rahmat", "nurdin")]
    for number, visitor in enumerate(people):
        visitor.open(f"/tasks/{task.id}")
        visitor.page.locator("[name='f.nomor_agenda']").fill(f"12{number} dari <saya>")
    for visitor in people:
        visitor.page.get_by_role("button", name="Selesaikan tugas").last.click()
        visitor.page.wait_for_load_state()
    late = people[1]
    expect(late.page.get_by_role("heading", level=1)).to_have_text("Keadaan sudah berubah")
    expect(late.page.get_by_label("Nomor agenda")).to_have_value("121 dari <saya>")
    late.picture("conflict")
    late.judge()


def test_a_double_click_sends_once(office_at_work, visit):
    visitor = visit(office_at_work, "rahmat")
    task = next(each for each in office_at_work.open_tasks("rahmat") if each.business_key == "R-018/BSSN/XI/2026")
    visitor.open(f"/tasks/{task.id}")
    page = visitor.page
    page.locator("[name='f.nomor_agenda']").fill("122")
    page.get_by_role("button", name="Selesaikan tugas").last.dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gandakan dan cap surat")


def test_the_diagram_shows_where_the_work_is(office_at_work, visit):
    visitor = visit(office_at_work, "rahmat")
    late = next(each for each in office_at_work.open_tasks("rahmat") if each.business_key == "R-017/BSSN/XI/2026")
    visitor.open(f"/instances/{late.instance_id}")
    page = visitor.page
    page.wait_for_selector("[data-drawn]")
    expect(page.locator(f"[data-element-id='{late.node}'].lajur-late")).to_have_count(1)
    expect(page.locator(".lajur-done").first).to_be_attached()
    page.get_by_role("button", name="Perbesar").click()


def test_what_was_typed_is_kept_when_the_session_is_over(office_at_work, visit):
    visitor = visit(office_at_work, "rahmat")
    task = next(each for each in office_at_work.open_tasks("rahmat") if each.business_key == "R-018/BSSN/XI/2026")
    visitor.open(f"/tasks/{task.id}")
    page = visitor.page
    page.locator("[name='f.nomor_agenda']").fill("123 yang lama diketik")
    page.context.clear_cookies()
    page.get_by_role("button", name="Selesaikan tugas").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sesi Anda sudah berakhir")
    expect(page.get_by_label("Nomor agenda")).to_have_value("123 yang lama diketik")
    visitor.judge()


def test_what_was_typed_is_there_after_the_page_is_gone(office_at_work, visit):
    """Without a click: the page keeps it by itself, and a colleague is told who is at it."""
    task = next(each for each in office_at_work.open_tasks("rahmat") if each.business_key == "R-017/BSSN/XI/2026")
    rahmat, nurdin = visit(office_at_work, "rahmat", viewport=SIZES["phone"]), visit(office_at_work, "nurdin")
    rahmat.open(f"/tasks/{task.id}")
    field = rahmat.page.locator("form.l-form input[type=text]").first
    field.fill("217/SANAPATI")
    rahmat.page.get_by_text("Draf tersimpan").wait_for()
    rahmat.open("/")
    rahmat.open(f"/tasks/{task.id}")
    assert rahmat.page.locator("form.l-form input[type=text]").first.input_value() == "217/SANAPATI"
    look(rahmat, "task-draft")
    nurdin.open(f"/tasks/{task.id}")
    nurdin.page.get_by_text("Rahmat Ishak juga sedang mengisi tugas ini.").wait_for()
    look(nurdin, "task-others")
    rahmat.page.get_by_role("button", name="Buang draf").click()
    assert rahmat.page.locator("form.l-form input[type=text]").first.input_value() == ""


def test_a_task_goes_to_a_colleague_and_back(office_at_work, visit):
    task = next(each for each in office_at_work.open_tasks("rahmat") if each.business_key == "R-017/BSSN/XI/2026")
    rahmat = visit(office_at_work, "rahmat", viewport=SIZES["phone"])
    rahmat.open(f"/tasks/{task.id}")
    rahmat.page.get_by_role("button", name="Ambil").first.click()
    rahmat.page.get_by_text("Tindakan lain untuk tugas ini").click()
    look(rahmat, "task-actions")
    rahmat.page.get_by_role("link", name="Serahkan …").click()
    look(rahmat, "hand-over")
    rahmat.page.locator("#anybody").select_option("yusuf")
    rahmat.page.get_by_role("button", name="Serahkan").last.click()
    rahmat.page.get_by_text("Tugas sudah diserahkan.").wait_for()
    yusuf = visit(office_at_work, "yusuf")
    yusuf.open(f"/tasks/{task.id}")
    yusuf.page.get_by_text("Tindakan lain untuk tugas ini").click()
    yusuf.page.get_by_label("Kembalikan kepada Rahmat Ishak").fill("Bukan bagian saya.")
    look(yusuf, "task-handed-over")
    yusuf.page.get_by_role("button", name="Kembalikan ke pemilik").click()
    yusuf.page.get_by_text("Tugas sudah kembali").wait_for()
