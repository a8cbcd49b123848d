"""An incoming letter from the reception to the archive, on each kind of database."""

from playwright.sync_api import expect


def _do(visitor, step, fill):
    """Open a task of one's group, fill its form in and complete it."""
    page = visitor.page
    visitor.open("/?scope=groups")
    page.locator(".l-row", has_text=step).get_by_role("link", name=step).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(step)
    fill(page)
    page.get_by_role("button", name="Selesaikan tugas").last.click()
    expect(page.locator("#flashes")).to_contain_text("Selesai.")


def test_an_incoming_letter_is_disposed_and_archived(make_office, fresh_url, visit):
    office = make_office(fresh_url)
    fatma = visit(office, "fatma")
    page = fatma.page
    fatma.open("/start/surat-masuk")
    page.get_by_label("Nomor berkas").fill("005/1213/Bag.Umum")
    page.get_by_role("button", name="Mulai berkas").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Terima dan catat surat")
    page.locator("[name='f.keamanan'][value='biasa']").check()
    _plausible(page)
    page.get_by_role("button", name="Selesaikan tugas").last.click()
    expect(page.locator("#flashes")).to_contain_text("Selesai.")

    _do(visit(office, "sri"), "Siapkan dan paraf lembar disposisi", _plausible)
    kadis = visit(office, "kadis", viewport={"width": 360, "height": 740}, has_touch=True)
    _do(kadis, "Telaah dan disposisikan surat", _disposed)
    _do(visit(office, "sri"), "Serahkan surat ke Seksi", _plausible)
    _do(visit(office, "kasie"), "Tindak lanjuti disposisi", _plausible)
    _do(fatma, "Arsipkan surat masuk", _plausible)
    expect(page.locator("#flashes")).to_contain_text("Berkas ini tuntas")
    fatma.open("/instances?status=completed")
    expect(page.get_by_role("link", name="005/1213/Bag.Umum")).to_be_visible()


def _disposed(page):
    """Hand the letter to one Seksi: the list of them comes once that is chosen."""
    page.get_by_label("Teruskan ke Seksi").check()
    page.get_by_label("Seksi Statistik").check()
    page.get_by_label("Proses lebih lanjut").check()


def _plausible(page):
    """Fill every empty required control with something, as often as answers open other questions."""
    for _ in range(4):
        page.wait_for_load_state("networkidle")
        for control in page.locator("#task-form [required]:not([type=hidden])").all():
            kind = control.get_attribute("type") or control.evaluate("it => it.tagName.toLowerCase()")
            if kind in {"radio", "checkbox"}:
                name = control.get_attribute("name")
                if not page.locator(f"[name='{name}']:checked").count():
                    control.check()
            elif kind == "select":
                if not control.input_value():
                    control.select_option(index=1)
            elif not control.input_value():
                numeric = control.get_attribute("inputmode") == "numeric"
                control.fill(
                    {"date": "2026-11-20", "datetime-local": "2026-11-20T08:00"}.get(kind, "2" if numeric else "Isi")
                )
