import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum

import orjson
import pytest

from engine import errors
from engine.diagrams import model
from engine.execution import steps, variables
from engine.execution.variables import Expression, Scope
from tests.execution.drawing import NOON, Case

WITA = timezone(timedelta(hours=8))
VALUES = [
    None,
    True,
    0,
    -1,
    10**15,
    -(2**63),
    2**63,
    10**40,
    1.5,
    "",
    "196801011990031012",
    "surat 😀",
    [],
    {},
    [1, [2, {"a": None}]],
    {"penerima": [{"nama": "Ani", "perlu_pengantar": True}]},
    date(2026, 11, 22),
    datetime(2026, 11, 22, 8, 30, tzinfo=WITA),
    datetime(2026, 11, 22, 8, 30, 1, 5),  # noqa: DTZ001 plain times are values too
    time(8, 30),
    timedelta(days=2, microseconds=1),
    -timedelta(hours=1),
    {"tanggal": [date(2026, 1, 1)], "$date": "2026-01-01"},
    {"$date": "2026-01-01"},
    {"$object": {"$date": 1}, "x": date(2026, 1, 1)},
    {"$integer": "ff"},
    {"$": [], "$$": {"$time": "08:00"}},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_comes_back_as_it_went_in(value):
    stored = orjson.loads(orjson.dumps(Scope(7, {"x": value, "y": 1}).pack()))
    scope = Scope.unpack(7, stored)
    assert scope.values == {"x": value, "y": 1}
    assert type(scope.values["x"]) is type(value)
    assert scope.pack() == Scope(7, {"x": value, "y": 1}).pack()


def test_a_value_is_a_copy():
    given = {"a": [1, {"b": 2}]}
    scope = Scope(0, {"x": given, "y": given})
    given["a"][1]["b"] = 3
    assert scope.values == {"x": {"a": [1, {"b": 2}]}, "y": {"a": [1, {"b": 2}]}}
    assert scope.values["x"] is not scope.values["y"]


def test_a_plain_value_takes_the_place_of_a_date():
    scope = Scope(0, {"x": date(2026, 1, 1)})
    scope.put("x", 1)
    assert scope.pack() == [{"x": 1}]


def test_tuples_and_texts_of_other_classes_become_plain():
    class Marked(str):
        __slots__ = ()

    values = Scope(0, {"x": (1, Marked("a"))}).values
    assert values == {"x": [1, "a"]}
    assert type(values["x"][1]) is str


def _nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


class Colour(Enum):
    RED = 1


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        b"bytes",
        Decimal(1),
        math.inf,
        math.nan,
        Colour.RED,
        {1: "a"},
        {None: 1},
        "\ud800",
        {"\udfff": 1},
        ["a", [object()]],
        _nested(variables.MAXIMUM_DEPTH),
        _nested(5000),
        "x" * (variables.MAXIMUM_SIZE + 1),
        [0] * (variables.MAXIMUM_SIZE + 1),
        ["x" * 1000] * 1001,
        pytest.param(10 ** (3 * variables.MAXIMUM_SIZE // 2), id="huge number"),
        pytest.param({10**5000: 1}, id="huge key"),
        compile,
        Expression,
    ],
)
def test_what_is_no_plain_data_is_refused(value):
    scope = Scope(0, {"x": 1})
    with pytest.raises(errors.VariableRefused) as refused:
        scope.put("x", value)
    assert refused.value.place["name"] == "x"
    assert scope.values == {"x": 1}


def test_endless_values_are_refused():
    endless: list = []
    endless.append(endless)
    with pytest.raises(errors.VariableRefused):
        Scope(0, {"x": endless})


@pytest.mark.parametrize("name", ["", "x" * 201, 1, None, "\ud800"])
def test_names_are_short_texts(name):
    with pytest.raises(errors.VariableRefused):
        Scope(0, {name: 1})


@pytest.mark.parametrize(
    "name", ["__class__", "__proto__", "constructor", "$date", "a b", "Ω", "self", "numberOfInstances"]
)
def test_no_name_is_special(name):
    case = Case("    start S -> A\n    user A", {name: {"x": 1}})
    assert case.variables == {name: {"x": 1}}
    case.take(steps.complete(case.spec, case.state, case.token("A"), {name: 2}, now=NOON))
    assert case.variables == {name: 2}


# where a name is written

TREE = """
    start S -> P
    sub P -> Z
      start Ps -> A
      user A -> K
      call K: anak -> B
      user B -> Pe
      end Pe
    user Z
process anak
    start Cs -> C
    user C -> Ce
    end Ce
"""


def test_the_nearest_scope_that_declares_a_name_is_written():
    case = Case(TREE, {"luar": 1}, P={"body": model.Body(data=("dalam",))})
    assert case.sees("A") == {"luar": 1, "dalam": None}
    case.complete("A", dalam=1, luar=2, baru=3)
    assert case.variables == {"luar": 2, "baru": 3}
    assert case.sees("C") == {}
    case.complete("C", dalam=9, luar=9, baru=9)
    assert case.sees("B") == {"luar": 2, "baru": 3, "dalam": 1}
    case.complete("B")
    assert case.variables == case.sees("Z") == {"luar": 2, "baru": 3}


def test_the_later_write_wins_and_nothing_merges():
    case = Case(
        """
    start S -> F
    and F -> A, B
    user A -> J
    user B -> J
    and J -> C
    user C
    """,
        {"x": 0, "daftar": [1]},
    )
    case.complete("A", x=1, daftar=[2])
    case.complete("B", y=1)
    assert case.variables == {"x": 1, "daftar": [2], "y": 1}


# expressions


def test_an_expression_gets_what_it_asks_for():
    expression = Expression("a + b", "X")
    assert expression.names == {"a", "b"}
    inner, outer = Scope(1, {"a": 1}), Scope(0, {"a": 5, "b": 2, "c": 3})
    assert expression.evaluate([inner, outer], NOON) == 3
    assert expression.evaluate([inner, outer], NOON, {"b": 10}) == 11


def test_dates_reach_an_expression():
    scope = Scope(0, {"mulai": datetime(2026, 11, 22, 8, tzinfo=UTC)})
    assert Expression("now() > mulai", "X").evaluate([scope], NOON) is True


@pytest.mark.parametrize(("text", "holds"), [("true", True), ("false", False), ("null", False), ("tidak_ada", False)])
def test_only_true_holds(text, holds):
    assert Expression(text, "X").holds([], NOON) is holds


@pytest.mark.parametrize("text", ['"ya"', "1", "[true]", "{a: true}", '@"2026-01-01"'])
def test_what_is_no_boolean_is_no_condition(text):
    with pytest.raises(errors.ConditionNotBoolean) as wrong:
        Expression(text, "Flow_1").holds([], NOON)
    assert wrong.value.place["element"] == "Flow_1"


def test_an_unreadable_expression_names_its_element():
    with pytest.raises(errors.NotExecutable) as refused:
        Expression("a >", "Flow_1")
    assert refused.value.place["element"] == "Flow_1"


def test_an_error_while_evaluating_names_its_element():
    with pytest.raises(errors.ExpressionError) as wrong:
        Expression('string length(string join(for i in 1..100000000 return "x"))', "Flow_1").evaluate([], NOON)
    assert wrong.value.place["element"] == "Flow_1"
