import io
import json
import re
from pathlib import Path

import flask
import pytest
from lxml import html

from engine.errors import InputError
from engine.forms import definition
from tests.shared import shared
from tests.webui import forms_app
from webui.forms import sending, texts

TEXT = {"type": "textfield", "key": "nama", "label": "Nama"}


@pytest.fixture
def client():
    return forms_app.make(forms_app.kitchen_sink(), {"asal": "<b>Bupati", "agenda": "17"}).test_client()


def made(*components, variables=None, **settings):
    source = json.dumps({"type": "default", "id": "coba", "components": list(components)}).encode()
    return forms_app.make(definition.read(source), variables, **settings).test_client()


def page(answer, status=200):
    assert answer.status_code == status, answer.text
    return html.fromstring(answer.text)


def sent(tree):
    """Give what a browser would send for a page as it stands."""
    pairs = []
    for element in tree.xpath("//form//*[@name]"):
        kind = element.get("type") or element.tag
        if kind in {"submit", "file"}:
            continue
        if kind in {"checkbox", "radio"}:
            if element.get("checked") is not None:
                pairs.append((element.get("name"), element.get("value")))
        elif element.tag == "select":
            pairs.append((element.get("name"), element.xpath("string(option[@selected]/@value)")))
        else:
            pairs.append(
                (element.get("name"), element.text.lstrip("\n") if element.tag == "textarea" else element.get("value"))
            )
    return pairs


def data(pairs):
    found = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


# What is drawn ----------------------------------------------------------------------------------------------------------


def test_every_control_has_a_label_and_every_reference_leads_somewhere(client):
    tree = page(client.post("/", data={}), 422)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    labelled = set(tree.xpath("//label/@for"))
    for control in tree.xpath("//form//*[self::input or self::select or self::textarea][not(@type='hidden')]"):
        assert control.get("id") in labelled
        assert control.xpath("string(//label[@for=$id])", id=control.get("id")).strip()
    for reference in tree.xpath("//@aria-describedby"):
        assert set(reference.split()) <= set(ids)
    assert all(link.removeprefix("#") in ids for link in tree.xpath("//a/@href"))


def test_required_is_said_in_words_and_hints_belong_to_their_control(client):
    tree = page(client.get("/"))
    (label,) = tree.xpath("//label[@for='f-nomor']")
    assert re.sub(r"\s+", " ", label.text_content()) == "Letter number (required)"
    assert tree.xpath("string(id(//*[@id='f-nomor']/@aria-describedby))").strip() == "Seperti pada kepala surat."
    assert tree.xpath("//fieldset[@id='f-sifat' and @role='radiogroup' and @aria-required='true']/legend")
    assert tree.xpath("//fieldset[@id='f-penerima']/fieldset/legend")


def test_inputs_are_of_the_kind_that_is_asked(client):
    tree = page(client.get("/"))
    kinds = {one.get("id"): (one.get("type"), one.get("inputmode")) for one in tree.xpath("//input[@id]")}
    assert kinds["f-tanggal"] == ("date", None)
    assert kinds["f-jam"] == ("time", None)
    assert kinds["f-kontak-surel"] == ("email", None)
    assert kinds["f-dana"] == ("text", "decimal")
    assert kinds["f-lampiran"] == ("text", "numeric")
    assert kinds["f-nip"] == ("text", "numeric")
    assert tree.xpath("string(//*[@id='f-tanggal']/@value)") == "2026-11-22"
    assert tree.xpath("string(//form/@enctype)") == "multipart/form-data"
    assert tree.xpath("//input[@id='f-agenda' and @readonly and not(@name)]")


def test_errors_stand_on_top_with_links_and_beside_their_field(client):
    tree = page(
        client.post(
            "/", data={"f.perihal": "ya", "f.dana": "abc", "f.penerima.4._row": "", "f.penerima.4.jabatan": ""}
        ),
        422,
    )
    (summary,) = tree.xpath("//*[@role='alert']")
    links = {link.get("href"): re.sub(r"\s+", " ", link.getparent().text_content()) for link in summary.xpath(".//a")}
    assert links["#f-dana"] == "Jumlah dana: Write this as a number, like 1.250.000,50."
    assert links["#f-sifat-0"] == "Sifat: Choose one of these."
    assert links["#f-penerima-4-jabatan"] == "Penerima 1: Jabatan: Fill this in."
    (dana,) = tree.xpath("//*[@id='f-dana']")
    assert (dana.get("value"), dana.get("aria-invalid")) == ("abc", "true")
    assert dana.get("aria-describedby").split() == ["f-dana-prefix", "f-dana-error"]
    assert summary.get("tabindex") == "-1"


