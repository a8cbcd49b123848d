"""Whatever text stands where an expression should: an answer, or a refusal that the check has told before."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import errors
from engine.expressions import feel, inspection

NOW = datetime(2026, 11, 22, tzinfo=UTC)
VARIABLES = {
    "x": 3,
    "teks": "Surat 📨",
    "benar": True,
    "daftar": [3, 1, 2],
    "surat": {"asal": {"nama": "Bappeda"}, "nomor": None},
    "penerima": [{"nama": "Sri", "umur": 47}, {"nama": "Budi"}],
    "hari": date(2026, 11, 22),
    "lama": timedelta(hours=30),
}
LEAVES = [*VARIABLES, "surat.asal.nama", "1", "2.5", "-1", '"a"', "true", "null", "[]", "{}", "[1..3]", "item", "?", "now()",
          'date("2026-11-22")', '@"P1D"', 'duration("P1M")', "tidak_ada", "count", "daftar[1]", "penerima.nama"]  # fmt: skip
SIGNS = ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in", "==", "."]
CALLS = ["count", "sum", "not", "string", "min", "date", "string length", "list contains", "sort", "get value", "decimal", "abs",
         "matches", "replace", "split", "median", "time", "years and months duration", "range", "context put", "unknown"]  # fmt: skip


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(SIGNS), inner),
        st.builds("{}({}, {})".format, st.sampled_from(CALLS), inner, inner),
        st.builds("{}({})".format, st.sampled_from(CALLS), inner),
        st.builds("if {} then {} else {}".format, inner, inner, inner),
        st.builds("some i in {} satisfies {}".format, inner, inner),
        st.builds("for i in {} return {}".format, inner, inner),
        st.builds("for i in {}..{} return i".format, inner, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("{} between {} and {}".format, inner, inner, inner),
        st.builds("{{a: {}, b: a}}.b".format, inner),
        st.builds("(function(i) {})({})".format, inner, inner),
        st.builds("{} instance of {}".format, inner, st.sampled_from(["number", "list<string>", "date", "function"])),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("({})".format, inner),
    )


likely = st.recursive(st.sampled_from(LEAVES), grow, max_leaves=8)
torn = st.lists(
    st.sampled_from(
        [*LEAVES, *SIGNS, "(", ")", "[", "]", "{", "}", ":", ",", "if", "then", "for", "in", '"', "//", "\n"]
    )
)
texts = likely | torn.map(" ".join) | st.text(max_size=60)


def told(expression: str, dialect: inspection.Dialect) -> None:
    found = inspection.inspect(expression, dialect)
    assert all(0 <= problem.start <= problem.end <= len(expression) for problem in found.problems)
    try:
        if dialect == "unary":
            value = feel.unary(expression, 3, VARIABLES, now=NOW)
        else:
            value = feel.evaluate(expression, VARIABLES, now=NOW)
    except errors.ExpressionError as error:
        str(error).encode()
        if error.place["position"] is not None:
            assert found.errors
    else:
        assert not found.errors
        assert feel.evaluate("x", {"x": value}) == value, "a result can be kept and used again"
    assert feel.evaluate("[x, teks]", VARIABLES) == [3, "Surat 📨"]


@settings(max_examples=600, deadline=None)
@given(texts)
@example("\ud800")
@example('"\ud800" = x == 3')
@example("x" + " 📨" * 50)
def test_any_text_as_an_expression(expression):
    told(expression, "expression")


@settings(max_examples=200, deadline=None)
@given(texts)
def test_any_text_as_unary_tests(expression):
    told(expression, "unary")
