"""The library as a whole: all twenty SOPs of the office and its two periodic checks, each walked, worded and in order."""

import importlib
import json
import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import cli, config
from engine.cli import tables
from engine.diagrams import sop
from tests.sops import walking

# the lanes in the order of the source's columns; a name that the scan broke is joined
LANES = {
    "surat-keluar": ["KADIS", "Sekretaris", "KASIE", "STAF"],
    "surat-masuk": ["KADIS", "SEKRETARIS", "KASIE", "Staf"],
    "tamu-pimpinan": ["Staf TU", "TU", "Kakan"],
    "pengajuan-spd": ["Kadis", "Sekretaris", "BENDAHARA", "Staf"],
    "karpeg-karis-karsu-tu": ["KAKAN", "TU", "Staf TU"],
    "kenpak-berkala": ["KAKAN", "TU", "Staf TU"],
    "laporan-realisasi-fisik-keuangan": ["KADIS", "Sekretaris", "PPTK", "Staf"],
    "kenaikan-pangkat-pns": [
        "Kepala Dinas",
        "Sekretaris",
        "Kasubag. Perencanaan dan Kepegawaian",
        "Petugas Administrasi",
        "Caraka",
        "PNS Ybs",
    ],
    "administrasi-surat-dinas-keluar": [
        "Kepala Dinas",
        "Sekretaris",
        "Kabid",
        "kasubag/Kasi",
        "Petugas Administrasi",
        "Caraka",
    ],
    "penyusunan-rencana-kegiatan": ["Kepala Dinas", "Sekretaris", "Tim Anggaran", "Kasubag Perencanaan", "PPTK"],
    "karpeg-karis-karsu-kepegawaian": ["KADIS", "Kasubag. Kepegawaian", "Staf"],
    "lakip": ["Pengadministrasi (Umum)", "Staf Teknis", "Kasubag. Perencanaan", "Sekretaris", "Tim Penyusun", "Kadis"],
    "penitipan-server": ["Teknisi", "Petugas Adm.", "Kasi Jaringan", "Kabid kominfo", "Sekretaris", "Kepala Dinas"],
    "media-center-pengguna-eksternal": [
        "User/Pengguna",
        "Teknisi",
        "Petugas M Center",
        "Kasi Jaringan",
        "Kabid kominfo",
        "Sekretaris",
        "Kepala Dinas",
    ],
    "pengelolaan-media-center-2018": [
        "Teknisi",
        "Petugas Media Center",
        "Kasi Jaringan",
        "Kabid kominfo",
        "(kolom tanpa judul)",
        "Kepala Dinas",
    ],
    "pengelolaan-media-center-2017": [
        "Teknisi",
        "Petugas Media Center",
        "Kasi Jaringan",
        "Kabid kominfo",
        "(kolom tanpa judul)",
        "Kepala Dinas",
    ],
    "jaringan-lan": ["Teknisi", "Petugas Adm.", "Kasi Jaringan", "Kabid kominfo", "Sekretaris", "Kepala Dinas"],
    "sanapati-penerimaan": ["OPERATOR TRANSMISI SANDI", "PENGADMINISTRASI UMUM", "KASI PERSANDIAN"],
    "sanapati-pengiriman": ["PEMOHON", "PENGADMINISTRASI UMUM", "OPERATOR TRANSMISI SANDI"],
    "layanan-data-sektoral": [
        "Pemohon",
        "Pengad. Umum",
        "Staf",
        "Kasi Statistik",
        "Sekretaris Dinas",
        "Kabid Statistik",
        "Kadis",
    ],
}
TWENTY = tuple(LANES)
CHECKS = ("pemeriksaan-server", "pemeliharaan-jaringan-lan")
"""Small processes that the warnings of two SOPs ask for; no SOPs of the booklet."""
SUPERSEDED = "pengelolaan-media-center-2017"
NUMBERS = {
    **{key: range(1, 8) for key in ("surat-keluar", "kenpak-berkala", "sanapati-penerimaan", "sanapati-pengiriman")},
    **{key: range(1, 7) for key in ("surat-masuk", "karpeg-karis-karsu-tu", "karpeg-karis-karsu-kepegawaian")},
    **{key: range(1, 9) for key in ("tamu-pimpinan", "kenaikan-pangkat-pns", "administrasi-surat-dinas-keluar")},
    **{key: range(1, 9) for key in ("penyusunan-rencana-kegiatan", "media-center-pengguna-eksternal")},
    # the source prints no step 6
    **dict.fromkeys(("pengajuan-spd", "laporan-realisasi-fisik-keuangan"), (1, 2, 3, 4, 5, 7)),
    "lakip": range(1, 20),
    "penitipan-server": range(1, 6),
    "pengelolaan-media-center-2018": range(1, 6),
    "pengelolaan-media-center-2017": range(1, 6),
    "jaringan-lan": range(1, 4),
    "layanan-data-sektoral": range(1, 10),
}
PRINTED = Path(__file__).parent / "printed"


def module_of(key):
    return importlib.import_module(f"tests.sops.test_{key.replace('-', '_')}")


@cache
def walked(key):
    return tuple(walk() for walk in module_of(key).WALKS)


def printed(key):
    return json.loads((PRINTED / f"{key}.json").read_text(encoding="utf-8"))


