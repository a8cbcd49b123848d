import random
import re
import time

import pytest

from engine.expressions import patterns

SAME_AS_PYTHON = [
    r"^[0-9]{18}$",
    r"^[0-9]{3}/.+$",
    r"a|b",
    r"^(ab|c)*d?$",
    r"^\d{4}\.\w+\s?[^x-z]$",
    r"^[A-C]{2,4}-?[0-9]+$",
    r"\bab\b",
    r"\Bb",
    r"^$",
    r"(a+)+b",
    r"^(?:a?){3}a{3}$",
    r"x{0}a",
    r"[a-]1",
    r"[\]]",
    r"a.?c",
    r"(a|ab)(c|bcd)?$",
    r"\x61\u0062",
    r"^(a||b)+$",
]


@pytest.mark.parametrize("source", SAME_AS_PYTHON)
def test_reads_the_portable_part_as_python_does(source):
    pattern = patterns.read(source)
    letters = random.Random(source)
    for _ in range(400):
        text = "".join(letters.choice("abcd12-/. ]x") for _ in range(letters.randrange(8)))
        assert pattern.matches(text) == bool(re.search(source, text, re.ASCII)), text


@pytest.mark.parametrize("source", [source for source in SAME_AS_PYTHON if source != r"\Bb"])
def test_an_example_matches(source):
    pattern = patterns.read(source)
    assert pattern.matches(pattern.example())


def test_the_end_is_the_end_not_a_final_newline():
    assert not patterns.read("^[0-9]+$").matches("12\n")


@pytest.mark.parametrize("text", ["٣", "３"])
def test_digits_are_ascii(text):
    assert not patterns.read(r"\d").matches(text)
    assert not patterns.read("[0-9]").matches(text)


@pytest.mark.parametrize(
    "source",
    [
        "([a-z", "(a", "a)", "[a", "[]", "[^]", "[z-a]", "a**", "a++", "*", "^*", "{", "}", "a{3,1}", "a{1001}", "\\", "\\1", "\\p{L}",
        "\\xg1", "(?P<a>x)(?(a)y|z)", "(?=a)b", "(?<n>a)", "(?i)a", "a" * 501, "((a{100}){100}){100}", "((){1000}){1000}", "(" * 40 + ")" * 40,
    ],
)  # fmt: skip
def test_refuses_what_is_broken_huge_or_read_differently_elsewhere(source):
    with pytest.raises(patterns.PatternError):
        patterns.read(source)


@pytest.mark.parametrize("source", ["(a+)+$", "^(a|aa)+$", "(.*a){20}$", "^(a?){200}b$", "([a-m].{0,100}){3}[^a-z]"])
def test_no_pattern_is_slow(source):
    pattern = patterns.read(source)
    begin = time.process_time()
    pattern.matches("a" * 2000 + "!")
    assert time.process_time() - begin < 2
