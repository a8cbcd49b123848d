"""What a case waits for and what failed in it, as its page tells it; stopping it, letting it go on, trying again."""

import json
import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest

from engine import errors
from engine.jobs import incidents, signals
from engine.people import access
from engine.runtime import instances
from engine.store import models
from tests.webui.browsing import enter
from tests.webui.errands import planned

TOKEN = access.Actor(None, "srikandi", "SRIKANDI", roles=frozenset({"sender"}))


@pytest.fixture
def failed(errands):
    """An invitation whose mail could not be sent."""
    case = errands.start(business_key="005/17")
    errands.run()
    return case


def _page(house, case, who="sri"):
    return " ".join(unescape(enter(house.app, who).get(f"/instances/{case.id}").text).split())


def _states(page):
    return json.loads(re.search(r'data-states="([^>]*?)" data-zoom', page)[1])


def test_what_is_waited_for_is_told_with_its_time_and_its_key(house, errands):
    page = _page(house, errands.start(business_key="005/17"))
    assert "Susun acara – batas waktu" in page
    assert "menunggu sampai Rabu, 4 Maret 2026 pukul 08.30" in page
    assert "2 hari lagi" in page
    assert "menunggu pesan “Balasan” dengan kunci 005/17" in page
    assert "segera dikerjakan otomatis" in page
    assert "gagal berjalan otomatis" not in page
    assert _states(page)["balas"] == {"state": "waiting"}


def test_a_message_without_a_key_and_a_meeting_are_told(house, errands):
    case = errands.start()
    (found,) = house.inbox("fatma")
    house.complete("fatma", found.id)
    page = _page(house, case)
    assert re.search("menunggu pesan “Balasan” ?<", page)
    assert "Pertemuan cabang" in page
    assert "batas waktu" not in page


def test_an_incident_stands_at_the_top_in_the_readers_words(house, errands, failed, clock):
    clock.advance(hours=2)
    page = _page(house, failed)
    assert "1 hal gagal berjalan otomatis" in page
    assert "Kirim undangan" in page
    assert "Server surel belum diatur" in page
    assert "sejak 2 Maret 2026 pukul 08.30 (2 jam yang lalu)" in page
    assert "setelah 1 kali dicoba" in page
    assert "gagal dan tidak berlanjut dengan sendirinya" in page
    assert page.index("Server surel belum diatur") < page.index("Posisi pekerjaan")
    assert _states(page)["kirim"] == {"state": "error"}
    sri = enter(house.app, "sri")
    sri.post("/language", {"locale": "en", "next": "/"})
    assert "No mail server is set" in sri.get(f"/instances/{failed.id}").text


def test_who_may_not_retry_is_told_that_it_failed_but_not_why(house, failed):
    page = _page(house, failed, "fatma")
    assert "1 hal gagal berjalan otomatis" in page
    assert "Pengelola atau analis dapat meminta agar dicoba lagi" in page
    for secret in ("Server surel", "/retry", "/suspend", "/cancel"):
        assert secret not in page
    assert "/retry" in _page(house, failed, "anton")
    assert "/suspend" not in _page(house, failed, "anton")


def test_a_retry_is_one_click_and_comes_back_to_the_case(house, errands, failed):
    (job,) = [each for each in errands.view(failed).jobs if each.status == "failed"]
    sri = enter(house.app, "sri")
    answer = sri.post(f"/instances/{failed.id}/jobs/{job.id}/retry")
    assert (answer.status_code, answer.location) == (303, f"/instances/{failed.id}")
    page = sri.get(answer.location).text
    assert "Segera dicoba lagi" in page
    assert "gagal berjalan otomatis" not in page
    assert "meminta agar dicoba lagi" in page
    assert sri.post(f"/instances/{failed.id}/jobs/{job.id}/retry").status_code == 409
    errands.run()
    assert "1 hal gagal berjalan otomatis" in _page(house, failed)


