from datetime import date

import pytest

from gateway.people.errors import UnknownPerson
from gateway.timetable import belonging
from gateway.timetable.errors import (
    AlreadyEnrolled,
    Full,
    NotEnrolled,
    UnknownOffering,
    WrongDates,
    WrongOffering,
)
from gateway.timetable.models import Offering, OfferingEnrolment
from gateway.timetable.offering_queries import Belongs, belongings
from gateway.timetable.values import EndedAs, Standing
from tests.gateway.classes import SEPTEMBER, enrol_in, make_learner, make_offering
from tests.gateway.factories import make_site

pytestmark = pytest.mark.django_db

OCTOBER = date(2026, 10, 1)
NOVEMBER = date(2026, 11, 1)
Row = tuple[str, date, date | None, str]


def rows(offering: Offering) -> list[Row]:
    found = OfferingEnrolment.objects.filter(offering=offering).order_by("person", "starts_on")
    return list(found.values_list("standing", "starts_on", "ends_on", "ended_as"))


def test_somebody_tries_and_then_belongs() -> None:
    algebra, mia = make_offering(make_site()), make_learner()

    for _ in range(2):
        belonging.enrol(
            offering_id=algebra.pk, person_id=mia.pk, on=SEPTEMBER, standing=Standing.TRIAL
        )
    belonging.change_standing(
        offering_id=algebra.pk, person_id=mia.pk, on=OCTOBER, standing=Standing.ACTIVE
    )

    assert rows(algebra) == [
        ("trial", SEPTEMBER, date(2026, 9, 30), ""),
        ("active", OCTOBER, None, ""),
    ]


def test_one_who_is_back_from_hold_is_active_again() -> None:
    algebra, mia = make_offering(make_site()), make_learner()
    enrol_in(algebra, mia)

    for on, standing in ((OCTOBER, Standing.ON_HOLD), (NOVEMBER, Standing.ACTIVE)):
        belonging.change_standing(
            offering_id=algebra.pk, person_id=mia.pk, on=on, standing=standing
        )

    assert rows(algebra) == [
        ("active", SEPTEMBER, date(2026, 9, 30), ""),
        ("on_hold", OCTOBER, date(2026, 10, 31), ""),
        ("active", NOVEMBER, None, ""),
    ]


def test_a_hold_that_is_taken_back_leaves_one_row() -> None:
    algebra, mia = make_offering(make_site()), make_learner()
    enrol_in(algebra, mia)

    for standing in (Standing.ON_HOLD, Standing.ACTIVE):
        belonging.change_standing(
            offering_id=algebra.pk, person_id=mia.pk, on=OCTOBER, standing=standing
        )

    assert rows(algebra) == [("active", SEPTEMBER, None, "")]


@pytest.mark.parametrize("how", [EndedAs.DROPPED, EndedAs.COMPLETED])
def test_who_leaves_belongs_up_to_the_last_day(how: EndedAs) -> None:
    algebra, mia = make_offering(make_site()), make_learner()
    enrol_in(algebra, mia)

    belonging.end(offering_id=algebra.pk, person_id=mia.pk, last_day=OCTOBER, how=how)

    assert rows(algebra) == [("active", SEPTEMBER, OCTOBER, how.value)]


def test_a_transfer_keeps_the_history() -> None:
    site, mia = make_site(), make_learner()
    algebra, physics = make_offering(site), make_offering(site, "Physics")
    enrol_in(algebra, mia, standing=Standing.TRIAL)

    belonging.transfer(offering_id=algebra.pk, person_id=mia.pk, to=physics.pk, on=OCTOBER)

    assert belongings(mia.pk) == (
        Belongs(physics.pk, "Physics", Standing.TRIAL, OCTOBER, None, None),
        Belongs(
            algebra.pk, "Algebra", Standing.TRIAL, SEPTEMBER, date(2026, 9, 30),
            EndedAs.TRANSFERRED,
        ),
    )  # fmt: skip
    assert [each.offering for each in belongings(mia.pk, SEPTEMBER)] == ["Algebra"]


