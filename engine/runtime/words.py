"""Words: what a case is found by, its business key and the form values that an analyst marked as searchable.

A field is marked by its property ``search`` = ``yes``. Words are kept as they come, in small letters and without marks between them,
and stay when a value is corrected later: who looks for the old number of a letter still finds its case.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, literal, select, union_all
from sqlalchemy.dialects import postgresql

from engine.forms.model import Field, Form
from engine.store import models
from engine.store.db import Session

LONGEST = 40
"""Characters of a word that count."""
MOST_ASKED = 8
"""Words of a search that count."""
FEW = 1000
"""A word that at most so many cases have is looked up first; of a more common one each case in the list is asked."""
_MOST = 200  # words of one form
_LONGEST_TEXT = 20_000
_WORD = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"  # sorts after whatever a word goes on with

_words = models.words
_keep = insert(_words).prefix_with("OR IGNORE", dialect="sqlite")
_keep_postgresql = postgresql.insert(_words).on_conflict_do_nothing()


def split(text: str) -> tuple[str, ...]:
    """Give the different words of a text in their order: "005/12, Undangan" -> ``("005", "12", "undangan")``."""
    plain = unicodedata.normalize("NFKC", text[:_LONGEST_TEXT]).casefold()
    return tuple(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(plain)))


def of_form(form: Form | None, values: Mapping[str, object]) -> tuple[str, ...]:
    """Give the words of a form's searchable answers; none where it has no such field."""
    if form is None or not form.searchable:
        return ()
    return split(" ".join(_texts(form.searchable, values)))[:_MOST]


def keep(
    session: Session, instance_id: UUID, form: Form | None, values: Mapping[str, object], key: str | None = None
) -> None:
    """Keep the words of a form's searchable answers, and of a business key; nothing is sent where there are none."""
    found = dict.fromkeys((*split(key or ""), *of_form(form, values)))
    if found:
        statement = _keep_postgresql if session.dialect.name == "postgresql" else _keep
        session.execute(statement, [{"word": word, "instance_id": instance_id} for word in found])


def _texts(fields: Iterable[Field], values: Mapping[str, object]) -> Iterator[str]:
    for field in fields:
        found: object = values
        for step in field.path:
            found = found.get(step) if isinstance(found, Mapping) else None
        if field.kind == "dynamiclist":
            rows = found if isinstance(found, list) else []
            for row in rows:
                yield from _texts((each for each in field.order if each.searchable), row)
        else:
            yield from _plain(field, found)


def _plain(field: Field, value: object) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _plain(field, each)
    elif isinstance(value, str | int | float | date | datetime) and not isinstance(value, bool):
        yield str(value)
        # People look for what a choice is called, not for what stands for it.
        yield from (option.label for option in field.options if option.value == value)


# Finding --------------------------------------------------------------------------------------------------------------


def common(session: Session, asked: tuple[str, ...]) -> frozenset[str]:
    """Give those of the words that more than :data:`FEW` cases have, in one statement that counts no further."""
    if not asked:
        return frozenset()
    counts = [
        select(
            literal(word).label("word"),
            select(func.count())
            .select_from(select(literal(1)).where(begins(word)).limit(FEW + 1).subquery())
            .scalar_subquery()
            .label("cases"),
        )
        for word in asked
    ]
    return frozenset(row.word for row in session.execute(union_all(*counts)) if row.cases > FEW)


def begins(word: str) -> Any:  # noqa: ANN401  # SQLAlchemy's expressions
    """Give the condition that a kept word begins so; of a single letter or figure, that it is one."""
    if len(word) == 1:
        return _words.c.word == bindparam(None, word, _words.c.word.type, unique=True)
    low, high = (bindparam(None, each, _words.c.word.type, unique=True) for each in (word, word + _LAST))
    return (_words.c.word >= low) & (_words.c.word < high)


def having(word: str, instance_id: Any, *, common: bool) -> Any:  # noqa: ANN401  # SQLAlchemy's expressions
    """Give the condition that a case has a word that begins so; ``common`` as :func:`common` found."""
    if common:
        # Not EXISTS, which PostgreSQL would turn into one look at everybody's words.
        one = select(_words.c.word).where(_words.c.instance_id == instance_id, begins(word)).limit(1)
        return one.scalar_subquery().is_not(None)
    return instance_id.in_(select(_words.c.instance_id).where(begins(word)))
