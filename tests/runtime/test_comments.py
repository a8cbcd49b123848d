"""What people say to each other about a case."""

import pytest
from sqlalchemy import select

from engine import errors
from engine.runtime import comments
from engine.store import history, models
from tests.cast import NOW


@pytest.fixture
def case(house):
    return house.start("rahmat", business_key="015/UM/2026")


@pytest.fixture
def say(db, house, case):
    def saying(who, text, **given):
        with db.begin() as session:
            return comments.add(session, case.id, text, actor=house.actors[who], now=NOW, **given)

    return saying


def heard(db, house, case, who="rahmat"):
    with db.read() as session:
        return [
            (each.author, each.text, each.task) for each in comments.of_case(session, case.id, actor=house.actors[who])
        ]


def told(db):
    with db.read() as session:
        names = {row.id: row.username for row in session.execute(select(models.users.c.id, models.users.c.username))}
        rows = session.execute(select(models.notices)).all()
    return sorted((names[row.user_id], row.kind) for row in rows)


def test_the_newest_comes_first_with_the_step_it_is_about(db, house, case, say):
    say("rahmat", "Lampiran menyusul.")
    say("yusuf", "Baik.\nSaya tunggu.", task_id=house.inbox("rahmat")[0].id)
    assert heard(db, house, case) == [
        ("Yusuf Lahay", "Baik.\nSaya tunggu.", "Catat surat"),
        ("Rahmat Ishak", "Lampiran menyusul.", ""),
    ]
    assert [each.kind for each in house.events(case.id)].count("comment.added") == 2
    with db.read() as session:
        assert history.verify(session).problems == ()


def test_who_is_mentioned_is_told(db, say):
    say("rahmat", "Mohon dicek @yusuf, dan @Fatma. Surat ke a@yusuf bukan sebutan.")
    assert told(db) == [("fatma", "mentioned"), ("yusuf", "mentioned")]


def test_who_mentions_oneself_is_not_told(db, say):
    say("rahmat", "Catatan untuk @rahmat.")
    assert told(db) == []


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Tanya @siapa", errors.MentionUnknown),
        ("Tanya @tamu", errors.MentionForbidden),
        ("", errors.CommentInvalid),
        (" \n ", errors.CommentInvalid),
        ("x" * 2001, errors.CommentInvalid),
    ],
)
def test_what_cannot_be_said(db, house, case, say, text, error):
    with pytest.raises(error):
        say("rahmat", text)
    assert heard(db, house, case) == []
    assert told(db) == []


def test_only_who_sees_the_case_speaks_and_hears(db, house, case, say):
    with pytest.raises(errors.InstanceForbidden):
        say("tamu", "Halo")
    with pytest.raises(errors.InstanceForbidden):
        heard(db, house, case, "tamu")


def test_a_task_of_another_case_is_none_of_it(house, say):
    house.start("rahmat")
    other = house.inbox("rahmat")[-1]
    with pytest.raises(errors.NotFound):
        say("rahmat", "Halo", task_id=other.id)


def test_what_is_said_is_kept_as_it_is_without_control_characters(db, house, case, say):
    say("rahmat", "<script>alert(1)</script>\x00\u202e =1+1")
    assert heard(db, house, case)[0][1] == "<script>alert(1)</script> =1+1"