def calls(key):
    return {node.called for node in walking.diagram(key).process.nodes() if node.called}


def test_the_library_is_the_twenty_and_the_two_checks():
    shipped = {file.stem for file in config.shipped("bpmn").glob("*.bpmn")}
    assert shipped == {*TWENTY, *CHECKS}
    assert len(TWENTY) == 20
    assert {file.stem for file in PRINTED.glob("*.json")} == set(TWENTY)


@pytest.mark.parametrize("key", [*TWENTY, *CHECKS])
def test_every_sequence_flow_is_taken_by_some_walk(key):
    ours, others = walking.flows(key), {flow for called in calls(key) for flow in walking.flows(called)}
    assert ours.isdisjoint(others)  # else a walk of the called SOP would count
    taken = {flow for case in walked(key) for flow in case.taken}
    assert ours - taken == set()


@pytest.mark.parametrize("key", [*TWENTY, *CHECKS])
def test_every_walk_comes_to_its_end(key):
    assert {(case.status, *case.waiting()) for case in walked(key)} == {("completed",)}


@pytest.mark.parametrize("key", TWENTY)
def test_the_table_and_the_identity_are_worded_as_printed(key):
    made = tables.document(walking.diagram(key).process)
    assert made.pop("key") == key
    assert made == printed(key)


@pytest.mark.parametrize("key", TWENTY)
def test_the_numbers_are_those_of_the_source(key):
    rows = sop.rows(walking.diagram(key).process)
    assert list(dict.fromkeys(row.no for row in rows)) == [str(number) for number in NUMBERS[key]]


@pytest.mark.parametrize("key", TWENTY)
def test_the_lanes_stand_in_the_order_of_the_source_empty_ones_too(key):
    assert [lane.name for lane in walking.diagram(key).process.body.lanes] == LANES[key]


@pytest.mark.parametrize("key", [*TWENTY, *CHECKS])
def test_the_check_finds_nothing_that_is_not_explained(key):
    assert [each for each in walking.findings(key) if each[0] != "info"] == []


@pytest.mark.parametrize("key", [*TWENTY, *CHECKS])
def test_no_explanation_is_idle(key):
    assert [each for each in walking.findings(key) if each[1] == "idle-explanation"] == []


@pytest.mark.parametrize("key", TWENTY)
def test_what_is_inferred_says_so(key):
    process = walking.diagram(key).process
    bodies = [process.body, *(node.body for node in process.nodes() if node.body)]
    nodes = {node.id: node for node in process.nodes()}
    documented = {flow: _documented(key, flow) for body in bodies for flow in body.flows}
    for element in module_of(key).INFERRED:
        words = nodes[element].documentation if element in nodes else documented[element]
        assert "isimpul" in words, element


@cache
def _tree(key):
    from lxml import etree  # noqa: PLC0415  # only this test looks at the file itself

    return etree.fromstring((config.shipped("bpmn") / f"{key}.bpmn").read_bytes())


def _documented(key, element):
    found = _tree(key).xpath(f'//*[@id="{element}"]/*[local-name()="documentation"]/text()')
    return " ".join(found)


@pytest.mark.parametrize("key", TWENTY)
def test_the_documentation_names_the_source_what_is_inferred_and_the_defects(key):
    words = walking.diagram(key).process.documentation
    for heading in ("Sumber: ", "Disimpulkan (", "Cacat sumber ("):
        assert heading in words
    defects = words.partition("Cacat sumber (")[2].splitlines()[1:]
    assert len(defects) >= 8  # no SOP of the booklet has fewer
    assert all(line.startswith("- ") for line in defects if line.strip())


@pytest.mark.parametrize("key", [*TWENTY, *CHECKS])
def test_every_branch_says_why(key):
    """A gateway that decides has a question and names on its ways out, and says what prints it or that it is inferred."""
    process = walking.diagram(key).process
    bodies = [process.body, *(node.body for node in process.nodes() if node.body)]
    for body in bodies:
        for node in body.nodes.values():
            if node.kind in {"exclusiveGateway", "inclusiveGateway"} and len(node.outgoing) > 1:
                assert node.name.endswith("?"), node.id
                assert all(body.flows[flow].name for flow in node.outgoing), node.id
                told = [node.documentation, *(_documented(key, flow) for flow in node.outgoing)]
                assert re.search(r"isimpul|ercetak|imbol|eks ", " ".join(told)), node.id


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    for name in ("BPMN", "FORMS", "DATABASE"):
        monkeypatch.delenv(f"LAJUR_{name}", raising=False)
    monkeypatch.setenv("LAJUR_VAR", str(tmp_path))


@pytest.mark.parametrize("key", [key for key in (*TWENTY, *CHECKS) if key != SUPERSEDED])
def test_a_case_runs_by_itself_to_its_end(shipped, key):
    result = CliRunner().invoke(cli.main, ["run", key, "--auto"])
    assert result.exit_code == 0, result.output
    assert "Completed after" in result.output


def test_the_superseded_one_cannot_be_started(shipped):
    result = CliRunner().invoke(cli.main, ["run", SUPERSEDED, "--auto"])
    assert result.exit_code != 0
    assert sop.superseded_by(walking.diagram(SUPERSEDED).process) == "pengelolaan-media-center-2018"
