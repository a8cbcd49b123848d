"""What a check can say of an expression before anybody's work depends on it."""

import pytest

from engine import errors
from engine.expressions import feel, inspection, messages


def codes(expression: str, dialect: inspection.Dialect = "expression") -> list[str]:
    return [problem.code for problem in inspection.inspect(expression, dialect).problems]


@pytest.mark.parametrize(
    ("expression", "names", "maybe", "paths"),
    [
        ("perlu_pengantar = true", {"perlu_pengantar"}, set(), set()),
        ("surat.asal.nama", {"surat"}, set(), {"surat.asal", "surat.asal.nama"}),
        ("penerima[opd = kota].nama", {"penerima"}, {"opd", "kota"}, {"penerima[].nama"}),
        ("some p in penerima satisfies p.opd = opd", {"penerima", "opd"}, set(), {"penerima[].opd"}),
        ("for p in surat.penerima return p.nama", {"surat"}, set(), {"surat.penerima", "surat.penerima[].nama"}),
        ("for i in 1..jumlah return partial[-1] + i", {"jumlah"}, set(), set()),
        ("{a: x, b: a}", {"x"}, set(), set()),
        ("sort(daftar, function(x, y) x < y)", {"daftar"}, set(), set()),
        ("count(daftar) > 1", {"daftar"}, set(), set()),
        ("nilai instance of number", {"nilai"}, set(), set()),
        ("daftar[item > batas]", {"daftar"}, {"batas"}, set()),
    ],
)
def test_variables(expression, names, maybe, paths):
    found = inspection.inspect(expression)
    assert (found.names, found.maybe, found.paths, found.problems) == (names, maybe, paths, ())


@pytest.mark.parametrize(
    ("expression", "code", "part"),
    [
        ("x == 3", "sign", "=="),
        ("x === 3", "sign", "==="),
        ("x <> 3", "sign", "<>"),
        ("x =< 3", "sign", "=<"),
        ("(x) => x", "sign", "=>"),
        ("x >= 1 and < 3", "left-side", "< 3"),
        ("hitung(1)", "unknown-function", "hitung"),
        ("surat.cetak()", "unknown-function", "surat.cetak"),
        ("random number()", "unknown-function", "random number"),
        ("during(a, b)", "missing-function", "during"),
        ("count(a, b)", "arguments", "count(a, b)"),
        ("x = True", "constant", "True"),
        ("x != None", "constant", "None"),
        ("count > 3", "builtin", "count"),
        ('if "ya" then 1 else 2', "no-condition", '"ya"'),
        ("{a: 1, a: 2}", "entry-twice", "a"),
        ('date("2026-13-01")', "no-date", 'date("2026-13-01")'),
        ('@"30 November"', "no-date", '@"30 November"'),
        ('matches(x, "(")', "pattern", '"("'),
        ("nip = 198501012010011001", "long-number", "198501012010011001"),
        ("x = 'a'", "single-quotes", "'"),
        ("a && b", "and-sign", "&&"),
        ("a || b", "or-sign", "||"),
        ("!a", "not-sign", "!"),
        ("not a", "not-word", "not a"),
        ("not true", "not-word", "true"),
        ("x ? 1 : 2", "question-mark", "?"),
        ("a % b", "percent", "%"),
        ("${a}", "placeholder", "$"),
        ("a; b", "several", ";"),
        ('x = "a', "unclosed-text", '"'),
        ("if a then b", "if-unfinished", ""),
        ("for p in penerima", "for-unfinished", ""),
        ("some p in penerima", "some-unfinished", ""),
        ("count(a", "bracket-open", ""),
        ("1 +", "incomplete", ""),
        ("x := 1", "syntax", ":"),
        (" \n", "empty", ""),
        ("// catatan", "empty", ""),
    ],
)
def test_errors_point_at_their_place(expression, code, part):
    (found,) = inspection.inspect(expression).errors
    assert found.code == code
    assert " ".join(expression[found.start : found.end].split()) == part or (
        part == "a" and found.code == "entry-twice"
    )
    assert found.message


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ('"1" = 1', "kinds"),
        ('a and "b"', "no-condition"),
        ("a = b = 3", "chain"),
        ("surat masuk + 1", "blank"),
    ],
)
def test_warnings_do_not_stop_an_evaluation(expression, code):
    found = inspection.inspect(expression)
    assert code in {problem.code for problem in found.problems}
    assert not found.errors


