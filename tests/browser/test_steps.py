"""The table of an SOP beside its diagram: on a phone and on a desk; each shows where the other's step is."""

import re
from uuid import UUID

import pytest

from engine.diagrams.layout import lay_out
from engine.people import access
from engine.runtime import deployments
from tests.browser.test_pages import SIZES, look
from tests.diagrams_made import linear, task

LANES = (
    "Pengadministrasi Umum",
    "Kasi Persandian",
    "Sekretaris",
    "Kepala Dinas",
    "Staf",
    "Operator Transmisi Sandi",
    "Kasie",
)
LONG = "Meneliti berkas usulan, mencocokkan dengan arsip yang ada, mencatat pada buku agenda dan meneruskan kepada pimpinan"


def _long():
    """An SOP as long as the office's longest: nineteen steps, seven lanes, each step with all its mutu baku."""
    steps = [
        task(
            f"langkah_{no}",
            LANES[no * 3 % 7],
            name=f"Periksa berkas {no}",
            no=str(no),
            kegiatan=f"{LONG} ({no})",
            kelengkapan="Surat masuk; Lembar disposisi; Buku agenda",
            waktu="15 menit",
            output="Surat yang sudah diperiksa; Lembar disposisi",
            keterangan="Lihat SOP Surat Keluar" if no % 5 == 0 else "",
        )
        for no in range(1, 20)
    ]
    return linear("panjang", *steps, name="Pengajuan Berkas Panjang")


@pytest.fixture
def sop(make_office, empty_url):
    office = make_office(empty_url)
    old = linear("lama", task("a", "Staf", no="1", kegiatan="Mengetik"), name="Pengajuan Berkas Lama").replace(
        b'isExecutable="true">',
        b'isExecutable="false"><bpmn:extensionElements><camunda:properties><camunda:property name="sop.digantikan_oleh" '
        b'value="panjang"/></camunda:properties></bpmn:extensionElements>',
    )
    files = {"panjang.bpmn": lay_out(_long()), "lama.bpmn": lay_out(old)}
    with office.database.begin() as session:
        made = deployments.deploy(session, files, actor=access.SYSTEM, now=office.now, office=office.office)
    return office, {each.key: each.id for each in made.created}


def _open(visitor, definition: UUID):
    visitor.open(f"/definitions/{definition}")
    visitor.page.wait_for_selector("[data-drawn]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_a_long_sop_is_readable(sop, visit, size, scheme):
    office, made = sop
    visitor = visit(office, "tamu", viewport=SIZES[size], color_scheme=scheme)
    _open(visitor, made["panjang"])
    look(visitor, f"sop-long-{scheme}")
    _open(visitor, made["lama"])
    look(visitor, f"sop-superseded-{scheme}")
    visitor.open("/definitions")
    look(visitor, f"sops-superseded-{scheme}")


def test_a_row_lights_its_step_and_a_step_its_row(sop, visit):
    office, made = sop
    visitor = visit(office, "tamu", viewport=SIZES["desk"])
    page = visitor.page
    _open(visitor, made["panjang"])
    row, step = page.locator("[data-elements='langkah_7']"), page.locator("[data-element-id='langkah_7']").first
    row.hover()
    assert "lajur-lit" in step.get_attribute("class")
    page.locator("h1").hover()
    assert "lajur-lit" not in step.get_attribute("class")
    step.scroll_into_view_if_needed()
    step.hover(force=True)
    assert "l-lit" in row.get_attribute("class")


def test_a_number_shows_its_step_while_the_diagram_stays_in_sight(sop, visit):
    office, made = sop
    visitor = visit(office, "tamu", viewport=SIZES["desk"])
    page = visitor.page
    _open(visitor, made["panjang"])
    number = page.get_by_role("link", name=re.compile("15$"))
    number.scroll_into_view_if_needed()
    number.focus()
    page.keyboard.press("Enter")
    host = page.locator("[data-diagram]").bounding_box()
    step = page.locator("[data-element-id='langkah_15']").first.bounding_box()
    assert host["y"] >= 0
    assert host["y"] + host["height"] <= SIZES["desk"]["height"]
    assert host["y"] <= step["y"] <= host["y"] + host["height"]
    assert step["width"] >= 75
    assert number.bounding_box()["y"] >= host["y"] + host["height"], "the focus is not under the diagram"
    assert "lajur-shown" in page.locator("[data-element-id='langkah_15']").first.get_attribute("class")
    visitor.picture("sop-number")
