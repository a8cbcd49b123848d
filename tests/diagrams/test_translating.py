import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagrams.preparing import translating
from engine.expressions import feel


@pytest.mark.parametrize(
    ("foreign", "expected"),
    [
        ("${perlu}", "perlu"),
        ("${!perlu}", "not(perlu)"),
        ("${not perlu}", "not(perlu)"),
        ("${status == 'lengkap'}", 'status = "lengkap"'),
        ('#{jumlah >= 5 && status != "tolak"}', 'jumlah >= 5 and status != "tolak"'),
        ("${jumlah lt 5 || !(a eq 1 and b)}", "jumlah < 5 or not(a = 1 and b)"),
        ("${surat.asal == null}", "surat.asal = null"),
        ("= perlu and jumlah > 2", "perlu and jumlah > 2"),
        ("${a == true}", "a = true"),
    ],
)  # fmt: skip
def test_plain_comparisons_are_translated(foreign, expected):
    assert translating.feel(foreign) == expected


@pytest.mark.parametrize(
    "foreign",
    [
        "perlu = true",
        "${execution.setVariable('x', 1)}",
        "${task.delete()}",
        "${a + 1 > 2}",
        "${empty daftar}",
        "${a ? b : c}",
        "${a} und ${b}",
        "${}",
        "${!}",
        "${!!(a)}",
        "${'it''s'}",
        "${a == 'x\\'y'}",
        "${a ==}",
        "== a",
        "= a b",
        "${__import__}",
    ],
)
def test_everything_else_is_not(foreign):
    assert translating.feel(foreign) is None


NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.one_of(NAMES, st.integers(0, 9).map(str), st.sampled_from(["'x'", "'y'"]))
COMPARED = st.builds(lambda a, sign, b: f"{a} {sign} {b}", NAMES, st.sampled_from(["==", "!="]), VALUES)
JOINED = st.recursive(
    COMPARED, lambda inner: st.builds(lambda a, sign, b: f"({a}) {sign} !({b})", inner, st.sampled_from(["&&", "||"]), inner)
)  # fmt: skip


@settings(deadline=None)
@given(JOINED, st.fixed_dictionaries({name: st.sampled_from([0, 1, 2, "x", "y"]) for name in "abc"}))
def test_the_translation_means_the_same(foreign, variables):
    python = foreign.replace("&&", " and ").replace("||", " or ").replace("!(", " not (")
    expected = eval(python, {}, dict(variables))  # noqa: S307 - our own text
    translated = translating.feel(f"${{{foreign}}}")
    assert translated is not None
    assert feel.evaluate(translated, variables) in (expected, None)  # FEEL compares what is of one kind only


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_translated_or_not(text):
    for wrapped in (text, f"${{{text}}}", f"={text}"):
        found = translating.feel(wrapped)
        assert found is None or "${" not in found
