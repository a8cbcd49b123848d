"""The office of the shipped diagrams: a group behind every lane that its twenty SOPs name."""

import re

import pytest

from tests.sops import walking

# lane names as the booklet prints them, broken words joined, without those that differ in letter case only
LANES = {
    "kadis": ["KADIS", "Kepala Dinas", "Kakan"],
    "sekretaris": ["SEKRETARIS", "Sekretaris Dinas", "(kolom tanpa judul)"],
    "kabid": ["Kabid"],
    "kabid-kominfo": ["Kabid kominfo"],
    "kabid-statistik": ["Kabid Statistik"],
    "kasie": ["KASIE", "kasubag/Kasi"],
    "kasi-jaringan": ["Kasi Jaringan"],
    "kasi-persandian": ["KASI PERSANDIAN"],
    "kasi-statistik": ["Kasi Statistik"],
    "kasubag-perencanaan": [
        "Kasubag. Perencanaan dan Kepegawaian",
        "Kasubag Perencanaan",
        "Kasubag. Perencanaan",
        "Kasubag. Kepegawaian",
    ],
    "tu": ["TU"],
    "staf": ["STAF"],
    "staf-tu": ["Staf TU"],
    "staf-teknis": ["Staf Teknis"],
    "pengadministrasi-umum": ["PENGADMINISTRASI UMUM", "Pengad. Umum", "Pengadministrasi (Umum)"],
    "petugas-administrasi": ["Petugas Administrasi", "Petugas Adm."],
    "petugas-media-center": ["Petugas M Center", "Petugas Media Center"],
    "operator-sandi": ["OPERATOR TRANSMISI SANDI"],
    "teknisi": ["Teknisi"],
    "caraka": ["Caraka"],
    "bendahara": ["BENDAHARA"],
    "pptk": ["PPTK"],
    "tim-anggaran": ["Tim Anggaran"],
    "tim-penyusun": ["Tim Penyusun"],
    "pns": ["PNS Ybs"],
    "pemohon": ["PEMOHON"],
    "pengguna": ["User/Pengguna"],
}


@pytest.mark.parametrize("group", LANES)
def test_every_lane_of_the_twenty_sops_has_its_group(group):
    assert {walking.office().group_of(lane) for lane in LANES[group]} == {group}


def test_there_is_no_group_without_a_lane():
    assert [group.key for group in walking.office().groups if group.key not in LANES] == []


def test_keys_can_stand_in_addresses():
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", group.key) for group in walking.office().groups)


def test_the_office_keeps_the_time_of_central_indonesia():
    assert walking.office().zone.key == "Asia/Makassar"
