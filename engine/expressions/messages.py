"""What the FEEL engine says to people: templates in English, which the web translates."""

from collections.abc import Mapping


class Message(str):
    """A template that is a message id of the catalogues."""

    __slots__ = ()


MESSAGES = {
    # Not FEEL at all: the place where understanding ends
    "empty": Message("There is no expression."),
    "syntax": Message("FEEL does not understand this: {text}"),
    "incomplete": Message("Something is missing here."),
    "single-quotes": Message('Texts stand in double quotes: "text".'),
    "and-sign": Message("Write: a and b"),
    "or-sign": Message("Write: a or b"),
    "not-sign": Message("Write: not(condition)"),
    "not-word": Message("Write the condition in brackets: not(condition)"),
    "question-mark": Message("Write: if condition then value else value"),
    "percent": Message("Write: modulo(a, b)"),
    "placeholder": Message("Write the expression without ${{ and }}."),
    "several": Message("Only one expression can stand here, without a semicolon."),
    "backticks": Message("Write the name without backticks."),
    "unclosed-text": Message("The closing quote of this text is missing."),
    "if-unfinished": Message("Write both branches: if condition then value else value"),
    "for-unfinished": Message("Write: for element in list return value"),
    "some-unfinished": Message("Write: some element in list satisfies condition"),
    "bracket-open": Message("A closing bracket is missing."),
    # FEEL that does something else than it seems to say
    "sign": Message('FEEL has no "{sign}"; write: {better}'),
    "signs": Message('Only one sign of comparison can stand here, not "{sign}".'),
    "left-side": Message("{text} does not say what is compared; write the name before it again."),
    "chain": Message("This compares the answer of a comparison; join two comparisons by: and"),
    "kinds": Message("{text} compares values of different kinds and is never true."),
    "no-condition": Message("{text} is neither true nor false; write a comparison."),
    "constant": Message("{name} would be a variable; write: {constant}"),
    "builtin": Message("{name} is a function of FEEL; call it with brackets, or give the variable another name."),
    "blank": Message('"{name}" is read as one name; names of variables have no blanks.'),
    "long-number": Message(
        "{text} is longer than the 15 digits a number can keep; write it as text, in double quotes."
    ),
    "unknown-function": Message("There is no function {name}."),
    "missing-function": Message("The function {name} is not available; compare with < and > instead."),
    "arguments": Message("{name} takes at most {count} values."),
    "no-date": Message('"{text}" is no date, time or duration; write for example 2026-11-22, 08:00:00 or P1D.'),
    "pattern": Message('"{text}" is no valid pattern.'),
    "entry-twice": Message("The entry {name} is there twice."),
    # Scripts and names of variables
    "no-assignment": Message("Line {line} is no assignment; write: name = expression"),
    "name": Message("A variable cannot be named {name}; use letters, digits and _, and no word of FEEL."),
    # Limits
    "too-long": Message("The expression is longer than {limit} characters; split it."),
    "too-deep": Message("The expression is nested too deeply; split it."),
    # Found only when it runs
    "no-clock": Message("now() and today() are not known here; use a variable."),
    "no-value": Message("The result is a {kind}, which cannot be kept."),
    "too-many-zones": Message("The expression names too many time zones."),
    "bad-result": Message("The result cannot be kept: {reason}"),
    "bad-variable": Message("A variable cannot be used in an expression: {reason}"),
    "failed": Message("The expression cannot be evaluated: {reason}"),
}


class Sentence(str):
    """A filled template that still knows what it was made of: a text for whoever shows it, a message id for translators."""

    __slots__ = ("place", "template")
    template: str
    place: Mapping[str, str]


def fill(code: str, place: Mapping[str, str]) -> Sentence:
    """Give the sentence for a code."""
    template = MESSAGES[code]
    sentence = Sentence(template.format_map(place))
    sentence.template, sentence.place = template, place
    return sentence