def test_a_retry_of_another_cases_job_is_not_found_and_changes_nothing(house, errands, failed):
    (job,) = [each for each in errands.view(failed).jobs if each.status == "failed"]
    other = errands.start()
    sri = enter(house.app, "sri")
    assert sri.post(f"/instances/{other.id}/jobs/{job.id}/retry").status_code == 404
    assert sri.post(f"/instances/{other.id}/jobs/{uuid4()}/retry").status_code == 404
    assert errands.view(failed).instance.failing


def test_a_try_that_is_still_to_come_tells_why_the_last_one_failed(house, errands, clock):
    case = errands.start()
    (job,) = [each for each in errands.view(case).jobs if each.kind == "service"]
    with house.database.begin() as session:
        incidents.record(
            session,
            job.id,
            errors.ConnectorSlow(connector="http", host="contoh.go.id", seconds=5),
            now=clock(),
            backoff=errands.worker._backoff,
            chance=errands.worker._chance,
        )
    page = _page(house, case)
    assert "dicoba lagi Senin, 2 Maret 2026 pukul 08.30" in page
    assert "Percobaan terakhir gagal: contoh.go.id tidak menjawab dalam 5 detik." in page
    assert "contoh.go.id" not in _page(house, case, "fatma")


def test_suspending_asks_for_a_reason_and_the_page_tells_it(house, errands, clock):
    case = errands.start()
    sri = enter(house.app, "sri")
    assert "Tangguhkan berkas" in sri.get(f"/instances/{case.id}/suspend").text
    answer = sri.post(f"/instances/{case.id}/suspend", {"reason": "  "})
    assert answer.status_code == 422
    assert "Tuliskan alasannya" in answer.text
    answer = sri.post(f"/instances/{case.id}/suspend", {"reason": "Menunggu <b>keputusan</b>"})
    assert (answer.status_code, answer.location) == (303, f"/instances/{case.id}")
    clock.advance(days=3)
    errands.run()
    page = _page(house, case)
    assert "Berkas ini ditangguhkan" in page
    assert "Alasan: Menunggu <b>keputusan</b>" in page
    assert "<b>keputusan</b>" not in sri.get(f"/instances/{case.id}").text
    assert "Sri Wahyuni · 2 Maret 2026 pukul 08.30 (3 hari yang lalu)" in page
    assert "menunggu sampai berkas dilanjutkan" in page
    assert "menangguhkan berkas" in page
    sri = enter(house.app, "sri")  # a sign-in does not last three days
    assert sri.get(f"/instances/{case.id}/suspend").location == f"/instances/{case.id}"
    assert sri.post(f"/instances/{case.id}/suspend", {"reason": "lagi"}).status_code == 409
    assert house.inbox("fatma") == ()
    assert sri.post(f"/instances/{case.id}/resume").location == f"/instances/{case.id}"
    errands.run()
    page = _page(house, case)
    assert "Berkas ini ditangguhkan" not in page
    assert "melanjutkan berkas" in page
    assert "waktunya tiba" in page
    assert sri.post(f"/instances/{case.id}/resume").status_code == 409


def test_a_task_of_a_suspended_case_says_so_kindly(house, errands):
    case = errands.start()
    (found,) = house.inbox("fatma")
    fatma = enter(house.app, "fatma")
    errands.act(instances.suspend, case.id, reason="Menunggu keputusan")
    answer = fatma.get(f"/tasks/{found.id}")
    assert answer.status_code == 409
    assert "Berkas ini sedang ditangguhkan" in answer.text
    assert "kembali ke kotak tugas" in answer.text
    assert "tidak disimpan" not in answer.text
    answer = fatma.post(f"/tasks/{found.id}", {"seen": "1"})
    assert answer.status_code == 409
    assert "Yang Anda kirim tidak disimpan" in answer.text
    assert f'href="/tasks/{found.id}"' not in fatma.get(f"/instances/{case.id}").text


