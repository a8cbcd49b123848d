"""Karpeg, Karis and Karsu, walked: the SOPs of TU and of the personnel subdivision differ in who does what."""

from dataclasses import dataclass

from tests.sops.walking import Case

EMPLOYEE = {
    "jenis_kartu": ["karpeg", "karis"],
    "nip": "197501182001210061",
    "nama_pegawai": "Wiwin Monoarfa",
    "pangkat": "III/c",
    "unit_kerja": "Bidang Statistik",
}
AGREED = {"keputusan": "setuju"}
RETURNED = {"keputusan": "kembalikan", "alasan_kembali": "Pas foto belum ada."}


@dataclass
class Office:
    """Who prepares, who checks and who signs; ``legalised``: the signed proposal is authenticated besides."""

    key: str
    staf: str
    checker: str
    legalised: bool

    def proposed(self, case):
        assert case.waiting() == [("SiapkanUsul", self.staf)]
        case.answer("SiapkanUsul", EMPLOYEE)
        self.written(case)

    def written(self, case):
        assert case.waiting() == [("BuatSuratUsul", self.staf)]
        case.answer("BuatSuratUsul", {"tanggal_usul": "2026-03-02"})

    def checked(self, case, decision=AGREED):
        assert case.waiting() == [("TelitiKelengkapan", self.checker)]
        case.answer("TelitiKelengkapan", decision)

    def signed(self, case, decision=AGREED):
        assert case.waiting() == [("TandaTangani", "kadis")]
        case.answer("TandaTangani", decision)

    def sent(self, case):
        if self.legalised:
            assert case.waiting() == [("LegalisasiUsul", self.checker)]
            case.answer("LegalisasiUsul", {"dilegalisasi": "on", "dilegalisasi_pada": "2026-03-02"})
        assert case.waiting() == [("KirimBerkas", self.staf)]
        case.answer("KirimBerkas", {"cara_kirim": "caraka", "dikirim_pada": "2026-03-02"})
        assert case.waiting() == [("ArsipkanUsul", self.staf)]
        case.answer("ArsipkanUsul", {"lokasi_arsip": "Lemari pegawai"})
        return case

    def straight(self):
        case = Case(self.key).start()
        self.proposed(case)
        self.checked(case)
        self.signed(case)
        return self.sent(case)

    def incomplete(self):
        case = Case(self.key).start()
        self.proposed(case)
        self.checked(case, RETURNED)
        self.proposed(case)
        self.checked(case)
        self.signed(case)
        return self.sent(case)

    def not_signed(self):
        case = Case(self.key).start()
        self.proposed(case)
        self.checked(case)
        self.signed(case, RETURNED)
        self.written(case)
        self.checked(case)
        self.signed(case)
        return self.sent(case)
