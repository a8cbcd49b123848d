from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagrams import sop
from tests.diagrams.drawing import lane, lanes, properties, read, task


def process(*steps, identity=""):
    content = "".join(task(f"t{n}", f"Langkah {n}", properties(**step)) for n, step in enumerate(steps))
    names = [f"t{n}" for n in range(len(steps))]
    return read(identity + lanes(lane("l", "STAF", *names)) + content).process


def test_the_official_table():
    row = process(
        {
            "sop_no": "1",
            "sop_kegiatan": "Menerima surat dan mencatat",
            "sop_kelengkapan": "Pulpen; Buku Agenda",
            "sop_waktu": "5 menit",
            "sop_output": "surat",
            "sop_keterangan": "Lihat SOP lain",
        }
    )
    assert sop.rows(row) == (
        sop.Row("t0", "1", "Menerima surat dan mencatat", "STAF", ("Pulpen", "Buku Agenda"), "5 menit", ("surat",), "Lihat SOP lain"),
    )  # fmt: skip


def test_rows_are_in_the_order_of_their_numbers():
    numbers = ["10", "2", "3b", "3", "3a", "1.2", "1.10", "2"]
    rows = sop.rows(process(*({"sop_no": number} for number in numbers)))
    assert [row.no for row in rows] == ["1.2", "1.10", "2", "2", "3", "3a", "3b", "10"]
    assert [row.element for row in rows if row.no == "2"] == ["t1", "t7"]


def test_a_step_without_a_number_is_none_of_the_sources():
    assert [row.element for row in sop.rows(process({"sop_waktu": "1 hari"}, {"sop_no": "1"}))] == ["t1"]
    assert sop.rows(process({"sop_no": "1"}))[0].kegiatan == "Langkah 0"


def test_steps_of_one_number_are_one_line():
    lines = sop.lines(
        process(
            {"sop_no": "2", "sop_kegiatan": "Mengirim", "sop_kelengkapan": "Surat; Buku", "sop_waktu": "1 hari"},
            {"sop_no": "1"},
            {"sop_no": "2", "sop_kegiatan": "Mencatat", "sop_kelengkapan": "Buku; Cap", "sop_waktu": "1 hari"},
        )
    )
    assert lines[1] == sop.Line(
        ("t0", "t2"), "2", "Mengirim / Mencatat", "STAF", ("Surat", "Buku", "Cap"), "1 hari", (), ""
    )
    assert [line.elements for line in lines] == [("t1",), ("t0", "t2")]


def test_the_identity_block():
    identity = sop.identity(
        process(identity=properties(sop_nama="Surat Masuk", sop_nomor="800/1", sop_dasar_hukum="UU 1; PP 2"))
    )
    assert (identity.nama, identity.nomor, identity.dasar_hukum) == ("Surat Masuk", "800/1", ("UU 1", "PP 2"))
    assert (identity.unit, identity.peralatan) == ("", ())
    assert sop.identity(process()).nama == "surat-masuk"


PART = st.text(st.characters(exclude_characters=";", exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip)


@settings(deadline=None)
@given(st.lists(PART.filter(bool)).map(tuple))
def test_lists_are_put_together_and_taken_apart(values):
    assert sop.parts(sop.join(values)) == values


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_number_can_be_ordered(number):
    assert sop._order(number) == sop._order(number)
    assert sorted([number, "2", "10"], key=sop._order)
