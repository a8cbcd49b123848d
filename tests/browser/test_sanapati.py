"""A Sanapati message from the mailbox to the archive, by four people in four browsers, on each kind of database."""

import re

from playwright.sync_api import expect


def _fill(page, **values):
    for name, value in values.items():
        page.locator(f"[name='f.{name.replace('__', '.')}']").fill(value)


def _complete(page):
    page.get_by_role("button", name="Selesaikan tugas").last.click()


def _open(visitor, step, item=None):
    """Open a task of the inbox, claim it, and come out on its page."""
    page = visitor.page
    visitor.open("/?scope=groups")
    row = page.locator(".l-row", has_text=step)
    if item:
        row = row.filter(has_text=item)
    row.get_by_role("button", name=re.compile("Ambil")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(step)
    expect(page.locator("#flashes")).to_contain_text("Tugas ini sekarang milik Anda")


def test_a_letter_goes_its_whole_way(make_office, fresh_url, visit):
    office = make_office(fresh_url)
    key = "R-020/BSSN/XI/2026"
    sitti = visit(office, "sitti")
    _started(sitti, key)
    _examined(sitti.page)
    _addressed(sitti)
    # Both branches were taken: nobody gives an agenda number before the Kasi's covering letter is there.
    rahmat = visit(office, "rahmat")
    expect(rahmat.page.get_by_text("Agendakan surat dan beri nomor")).to_have_count(0)
    _covered(visit(office, "yusuf", viewport={"width": 360, "height": 740}))
    # One agenda number for the mixed letter.
    assert [task.name for task in office.open_tasks("rahmat")] == ["Agendakan surat dan beri nomor"]
    _noted(rahmat)
    # One task for each addressee: inside the compound through Bagian Umum, outside direct.
    nurdin = visit(office, "nurdin")
    _open(nurdin, "Antar langsung ke alamat", "Dinas Pendidikan")
    _delivered(nurdin.page, "Resepsionis Dinas Pendidikan")
    _open(rahmat, "Sampaikan lewat Bagian Umum dan minta paraf", "Bupati Boalemo")
    _delivered(rahmat.page, "Bagian Umum")
    _archived(rahmat.page)
    _looked_back(visit(office, "sri"), key)
    assert office.open_tasks("rahmat") == office.open_tasks("sitti") == office.open_tasks("yusuf") == ()


def _started(sitti, key):
    page = sitti.page
    page.locator(".l-nav").get_by_role("link", name="Mulai").click()
    page.get_by_role("link", name="Sanapati").click()
    page.get_by_label("Nomor berkas").fill(key)
    page.get_by_role("button", name="Mulai berkas").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Buka email Sanapati")
    expect(page.get_by_text("Membuka Email Sanapati")).to_be_visible()
    _fill(page, diterima_pada="2026-11-20T08:15", akun_pengirim="bssn@sanapati.go.id")
    _complete(page)


def _examined(page):
    """Choose the class first: it decides what else is asked, in place."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Teliti isi dan tujuan surat")
    expect(page.locator("[name='f.perihal']")).to_have_count(0)
    page.get_by_role("radio", name="Rahasia", exact=True).check()
    expect(page.locator("[name='f.kode_pengirim']")).to_be_visible()
    page.locator("[name='f.keamanan'][value='biasa']").check()
    _fill(
        page,
        nomor_surat="R-020/2026",
        tanggal_surat="2026-11-19",
        asal_surat="BSSN",
        perihal="Undangan rapat koordinasi <persandian>",
    )
    _complete(page)


def _addressed(sitti):
    """One addressee inside the compound, one outside who needs a covering letter."""
    page = sitti.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Cetak dan teruskan surat")
    rows = page.locator(".l-form-row")
    while rows.count() < 2:
        before = rows.count()
        page.get_by_role("button", name=re.compile("^Tambah")).click()
        expect(rows).to_have_count(before + 1)
    for row, name, kind, place in (
        (rows.nth(0), "Bupati Boalemo", "Bupati", "dalam"),
        (rows.nth(1), "Dinas Pendidikan", "OPD", "luar"),
    ):
        row.locator("[name$='.nama']").fill(name)
        row.locator("[name$='.jenis']").select_option(kind)
        row.locator(f"[name$='.lokasi'][value='{place}']").check()
    rows.nth(1).locator("[name$='.perlu_pengantar']").check()
    sitti.picture("addressees")
    sitti.judge()
    _complete(page)
    expect(page.locator("#flashes")).to_contain_text("Berkas diteruskan ke pelaksana lain")


def _covered(yusuf):
    _open(yusuf, "Buat surat pengantar")
    expect(yusuf.page.get_by_text("<persandian>").first).to_be_visible()
    _fill(yusuf.page, nomor_pengantar="045/12/SANDI", tanggal_pengantar="2026-11-20", isi_pengantar="Terlampir")
    yusuf.picture("covering-letter")
    yusuf.judge()
    _complete(yusuf.page)
    expect(yusuf.page.locator("#flashes")).to_contain_text("Berkas diteruskan ke pelaksana lain")


def _noted(rahmat):
    page = rahmat.page
    _open(rahmat, "Agendakan surat dan beri nomor")
    _fill(page, nomor_agenda="117", tanggal_agenda="2026-11-20")
    _complete(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Gandakan dan cap surat")
    _complete(page)  # forgotten: nothing is lost, the fields say what they want
    expect(page.get_by_role("alert")).to_contain_text("isian perlu diperbaiki")
    _fill(page, jumlah_rangkap="2")
    page.get_by_label("Cap asli").check()
    _complete(page)


def _delivered(page, to):
    _fill(page, kirim__tanggal="2026-11-21", kirim__diterima_oleh=to)
    page.locator("[name='f.kirim.tanda_terima']").check()
    _complete(page)


def _archived(page):
    expect(page.get_by_role("heading", level=1)).to_have_text("Arsipkan surat dan tanda terima")
    _fill(page, lokasi_arsip="Lemari 2, map 7")
    _complete(page)
    expect(page.locator("#flashes")).to_contain_text("Berkas ini tuntas")


def _looked_back(sri, key):
    """The manager sees the whole of it: who, when, in which capacity, and the data."""
    page = sri.page
    sri.open("/instances?status=completed")
    page.get_by_role("link", name=key).click()
    page.wait_for_selector("[data-drawn]")
    expect(page.locator("#data ~ *")).to_contain_text("Dinas Pendidikan")
    history = page.locator(".l-history")
    for name in ("Sitti Aminah Djafar", "Yusuf Lahay", "Rahmat Ishak", "Nurdin Ali", "Kasi Tata Kelola Persandian"):
        expect(history).to_contain_text(name)
    expect(history.locator("li", has_text="menuntaskan berkas")).to_have_count(1)
    sri.picture("finished-case")
    sri.judge()
