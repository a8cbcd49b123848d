from dataclasses import replace
from datetime import date, datetime

from engine.people import groups


def test_work_is_due_in_the_hours_of_the_office(db, house, office):
    friday = datetime(2026, 4, 10, 16, 28, tzinfo=office.zone)

    def due_of_two_days():
        house.start()
        house.complete("rahmat", house.inbox("rahmat")[0].id, {"nomor": "015/UM/2026"}, now=friday)
        return house.inbox("yusuf")[-1].due_at

    assert due_of_two_days() == datetime(2026, 4, 14, 16, tzinfo=office.zone)  # not at 16:28, when nobody is there
    with db.begin() as session:
        closed = replace(office.calendar, off=frozenset({date(2026, 4, 13)}))
        groups.sync(session, replace(office, calendar=closed))
    assert due_of_two_days() == datetime(2026, 4, 15, 16, tzinfo=office.zone)


def test_what_tells_no_duration_has_no_due_date(house):
    house.start()
    house.complete("rahmat", house.inbox("rahmat")[0].id, {"nomor": "015/UM/2026"})
    house.complete("yusuf", house.inbox("yusuf")[0].id, {"keputusan": "setuju"})
    assert house.inbox("fatma")[0].due_at is None