@pytest.mark.parametrize(
    "expression",
    [
        'matches(x, "^[0-9]{3}/\\\\d+$")',
        "{f: function(a) a + 1, hasil: f(1)}.hasil",
        "[1, 2][count = 1]",
        "nilai.count",
        "for count in 1..3 return count + 1",
        'duration("P3D")',
        "\u00a0x\u00a0+ 1",
        "x // sesudah ini catatan",
        "[1, 2, 3][1]",
    ],
)
def test_nothing_to_say(expression):
    assert codes(expression) == []


def test_positions_count_characters_as_python_does():
    (found,) = inspection.inspect('"📨📨" + x == 3').errors
    assert (found.start, found.end) == (9, 11)


def test_a_problem_carries_its_message_id_for_translation():
    (found,) = inspection.inspect("x == 3").problems
    assert found.message == 'FEEL has no "=="; write: ='
    assert found.message.template in messages.MESSAGES.values()
    assert found.message.place == {"sign": "==", "better": "="}
    with pytest.raises(errors.ExpressionError) as caught:
        feel.evaluate("x == 3", {})
    assert caught.value.place["reason"].template == found.message.template


def test_every_message_can_be_filled():
    places = ("text", "name", "sign", "better", "constant", "count", "kind", "reason", "limit", "line")
    for code, template in messages.MESSAGES.items():
        assert messages.fill(code, dict.fromkeys(places, "x")), template


def test_unary_tests_are_a_dialect_of_their_own():
    assert codes("> 10", "unary") == []
    assert codes('"a", "b"', "unary") == []
    assert codes("> 10") == []
    assert codes("== 10", "unary") == ["signs"] or codes("== 10", "unary") == []


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("x = 1", "boolean"),
        ('"ya"', "text"),
        ("1 + 2", "number"),
        ("[x]", "list"),
        ("if x then true else false", "boolean"),
        ("x", None),
    ],
)
def test_kind_of_the_result(expression, kind):
    assert inspection.inspect(expression).kind == kind


def test_too_long_and_too_deep_are_problems_not_exceptions():
    assert codes("1" + " + 1" * 5000) == ["too-long"]
    assert codes("[" * 3000 + "]" * 3000) == ["too-deep"]
    assert inspection.inspect("x").names == {"x"}


# Scripts -------------------------------------------------------------------------------------------------------------


def test_a_script_is_assignments():
    script = """
nomor = count(surat) + 1
// catatan
perihal = "Undangan"
penerima =
    [{nama: "Sri"},
     {nama: "Budi"}]
"""
    assert inspection.assignments(script) == (
        inspection.Assignment("nomor", "count(surat) + 1", 2),
        inspection.Assignment("perihal", '"Undangan"', 4),
        inspection.Assignment("penerima", '[{nama: "Sri"},\n     {nama: "Budi"}]', 5),
    )


def test_an_empty_script_assigns_nothing():
    assert inspection.assignments(" \n// nanti\n") == ()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import os", "Line 1 is no assignment"),
        ("nomor = 1\nos.system('x')", "Line 2 is no assignment"),
        ("nomor == 1", "Line 1 is no assignment"),
        ("nomor =", "There is no expression"),
        ("nomor = 1; lain = 2", "semicolon"),
        ("nomor = exec('x')", "There is no function exec"),
        ("__class__ = 1", "cannot be named"),
        ("__proto__ = 1", "cannot be named"),
        ("true = 1", "cannot be named"),
        ("count = 1", "is a function of FEEL"),
        ("None = 1", "write: null"),
        ("data.x = 1", "no assignment"),
        ("self: int = 1", "no assignment"),
    ],
)
def test_what_is_no_assignment_is_refused(script, reason):
    with pytest.raises(errors.ExpressionError, match=reason):
        inspection.assignments(script)


@pytest.mark.parametrize("name", ["nomor", "perlu_pengantar", "nomor2", "Ūsman", "toString", "constructor"])
def test_names_of_variables(name):
    assert inspection.name_problem(name) is None


@pytest.mark.parametrize(
    "name", ["", "2nomor", "nomor surat", "a-b", "__x", "if", "null", "date", "string", "sum", "x.y"]
)
def test_names_that_feel_would_read_otherwise(name):
    problem = inspection.name_problem(name)
    assert problem is not None
    assert problem.message