def test_nothing_typed_is_lost_on_an_error(client):
    typed = {
        "f.nomor": ["x" * 50], "f.tanggal": ["2026-02-30"], "f.dana": ["1.2.3"], "f.perihal": ["a\nb <script>"], "f.sifat": ["segera"],
        "f.tujuan": ["kadis", "sekretaris"], "f.asli": ["on"], "f.keamanan": ["terbatas"], "f.pengirim.nama": ["\"'>"],
        "f.penerima.7._row": [""], "f.penerima.7.jabatan": ["Camat"], "f.penerima.7.tempat": ["luar"], "f.penerima.7.kurir": ["Pos"],
    }  # fmt: skip
    tree = page(client.post("/", data=typed), 422)
    assert data(sent(tree)).items() >= typed.items()


def test_what_was_typed_into_a_field_that_is_hidden_now_comes_back(client):
    tree = page(client.post("/refresh", data={"f.sifat": "biasa", "f.alasan": "karena", "f.penerima.0.kurir": "Pos"}))
    assert not tree.xpath("//*[@id='f-alasan']")
    again = data(sent(tree))
    assert again["f.alasan"] == ["karena"]
    assert again["f.penerima.0.kurir"] == ["Pos"]
    tree = page(client.post("/refresh", data={**again, "f.sifat": "segera"}))
    assert tree.xpath("string(//textarea[@id='f-alasan'])").strip() == "karena"


def test_a_stored_value_that_the_form_hides_is_not_in_the_page():
    client = made({**TEXT, "conditional": {"hide": "=true"}}, variables={"nama": "rahasia-sekali"})
    assert "rahasia-sekali" not in client.get("/").text
    assert "rahasia-sekali" not in client.post("/refresh", data={"f.x": "1"}).text


def test_texts_of_authors_and_people_are_text(client):
    text = client.get("/").text
    assert "<strong>&lt;b&gt;Bupati</strong>" in text
    assert "Data diberikan <strong>gratis</strong>.</p>" in text
    assert "alert(1)" not in text
    assert not re.search(r"\son\w+=|\sstyle=", text)


@pytest.mark.parametrize(
    "name", ["options_html.form", "html_htmx.form", "hide_not_boolean.form", "expression_writes_engine.form"]
)
def test_hostile_forms_do_no_harm_when_shown(name):
    form = definition.read((shared("conformance/bad-input/forms") / name).read_bytes())
    for variables in ({}, {"x": "<script>alert(48999)</script>"}):
        tree = page(forms_app.make(form, variables).test_client().get("/"))
        assert not tree.xpath("//script|//base|//iframe|//form//meta|//*[@onmouseover]")
        assert not tree.xpath("//a[starts-with(@href, 'javascript:')]|//*[@hx-post='/admin/users']|//*[@hx-vals]")


def test_choices_that_need_too_much_time_leave_a_page_that_says_so():
    form = definition.read((shared("conformance/bad-input/forms") / "values_expression_attack.form").read_bytes())
    tree = page(forms_app.make(form).test_client().post("/", data={"f.x": "1"}), 422)
    assert "could not be worked out" in tree.xpath("string(//*[@role='alert'])")


def test_a_page_that_cannot_be_changed_has_no_controls(client):
    tree = page(client.get("/?readonly=1"))
    assert not tree.xpath("//input|//button|//select|//textarea")
    facts = dict(zip(tree.xpath("//dt/text()"), (one.text_content() for one in tree.xpath("//dd")), strict=True))
    assert facts["Tanggal surat"] == "22 November 2026"
    assert facts["Surat aslinya sudah diterima"] == "no"


def test_labels_can_be_translated_in_the_form(client):
    assert "Letter number" in client.get("/").text
    indonesian = forms_app.make(forms_app.kitchen_sink(), locale="id").test_client().get("/").text
    assert "Nomor surat" in indonesian
    assert "Letter number" not in indonesian


def test_a_choice_that_is_no_longer_offered_is_shown_and_refused():
    client = made(
        {"type": "select", "key": "s", "label": "S", "valuesKey": "daftar"}, variables={"s": "lama", "daftar": ["baru"]}
    )
    tree = page(client.get("/"))
    assert tree.xpath("string(//option[@selected])") == "lama (no longer offered)"
    page(client.post("/", data=data(sent(tree))), 422)


def test_components_of_a_row_stand_side_by_side(client):
    (line,) = page(client.get("/")).xpath("//div[@class='row g-3 mb-3'][div[@id='f-nomor-block']]")
    assert [one.get("class") for one in line] == ["col-12 col-md-6", "col-12 col-md-3", "col-12 col-md-3"]