def test_a_full_offering_takes_nobody_more() -> None:
    site, mia = make_site(), make_learner()
    algebra, physics = make_offering(site, capacity=1), make_offering(site, "Physics")
    enrol_in(algebra, make_learner("Tom Berg"))
    enrol_in(physics, mia)

    with pytest.raises(Full, match="Algebra has 1 places and 1 are taken"):
        belonging.enrol(offering_id=algebra.pk, person_id=mia.pk, on=OCTOBER)
    with pytest.raises(Full):
        belonging.transfer(offering_id=physics.pk, person_id=mia.pk, to=algebra.pk, on=OCTOBER)

    assert len(rows(algebra)) == 1
    assert rows(physics) == [("active", SEPTEMBER, None, "")]


def test_a_place_is_free_for_as_long_as_nobody_else_has_it() -> None:
    algebra, mia = make_offering(make_site(), capacity=1), make_learner()
    enrol_in(algebra, make_learner("Tom Berg"), starts_on=OCTOBER)

    with pytest.raises(Full):
        belonging.enrol(offering_id=algebra.pk, person_id=mia.pk, on=SEPTEMBER)
    belonging.enrol(offering_id=algebra.pk, person_id=mia.pk, on=SEPTEMBER, until=date(2026, 9, 30))

    assert len(rows(algebra)) == 2


def test_who_belongs_already_is_told_to_change_the_standing() -> None:
    algebra, mia = make_offering(make_site()), make_learner()
    enrol_in(algebra, mia, standing=Standing.ON_HOLD)

    with pytest.raises(AlreadyEnrolled, match="change the standing"):
        belonging.enrol(offering_id=algebra.pk, person_id=mia.pk, on=OCTOBER)

    assert rows(algebra) == [("on_hold", SEPTEMBER, None, "")]


def test_who_does_not_belong_changes_leaves_and_transfers_nothing() -> None:
    site, mia = make_site(), make_learner()
    algebra, physics = make_offering(site), make_offering(site, "Physics")
    her = {"offering_id": algebra.pk, "person_id": mia.pk}

    with pytest.raises(NotEnrolled):
        belonging.change_standing(**her, on=OCTOBER, standing=Standing.ON_HOLD)
    with pytest.raises(NotEnrolled):
        belonging.end(**her, last_day=OCTOBER, how=EndedAs.DROPPED)
    with pytest.raises(NotEnrolled):
        belonging.transfer(**her, to=physics.pk, on=OCTOBER)

    assert not OfferingEnrolment.objects.exists()


def test_nobody_enrols_in_what_is_over_archived_or_unknown() -> None:
    site, mia = make_site(), make_learner()
    over = make_offering(site, ends_on=date(2026, 9, 30))
    archived = make_offering(site, "Old", archived_at="2026-10-01T00:00Z")

    with pytest.raises(WrongDates, match="ends on 2026-09-30"):
        belonging.enrol(offering_id=over.pk, person_id=mia.pk, on=OCTOBER)
    with pytest.raises(WrongOffering, match="archived"):
        belonging.enrol(offering_id=archived.pk, person_id=mia.pk, on=OCTOBER)
    with pytest.raises(UnknownOffering, match="no offering 0"):
        belonging.enrol(offering_id=0, person_id=mia.pk, on=OCTOBER)
    with pytest.raises(UnknownPerson, match="no person 0"):
        belonging.enrol(offering_id=over.pk, person_id=0, on=SEPTEMBER)

    assert not OfferingEnrolment.objects.exists()


def test_what_makes_no_sense_is_refused() -> None:
    algebra, mia = make_offering(make_site()), make_learner()
    one, her = algebra.pk, mia.pk

    with pytest.raises(WrongOffering, match="active or on trial"):
        belonging.enrol(offering_id=one, person_id=her, on=OCTOBER, standing=Standing.ON_HOLD)
    with pytest.raises(WrongDates, match="swap"):
        belonging.enrol(offering_id=one, person_id=her, on=OCTOBER, until=SEPTEMBER)
    with pytest.raises(WrongOffering, match="another offering"):
        belonging.transfer(offering_id=one, person_id=her, to=algebra.pk, on=OCTOBER)
    with pytest.raises(WrongOffering, match="leads to"):
        belonging.end(offering_id=one, person_id=her, last_day=OCTOBER, how=EndedAs.TRANSFERRED)

    assert not OfferingEnrolment.objects.exists()