@pytest.mark.parametrize("suspended", [False, True])
def test_cancelling_asks_for_a_reason_and_ends_it(house, errands, failed, suspended):
    if suspended:
        errands.act(instances.suspend, failed.id)
    sri = enter(house.app, "sri")
    assert "tidak dapat dilanjutkan lagi" in sri.get(f"/instances/{failed.id}/cancel").text
    assert sri.post(f"/instances/{failed.id}/cancel").status_code == 422
    assert sri.post(f"/instances/{failed.id}/cancel", {"reason": "Batal"}).status_code == 303
    page = _page(house, failed)
    assert "membatalkan berkas" in page
    assert "Alasan: Batal" in page
    assert "gagal berjalan otomatis" not in page
    assert "/suspend" not in page
    assert sri.get(f"/instances/{failed.id}/cancel").status_code == 303
    assert sri.post(f"/instances/{failed.id}/cancel", {"reason": "lagi"}).status_code == 409


@pytest.mark.parametrize("who", ["fatma", "tamu", "kadis"])
def test_employees_stop_and_retry_nothing(cabin, cabin_errands, who):
    case = cabin_errands.start()
    cabin_errands.run()
    (job,) = [each for each in cabin_errands.view(case).jobs if each.status == "failed"]
    person = enter(cabin.app, who)
    for path in ("suspend", "cancel", "resume", f"jobs/{job.id}/retry"):
        answer = person.post(f"/instances/{case.id}/{path}", {"reason": "Iseng"})
        assert answer.status_code == 403, path
        assert person.post(f"/instances/{uuid4()}/{path}", {"reason": "Iseng"}).status_code == 403, path
    for path in ("suspend", "cancel"):
        assert person.get(f"/instances/{case.id}/{path}").status_code == 403
    view = cabin_errands.view(case)
    assert view.instance.status == "active"
    assert view.instance.failing


def test_analysts_retry_but_stop_nothing(cabin, cabin_errands):
    case = cabin_errands.start()
    cabin_errands.run()
    (job,) = [each for each in cabin_errands.view(case).jobs if each.status == "failed"]
    anton = enter(cabin.app, "anton")
    for path in ("suspend", "cancel", "resume"):
        assert anton.post(f"/instances/{case.id}/{path}", {"reason": "Iseng"}).status_code == 403
    assert anton.post(f"/instances/{case.id}/jobs/{job.id}/retry").status_code == 303


def test_nothing_is_done_without_the_pages_token(cabin, cabin_errands):
    case = cabin_errands.start()
    cabin_errands.run()
    (job,) = [each for each in cabin_errands.view(case).jobs if each.status == "failed"]
    sri = enter(cabin.app, "sri")
    for path in ("suspend", "cancel", "resume", f"jobs/{job.id}/retry"):
        answer = sri.post(f"/instances/{case.id}/{path}", {"reason": "Iseng", "csrf_token": "forged"})
        assert answer.status_code == 400, path
    assert cabin_errands.view(case).instance.status == "active"


def test_the_list_finds_cases_in_trouble_and_suspended_ones(house, errands):
    sri = enter(house.app, "sri")
    assert "Bermasalah" not in sri.get("/instances").text
    assert "Tidak ada berkas yang bermasalah" in sri.get("/instances?status=failing").text
    sound, failing = errands.start(business_key="sehat"), errands.start(business_key="sakit")
    errands.act(instances.suspend, sound.id)
    errands.run()
    page = sri.get("/instances").text
    assert "Bermasalah" in page
    assert page.count("bermasalah</span>") == 1
    found = sri.get("/instances?status=failing").text
    assert "sakit" in found
    assert "sehat" not in found
    found = sri.get("/instances?status=suspended").text
    assert "sehat" in found
    assert "sakit" not in found
    assert failing.id != sound.id
    assert "status=failing" not in enter(house.app, "fatma").get("/instances").text


