"""Timetables in words: only those are told that can be told whole."""

import pytest

from webui import timetables


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 7 * * 1-5", "Senin sampai Jumat pukul 07.00"),
        (" 30  8 * * * ", "setiap hari pukul 08.30"),
        ("0 8 * * 1", "setiap Senin pukul 08.00"),
        ("0 8 * * 0", "setiap Minggu pukul 08.00"),
        ("0 8 * * 7", "setiap Minggu pukul 08.00"),
        ("15 10 5 * *", "setiap tanggal 5 pukul 10.15"),
        ("0 9 17 8 *", "setiap tahun pada 17 Agustus pukul 09.00"),
        ("@hourly", "setiap jam"),
        ("@daily", "setiap hari"),
        ("@weekly", "setiap minggu"),
        ("@monthly", "setiap bulan"),
        ("@yearly", "setiap tahun"),
        ("*/5 * * * *", ""),
        ("0 8 1 * 1", ""),
        ("0 8 * 1 1", ""),
        ("0 8 31 2 *", ""),
        ("0 25 * * *", ""),
        ("0 8 * * 8", ""),
        ("0 8 ² * *", ""),
        ("0 8 1 13 *", ""),
        ("0 8 0 1 *", ""),
        ("R/P1D", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_what_is_simple_is_told(site, text, words):
    with site.test_request_context():
        assert timetables.told(text) == words
