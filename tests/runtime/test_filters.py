"""Lists that people keep: their own and shared ones, and what addresses and old lists may hold."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import errors
from engine.runtime import filters, inbox
from engine.runtime.filters import Query
from tests.cast import NOW

URGENT = Query(
    "groups", "rapat", "priority", inbox.Criteria("surat", "catat", "umum", "week", 2, uuid4()), ("case", "assignee")
)


@pytest.fixture
def act(db, house):
    def acted(who, verb, *args, **given):
        with db.begin() as session:
            return verb(session, *args, actor=house.actors[who], **given)

    return acted


def save(act, who="rahmat", name="Segera", query=URGENT, **given):
    return act(who, filters.save, name, query, now=NOW, **given)


def test_a_kept_list_is_what_was_saved(act):
    made = save(act, name="  Segera\x00 minggu   ini ")
    found = act("rahmat", filters.get, made)
    assert (found.name, found.query, found.mine, found.group) == ("Segera minggu ini", URGENT, True, None)
    assert act("rahmat", filters.list_seen) == (found,)
    assert act("nurdin", filters.list_seen) == ()
    with pytest.raises(errors.NotFound):
        act("nurdin", filters.get, made)


def test_a_shared_list_is_the_groups_but_only_its_owner_changes_it(act):
    own = save(act, "nurdin", "Punya Nurdin")
    made = save(act, group="umum")
    assert [(each.id, each.mine, each.owner) for each in act("nurdin", filters.list_seen)] == [
        (own, True, "Nurdin Ali"),
        (made, False, "Rahmat Ishak"),
    ]
    assert act("yusuf", filters.list_seen) == ()
    for verb, args in ((filters.change, ("Lain", Query())), (filters.remove, ())):
        with pytest.raises(errors.FilterForeign):
            act("nurdin", verb, made, *args)
        with pytest.raises(errors.NotFound):
            act("yusuf", verb, made, *args)
    act("rahmat", filters.change, made, "Lain", Query("done"))
    assert act("rahmat", filters.get, made).query == Query("done")
    assert [each.id for each in act("nurdin", filters.list_seen)] == [own]
    act("rahmat", filters.remove, made)
    assert act("rahmat", filters.list_seen) == ()


def test_lists_are_shared_with_own_groups_only(act):
    with pytest.raises(errors.FilterGroupForeign):
        save(act, group="kadis")
    made = save(act)
    with pytest.raises(errors.FilterGroupForeign):
        act("rahmat", filters.change, made, "x", Query(), group="kadis")


@pytest.mark.parametrize("name", ["", " ", "\x00", "x" * 81])
def test_a_list_has_a_name(act, name):
    with pytest.raises(errors.FilterNameInvalid):
        save(act, name=name)


def test_nobody_has_more_than_a_hundred_lists(act):
    for number in range(filters.MOST):
        save(act, name=f"Daftar {number}")
    with pytest.raises(errors.FiltersFull):
        save(act)
    assert len(act("rahmat", filters.list_seen)) == filters.MOST
    save(act, "nurdin")


@given(st.builds(Query, st.sampled_from(inbox.SCOPES), sort=st.sampled_from(inbox.SORTS), columns=st.just(("due",))))
def test_words_say_a_query(query):
    assert filters.read(query.as_words(), query.columns) == query


@given(
    st.dictionaries(
        st.sampled_from(["scope", "q", "sort", "process", "node", "group", "due", "priority", "assignee"]), st.text()
    )
)
def test_whatever_an_address_says_is_a_query(words):
    query = filters.read(words, words.values())
    assert filters.read(query.as_words(), query.columns) == query
    assert query.columns == filters.USUAL or set(query.columns) <= set(filters.COLUMNS)


def test_a_step_without_its_process_means_nothing():
    assert filters.read({"node": "catat"}).criteria == inbox.NOTHING


def test_what_can_be_chosen(act, house):
    assert [name for _, name in act("rahmat", filters.colleagues, now=NOW)] == ["Nurdin Ali"]
    assert act("tamu", filters.colleagues, now=NOW) == ()


def test_the_steps_of_a_process_are_those_of_people(db, house):
    with db.read() as session:
        assert [name for _, name in filters.steps(session, "surat")] == [
            "Catat surat",
            "Periksa surat",
            "Arsipkan surat",
        ]
        assert filters.steps(session, "tidak-ada") == ()
        assert filters.steps(session, None) == ()
