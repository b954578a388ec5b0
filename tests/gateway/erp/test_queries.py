from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.erp import queries
from gateway.erp.models import Code, Registration
from gateway.erp.ports import CodeKind, ErpCode
from gateway.erp.queries import ToCorrect
from gateway.erp.services import note_corrected
from tests.gateway.school import MONDAY, School, make_school

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
State = Registration.State


@pytest.fixture
def school() -> School:
    return make_school()


def register(school: School, count: int, *, state: State = State.CORRECT_IN_ERP) -> list[int]:
    pupils = school.pupils(count)
    for minute, pupil in enumerate(pupils):
        Registration.objects.create(
            session=school.session,
            person=pupil,
            state=state,
            because="the ERP refuses the correction",
            at=NOW + timedelta(minutes=minute),
        )
    return [pupil.pk for pupil in pupils]


@pytest.mark.covers("TRK-09")
def test_what_is_to_be_corrected_is_listed_with_its_reason(school: School) -> None:
    [person_id] = register(school, 1)
    register(school, 1, state=State.PUSHED)

    assert queries.to_correct(school.site.pk) == (
        ToCorrect(
            session_id=school.session.pk,
            title="Senior · AM",
            day=MONDAY,
            person_id=person_id,
            name="Mia Keller",
            because="the ERP refuses the correction",
            at=NOW,
        ),
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_one_query_however_long_it_is(school: School, count: int) -> None:
    register(school, count)

    with CaptureQueriesContext(connection) as asked:
        listed = queries.to_correct(school.site.pk)

    assert (len(listed), len(asked)) == (count, 1)


def test_the_newest_comes_first_and_a_date_can_be_asked_for(school: School) -> None:
    ids = register(school, 3)

    assert [line.person_id for line in queries.to_correct(school.site.pk)] == ids[::-1]
    assert len(queries.to_correct(school.site.pk, day=MONDAY)) == 3
    assert queries.to_correct(school.site.pk, day=date(2026, 11, 24)) == ()


def test_codes_are_known_by_both_names_while_they_are_active() -> None:
    told = [("7", "UA", "O", True), ("8", "N", "", True), ("9", "X", "X", False)]
    for key, code, government, active in told:
        Code.objects.create(
            kind="absence", external_id=key, code=code, government_code=government, active=active
        )
    Code.objects.create(kind="present", external_id="1", code="/")

    assert queries.absence_codes() == {"UA", "O", "N"}
    assert ErpCode(CodeKind.PRESENT, "1", "/", "", "") in queries.codes()


@pytest.mark.covers("TRK-09")
def test_what_a_person_corrected_leaves_the_list(school: School) -> None:
    [person_id] = register(school, 1)

    noted = note_corrected(session_id=school.session.pk, person_id=person_id, by="office", now=NOW)

    assert noted
    assert queries.to_correct(school.site.pk) == ()
    assert not note_corrected(
        session_id=school.session.pk, person_id=person_id, by="office", now=NOW
    )
