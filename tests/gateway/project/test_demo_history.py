from datetime import date

import pytest

from gateway.attendance.models import Mark, MarkRevision, Session
from gateway.attendance.saying import CHAINED
from gateway.attendance.settling import chained
from gateway.project.demo import history
from tests.gateway.factories import make_division, make_site, make_student, make_year_group

pytestmark = pytest.mark.django_db
SATURDAY = date(2026, 11, 28)
TWO_DAYS = history.Size(sessions_a_day=10, marks=2 * 10 * history.SIZE)


def lay_out() -> tuple[int, list[int]]:
    site = make_site()
    group = make_year_group(make_division(site))
    students = [make_student(year_group=group) for _ in range(30)]
    heard: list[int] = []
    marks = history.lay_out(
        site, students=students, teachers=students[:1], size=TWO_DAYS, today=SATURDAY,
        tell=heard.append,
    )  # fmt: skip
    return marks, heard


def test_the_history_has_as_many_marks_as_were_asked_for() -> None:
    marks, heard = lay_out()

    assert marks == Mark.objects.count() == MarkRevision.objects.count() == TWO_DAYS.marks
    assert heard == [TWO_DAYS.marks // 2, TWO_DAYS.marks]


def test_each_weekday_has_as_many_sessions_as_were_asked_for() -> None:
    lay_out()

    days = Session.objects.order_by("day").values_list("day", flat=True)
    assert [day.isoformat() for day in dict.fromkeys(days)] == ["2026-11-26", "2026-11-27"]
    assert Session.objects.filter(day=date(2026, 11, 27)).count() == TWO_DAYS.sessions_a_day


def test_the_history_stands_an_audit() -> None:
    lay_out()

    columns = [f"{n}_id" if n in ("session", "person") else n for n in CHAINED]
    for row in MarkRevision.objects.all():
        fields = [getattr(row, name) for name in columns]
        assert row.chain == chained("", fields)