def test_only_answers_that_decide_something_ask_the_server(client):
    tree = page(client.get("/"))
    assert {one.get("id") for one in tree.xpath("//*[@hx-trigger='change']")} == {
        "f-sifat-0",
        "f-sifat-1",
        "f-penerima-0-tempat",
    }


def test_the_first_button_is_the_one_that_sends(client):
    first = page(client.get("/")).xpath("//button[@type='submit']")[0]
    assert first.get("name") is None
    assert first.get("formaction") is None


def test_the_csrf_token_and_hidden_values_go_along():
    client = forms_app.make(forms_app.kitchen_sink(), protected=True, hidden={"seen": "3"}).test_client()
    pairs = data(sent(page(client.get("/"))))
    assert pairs["seen"] == ["3"]
    assert client.post("/", data={"f.nomor": "1"}).status_code == 400
    assert client.post("/", data=pairs).status_code == 422


# What is sent -----------------------------------------------------------------------------------------------------------


def test_a_whole_answer_is_taken(client):
    answers = {
        "f.nomor": "005", "f.tanggal": "2026-11-22", "f.dana": "1.250,50", "f.perihal": "Undangan", "f.sifat": "biasa", "f.tujuan": ["kadis"],
        "f.pengirim.nama": "Budi", "f.penerima.0._row": "", "f.penerima.0.jabatan": "Camat", "f.penerima.0.perlu_pengantar": "on",
        "f.pindaian": (io.BytesIO(b"x"), "surat.pdf"), "f.asing": "1", "status": "selesai", "f.agenda": "99",
    }  # fmt: skip
    values = client.post("/", data=answers).json
    assert values["dana"] == 1250.5
    assert values["penerima"] == [{"jabatan": "Camat", "tempat": None, "perlu_pengantar": True}]
    assert values["pindaian"] == ["surat.pdf"]
    assert values["agenda"] == "17"
    assert not {"asing", "status"} & set(values)


def test_rows_are_added_and_removed_without_javascript(client):
    tree = page(client.get("/"))
    for _ in range(2):
        tree = page(client.post("/refresh", data=data([*sent(tree), ("_add", "penerima")])))
    assert tree.xpath("//fieldset[contains(@class, 'l-form-row')]/@id") == [
        "f-penerima-0",
        "f-penerima-1",
        "f-penerima-2",
    ]
    assert tree.xpath("//*[@autofocus]/@id") == ["f-penerima-2-jabatan"]
    typed = [(name, "C" if name == "f.penerima.2.jabatan" else value) for name, value in sent(tree)]
    tree = page(client.post("/", data=data([*typed, ("_remove", "penerima.0")])))
    assert tree.xpath("//fieldset[contains(@class, 'l-form-row')]/@id") == ["f-penerima-1", "f-penerima-2"]
    assert tree.xpath("string(//*[@id='f-penerima-2-jabatan']/@value)") == "C"
    assert tree.xpath("//*[@autofocus]/@id") == ["f-penerima-add"]
    for number in (1, 2):
        tree = page(client.post("/refresh", data=data([*sent(tree), ("_remove", f"penerima.{number}")])))
    assert not tree.xpath("//fieldset[contains(@class, 'l-form-row')]")
    assert page(client.post("/refresh", data=data([*sent(tree), ("_add", "penerima")]))).xpath(
        "//*[@id='f-penerima-0']"
    )


def test_rows_remember_what_they_were_when_others_are_removed():
    rows = {
        "type": "dynamiclist",
        "path": "l",
        "components": [{**TEXT, "readonly": True}, {"type": "checkbox", "key": "ya", "label": "Ya"}],
    }
    client = made(rows, variables={"l": [{"nama": "A", "x": 1}, {"nama": "B", "x": 2}]})
    tree = page(client.post("/refresh", data=data([*sent(page(client.get("/"))), ("_remove", "l.0")])))
    assert client.post("/", data=data(sent(tree))).json == {"l": [{"nama": "B", "x": 2, "ya": False}]}


def test_fields_stay_marked_wrong_while_the_page_is_drawn_anew(client):
    tree = page(client.post("/", data={"f.sifat": "biasa", "f.dana": "abc"}), 422)
    tree = page(client.post("/refresh", data=data([*sent(tree), ("_add", "penerima")])))
    assert tree.xpath("//*[@id='f-dana' and @aria-invalid='true']")
    assert not tree.xpath("//*[@id='f-penerima-0-jabatan' and @aria-invalid]")
    corrected = [(name, "5" if name == "f.dana" else value) for name, value in sent(tree)]
    assert not page(client.post("/refresh", data=data(corrected))).xpath("//*[@id='f-dana' and @aria-invalid]")