def test_history_tells_what_came_about_by_itself(house, errands, clock):
    errands.deploy(apel=planned("0 7 * * 1-5"))
    sent = errands.send("Surat masuk", "17", actor=TOKEN)
    errands.act(signals.send, "Sirene", data={}, actor=TOKEN)
    clock.advance(days=1)
    errands.run()
    with house.database.read() as session:
        rows = session.execute(models.instances.select().order_by(models.instances.c.id)).all()
    pages_ = {row.id: _page(house, row) for row in rows}
    by_message = pages_.pop(sent.instance_id)
    assert "oleh pesan “Surat masuk” dari SRIKANDI" in by_message
    assert "berkas dimulai oleh pesan “Surat masuk”" in by_message
    assert by_message.count("SRIKANDI") == 2
    by_signal, by_timer = pages_.values()
    assert "oleh sinyal “Sirene” dari SRIKANDI" in by_signal
    assert "berkas dimulai otomatis sesuai jadwal" in by_timer
    assert "2 Maret 2026" not in by_timer


def test_a_message_that_came_is_told_with_its_sender(house, errands):
    case = errands.start(business_key="005/17")
    errands.send("Balasan", "005/17", actor=TOKEN)
    page = _page(house, case)
    assert "pesan “Balasan” diterima" in page
    assert "SRIKANDI" in page
    assert "menunggu pesan" not in page


def _tell(page):
    return re.search(r'action="(/instances/[^"]+/waits/[^"]+)"', page)


def test_people_of_the_lane_say_that_it_has_happened(house, errands):
    case = errands.start(business_key="005/17")
    fatma = enter(house.app, "fatma")
    page = fatma.get(f"/instances/{case.id}").text
    assert "Tunggu balasan: sudah terjadi" in page
    path = _tell(page)[1]
    assert fatma.post(path, {"csrf_token": "forged"}).status_code == 400
    answer = fatma.post(path)
    (task,) = house.inbox("fatma")
    assert (answer.status_code, answer.location) == (303, f"/tasks/{task.id}")
    assert "Dicatat. Langkah berikutnya dari berkas ini bagian Anda." in fatma.get(answer.location).text
    page = _page(house, case)
    assert "menyatakan bahwa ini sudah terjadi" in page
    assert "Fatma Hulopi · Staf" in page
    assert "menunggu pesan" not in page
    answer = fatma.post(path)
    assert answer.status_code == 409
    assert "Berkas ini tidak lagi menunggu hal ini" in answer.text


def test_a_manager_says_it_and_is_back_at_the_case(house, errands):
    case = errands.start()
    sri = enter(house.app, "sri")
    path = _tell(sri.get(f"/instances/{case.id}").text)[1]
    answer = sri.post(path)
    assert (answer.status_code, answer.location) == (303, f"/instances/{case.id}")
    assert "Dicatat. Berkas berlanjut." in sri.get(answer.location).text


def test_who_only_looks_and_whose_case_is_suspended_say_nothing(house, errands):
    case = errands.start()
    assert _tell(enter(house.app, "anton").get(f"/instances/{case.id}").text) is None
    errands.act(instances.suspend, case.id)
    assert _tell(enter(house.app, "sri").get(f"/instances/{case.id}").text) is None


def test_a_definition_tells_what_starts_it(house, errands):
    (apel,) = errands.deploy(apel=planned("0 7 * * 1-5")).created
    page = " ".join(enter(house.app, "fatma").get(f"/definitions/{apel.id}").text.split())
    assert "Senin sampai Jumat pukul 07.00; berikutnya Selasa, 3 Maret 2026 pukul 07.00" in page
    assert "23 jam lagi" in page
    assert "saat pesan “Surat masuk” diterima" in page
    assert "saat sinyal “Sirene” diterima" in page
    errands.deploy(apel=planned("@daily"))
    assert "dimulai otomatis" not in enter(house.app, "fatma").get(f"/definitions/{apel.id}").text


def test_nothing_is_told_of_what_has_ended(house, errands, clock):
    case = errands.start()
    clock.now += timedelta(days=9)
    errands.act(instances.cancel, case.id)
    page = _page(house, case)
    assert "menunggu sampai" not in page
    assert "menunggu pesan" not in page
    assert "/suspend" not in page
