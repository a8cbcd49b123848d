"""Every page, on a phone in the dark and on a desk in the light: no violation, no overflow, a clean console."""

import pytest

from engine.runtime import definitions
from tests.browser.conftest import PASSWORD

SIZES = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 800}}
LOOKS = [("phone", "dark"), ("desk", "light")]
"""Room and colours do not depend on each other, so each is seen once."""
NOWHERE = "/tasks/0198f000-0000-7000-8000-000000000000"


def look(visitor, name):
    visitor.page.wait_for_load_state("networkidle")
    wide = visitor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    visitor.picture(name)
    assert wide <= 0, f"{name} is {wide} px wider than the screen"
    visitor.judge()


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_every_page_is_sound(office_at_work, visit, size, scheme):
    office = office_at_work
    visitor = visit(office, viewport=SIZES[size], color_scheme=scheme)
    page = visitor.page
    visitor.open("/login")
    look(visitor, f"login-{scheme}")
    page.locator("#username").fill("rahmat")
    page.locator("#password").fill("wrong")
    page.locator("form[action='/login'] button").click()
    look(visitor, f"login-wrong-{scheme}")
    page.locator("#password").fill(PASSWORD)
    page.locator("form[action='/login'] button").click()
    with office.database.read() as session:
        definition = definitions.latest(session, "sanapati-penerimaan").id
    late = next(task for task in office.open_tasks("rahmat") if task.business_key == "R-017/BSSN/XI/2026")
    for name, path in {
        "inbox": "/",
        "inbox-mine-empty": "/?scope=mine",
        "inbox-search-empty": "/?q=tidak-ada",
        "task": f"/tasks/{late.id}",
        "start-none": "/start",
        "cases": "/instances",
        "case": f"/instances/{late.instance_id}",
        "sops": "/definitions",
        "sop": f"/definitions/{definition}",
        "not-found": NOWHERE,
    }.items():
        visitor.open(path)
        if name in {"case", "sop"}:
            page.wait_for_selector("[data-drawn]")
        look(visitor, f"{name}-{scheme}")
    visitor.open(f"/tasks/{late.id}")
    page.get_by_role("button", name="Selesaikan tugas").last.click()
    look(visitor, f"task-wrong-{scheme}")
    visitor.open("/")
    page.locator("details[data-menu] summary").click()
    look(visitor, f"menu-{scheme}")
    page.get_by_role("button", name="English").click()
    page.wait_for_selector("html[lang=en]")
    look(visitor, f"inbox-english-{scheme}")


@pytest.mark.parametrize("size", SIZES)
def test_starting_is_sound(office_at_work, visit, size):
    visitor = visit(office_at_work, "sitti", viewport=SIZES[size])
    visitor.open("/start")
    look(visitor, "start")
    visitor.page.get_by_role("link", name="Sanapati").click()
    look(visitor, "start-one")


def test_a_zoom_of_200_percent_hides_nothing(office_at_work, visit):
    """200 % on a desk of 1280 px is a page of 640 px."""
    visitor = visit(office_at_work, "rahmat", viewport={"width": 640, "height": 400})
    for path in ("/", "/instances", "/definitions", "/start"):
        visitor.open(path)
        look(visitor, "zoom" + path.replace("/", "-"))


def test_no_object_is_polluted(office_at_work, visit):
    visitor = visit(office_at_work, "rahmat")
    (case, *_) = [task.instance_id for task in office_at_work.open_tasks("rahmat")]
    for path in ("/", f"/instances/{case}", "/definitions"):
        visitor.open(f"{path}?__proto__[x]=1&constructor.prototype.x=1")
        assert visitor.page.evaluate("({}).x") is None


def test_the_way_that_a_case_took_is_drawn_in_colour(office_at_work, visit):
    """Passed steps and flows are green, the open step is not, and what lies ahead stays as it was drawn."""
    visitor = visit(office_at_work, "fatma")
    case = office_at_work.start("surat-masuk", "fatma", steps=1)
    visitor.open(f"/instances/{case.id}")
    visitor.page.wait_for_selector("[data-drawn]")

    def stroke(element):
        drawn = visitor.page.locator(f"[data-element-id='{element}'] .djs-visual > :is(path, rect)").first
        return drawn.evaluate("drawn => getComputedStyle(drawn).stroke")

    ahead = stroke("Alur_Diparaf")
    assert stroke("Alur_Diterima") == stroke("Alur_Dicatat") != ahead
    assert stroke("TerimaSurat") not in {ahead, stroke("ParafDisposisi")}
    assert stroke("ArsipkanSurat") == ahead