def test_lists_in_lists_are_named_and_read():
    inner = {"type": "dynamiclist", "path": "berkas", "label": "Berkas", "components": [TEXT]}
    client = made({"type": "dynamiclist", "path": "l", "label": "L", "components": [inner]})
    tree = page(client.post("/refresh", data=data([*sent(page(client.get("/"))), ("_add", "l.0.berkas")])))
    typed = [(name, "x" if name.endswith("nama") else value) for name, value in sent(tree)]
    assert client.post("/", data=data(typed)).json == {"l": [{"berkas": [{"nama": "x"}, {"nama": "x"}]}]}


@pytest.mark.parametrize(
    "sent",
    [
        {"f.penerima.999999.jabatan": "x"},
        {"f.penerima.9999999999.jabatan": "x"},
        {"f." + ".".join(["a"] * 5000): "x"},
        {"f.penerima": "x", "f.penerima.0.jabatan": "y"},
        {"f.penerima.0": "x", "f.penerima.0.jabatan": "y"},
        {"f.nomor.x": "1", "f.nomor": "2"},
        {"f.__proto__.x": "1", "f.constructor": "1", "f..": "1", "f.": "1", "f": "1"},
        {"_remove": "penerima.x", "f.nomor": "1"},
        {"_remove": "tidak.ada.5"},
        {"_add": "nomor.0.x", "f.nomor": "1"},
        {"_add": "../etc"},
        {"_wrong": "x " * 1000},
        {"f.penerima.0._row": "99999999999999999999"},
        {"f.penerima.0._row": "-1"},
        {"f.pindaian": "/etc/passwd"},
    ],
)
def test_odd_names_do_no_harm(client, sent):
    for address in ("/", "/refresh"):
        assert client.post(address, data=sent).status_code in {200, 422}


def test_many_rows_have_a_limit_and_the_page_lives(client):
    rows = {f"f.penerima.{number}.jabatan": "x" for number in range(3000)}
    tree = page(client.post("/", data=rows), 422)
    assert "At most 200 rows fit; there are 3000." in tree.xpath("string(//*[@role='alert'])")


def test_more_names_than_any_page_has_are_refused():
    app = forms_app.make(forms_app.kitchen_sink())
    many = {f"x{number}": "1" for number in range(10_001)}
    with app.test_request_context("/", method="POST", data=many), pytest.raises(InputError):
        sending.submission(flask.request)


# Texts ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("# Judul\nteks", '<h2 class="h5">Judul</h2><p class="mb-2">teks</p>'),
        ("a\nb\n\nc", '<p class="mb-2">a<br>b</p><p class="mb-2">c</p>'),
        ("- a\n- b\n1. c", '<ul class="mb-2"><li>a</li><li>b</li></ul><ol class="mb-2"><li>c</li></ol>'),
        ("**a** *b* _c_ `d`", '<p class="mb-2"><strong>a</strong> <em>b</em> <em>c</em> <code>d</code></p>'),
        ("nama_ke_dua", '<p class="mb-2">nama_ke_dua</p>'),
        (
            "[x](https://contoh.go.id/a?b=1&c)",
            '<p class="mb-2"><a href="https://contoh.go.id/a?b=1&amp;c" rel="noopener noreferrer">x</a></p>',
        ),
        ("[x](javascript:alert(1))", '<p class="mb-2">[x](javascript:alert(1))</p>'),
        ("<img src=x onerror=alert(1)>", '<p class="mb-2">&lt;img src=x onerror=alert(1)&gt;</p>'),
        ("**<b>**", '<p class="mb-2"><strong>&lt;b&gt;</strong></p>'),
        ("", ""),
    ],
)
def test_markdown(source, written):
    assert texts.markdown(source) == written


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("<p class=x onclick=y>a<br/>b", '<p class="mb-2">a<br>b</p>'),
        ("<h1>A</h1><ul><li>b</ul>c", '<h2 class="h5">A</h2><ul class="mb-2"><li>b</li></ul>c'),
        ("<script>x</script>a<style>y</style><svg><b>z</b></svg>", "a"),
        ("</p></div>a<b", "a&lt;b"),
        ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
        ("<a href='javascript:x'>y</a>", "y"),
        ("<!-- x --><![CDATA[y]]>z", "z"),
    ],
)
def test_html(source, written):
    assert texts.html(source) == written


def test_slow_texts_are_not():
    for piece in ("*a", "[a](http://", "<p", "`", "_a", "- ", "{{"):
        texts.markdown(piece * 5000)
        texts.html(piece * 5000)


def test_the_templates_have_no_inline_code():
    for path in (Path(forms_app.webui.__file__).parent / "templates" / "forms").glob("*.html"):
        assert not re.search(r"\son\w+=|\sstyle=|<script|<style", path.read_text())
