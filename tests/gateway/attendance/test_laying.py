from datetime import UTC, date, datetime, time, timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.attendance import lifecycle, scheduling
from gateway.attendance.laying import Laid, lay_ahead
from gateway.attendance.models import Attendee, Mark, Session
from gateway.attendance.scheduling import Draft, Placing
from gateway.attendance.values import AttendeeSource, AttendeeState, CancelledBy
from gateway.timetable import services as timetable
from gateway.timetable.errors import WrongSite
from gateway.timetable.models import Offering, Site
from gateway.timetable.values import OfferingKind
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_slot, tap
from tests.gateway.factories import make_site
from tests.gateway.school import MONDAY, OFFICE, at, make_kiosk

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
SATURDAY = MONDAY + timedelta(days=5)
NOW = at("06:00")
NOTHING = Laid()


def lay(site: Site, *, clock: str = "06:00", days: int = 14) -> Laid:
    return lay_ahead(site_id=site.pk, now=at(clock), days=days)


def days_of(offering: Offering) -> list[date]:
    return list(
        Session.objects.filter(meets__offering=offering)
        .order_by("day")
        .values_list("day", flat=True)
    )


@pytest.mark.covers("SES-02")
def test_weekly_times_become_sessions_of_two_weeks() -> None:
    site = make_site()
    algebra = make_offering(site, overrides={"grace": 5})
    slot = make_slot(algebra)

    assert lay(site) == Laid(made=3)

    first = Session.objects.order_by("day")[0]
    assert days_of(algebra) == [MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK]
    assert (first.starts_at, first.registers_at, first.finishes_at) == (
        at("16:00"), at("16:00"), at("17:00"),
    )  # fmt: skip
    assert (first.title, first.kind, first.state) == ("Algebra · 16:00", "class", "scheduled")
    assert (first.slot, first.planned_on) == (slot, MONDAY)
    assert (first.profile, first.overrides) == ("coaching", {"grace": 5})


def test_laying_again_changes_nothing() -> None:
    site = make_site()
    make_slot(make_offering(site))
    lay(site)

    assert lay(site) == NOTHING
    assert lay(site, clock="16:30") == NOTHING
    assert Session.objects.count() == 3


def test_an_evening_belongs_to_the_date_it_starts_on() -> None:
    site = make_site()
    make_slot(make_offering(site), "22:00", "00:30")

    lay(site, days=0)

    session = Session.objects.get()
    assert (session.day, session.finishes_at) == (MONDAY, at("00:30", MONDAY + timedelta(days=1)))


def test_an_offering_meets_between_its_dates_and_no_longer_once_archived() -> None:
    site = make_site()
    short = make_offering(site, "Short", ends_on=MONDAY + WEEK)
    late = make_offering(site, "Late", starts_on=MONDAY + WEEK)
    old = make_offering(site, "Old", archived_at=NOW)
    for offering in (short, late, old):
        make_slot(offering)

    lay(site)

    assert days_of(short) == [MONDAY, MONDAY + WEEK]
    assert days_of(late) == [MONDAY + WEEK, MONDAY + 2 * WEEK]
    assert days_of(old) == []


def test_nothing_meets_on_closures_and_outside_the_terms_but_camps() -> None:
    site = make_site()
    algebra, camp = make_offering(site), make_offering(site, "Chess", kind=OfferingKind.CAMP)
    make_slot(algebra)
    make_slot(camp, "09:00", "12:00")
    timetable.add_closure(site_id=site.pk, reason="boiler", starts_on=MONDAY)
    timetable.add_term(
        site_id=site.pk, name="Autumn", starts_on=MONDAY - 8 * WEEK, ends_on=MONDAY + WEEK
    )

    lay(site)

    assert days_of(algebra) == [MONDAY + WEEK]
    assert days_of(camp) == [MONDAY + WEEK, MONDAY + 2 * WEEK]


def test_a_weekly_time_on_a_saturday_is_held() -> None:
    site = make_site()
    algebra = make_offering(site)
    make_slot(algebra, weekday=6)

    lay(site, days=6)

    assert days_of(algebra) == [SATURDAY]


def test_nothing_meets_on_a_public_holiday() -> None:
    site = make_site()
    algebra = make_offering(site)
    make_slot(algebra, weekday=5)
    christmas = date(2026, 12, 25)

    lay_ahead(site_id=site.pk, now=at("06:00", christmas - WEEK), days=14)

    assert days_of(algebra) == [christmas - WEEK]


def test_where_public_holidays_are_unknown_nothing_is_laid() -> None:
    site = make_site()
    make_slot(make_offering(site))
    Site.objects.update(country="XX")

    with pytest.raises(WrongSite):
        lay(site)

    assert not Session.objects.exists()


def test_the_night_the_clock_changes_keeps_the_length_of_a_session() -> None:
    site = make_site()
    make_slot(make_offering(site, starts_on=date(2026, 3, 1)), "00:30", "02:30", weekday=7)

    lay_ahead(site_id=site.pk, now=datetime(2026, 3, 28, 12, tzinfo=UTC), days=1)

    session = Session.objects.get()
    assert (session.day, session.starts_at, session.finishes_at) == (
        date(2026, 3, 29),
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    )


def test_a_changed_weekly_time_moves_what_nobody_touched() -> None:
    site = make_site()
    slot = make_slot(make_offering(site))
    lay(site)
    named = Session.objects.get(day=MONDAY + WEEK)
    scheduling.retitle(session_id=named.pk, title="Exam", by=OFFICE)

    slot.starts, slot.ends = time(17), time(18)
    slot.save()

    assert lay(site) == Laid(changed=2)
    starts = Session.objects.order_by("day").values_list("title", "starts_at")
    assert list(starts) == [
        ("Algebra · 17:00", at("17:00")),
        ("Exam", at("16:00", MONDAY + WEEK)),
        ("Algebra · 17:00", at("17:00", MONDAY + 2 * WEEK)),
    ]


def test_another_weekday_is_laid_instead() -> None:
    site = make_site()
    algebra = make_offering(site)
    slot = make_slot(algebra)
    lay(site)

    slot.weekday = 3
    slot.save()

    assert lay(site) == Laid(made=2, withdrawn=3)
    assert days_of(algebra) == [MONDAY + timedelta(days=2), MONDAY + timedelta(days=9)]


def test_what_has_begun_stays_when_its_weekly_time_goes() -> None:
    site = make_site()
    algebra = make_offering(site)
    slot = make_slot(algebra)
    lay(site)

    slot.delete()

    assert lay(site, clock="16:00") == Laid(withdrawn=2)
    assert days_of(algebra) == [MONDAY]


def test_a_session_people_booked_is_left_to_people() -> None:
    site = make_site()
    algebra = make_offering(site)
    slot = make_slot(algebra)
    lay(site, days=0)
    Attendee.objects.create(
        session=Session.objects.get(),
        person=make_learner(),
        state=AttendeeState.BOOKED.value,
        source=AttendeeSource.BOOKING.value,
        queued_at=NOW,
        added_by="office",
    )

    slot.delete()

    assert lay(site, days=0) == Laid(left=1)
    assert days_of(algebra) == [MONDAY]


def test_a_closure_takes_away_and_striking_it_out_brings_back() -> None:
    site = make_site()
    algebra = make_offering(site)
    make_slot(algebra)
    lay(site, days=0)

    timetable.add_closure(site_id=site.pk, reason="boiler", starts_on=MONDAY)
    assert lay(site, days=0) == Laid(withdrawn=1)

    site.closures.all().delete()
    assert lay(site, days=0) == Laid(made=1)
    assert days_of(algebra) == [MONDAY]


def test_a_cancelled_session_is_not_raised_again() -> None:
    site = make_site()
    make_slot(make_offering(site))
    lay(site, days=0)
    lifecycle.cancel(
        session_id=Session.objects.get().pk,
        whose=CancelledBy.TEACHER_ABSENT,
        because="ill",
        by=OFFICE,
        now=NOW,
    )

    assert lay(site, days=0) == NOTHING
    assert Session.objects.get().state == "cancelled"


def test_a_moved_session_stays_where_it_was_moved() -> None:
    site = make_site()
    algebra = make_offering(site)
    make_slot(algebra)
    lay(site)
    tuesday = MONDAY + timedelta(days=1)
    scheduling.move(
        session_id=Session.objects.get(day=MONDAY).pk,
        to=Placing(tuesday, time(18), time(19)),
        because="room flooded",
        by=OFFICE,
        now=NOW,
    )

    assert lay(site) == NOTHING
    assert days_of(algebra) == [tuesday, MONDAY + WEEK, MONDAY + 2 * WEEK]


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_session_made_by_hand_at_that_time_stands_for_the_weekly_one(*, cancelled: bool) -> None:
    site = make_site()
    algebra = make_offering(site)
    make_slot(algebra)
    by_hand = scheduling.create(draft=Draft((algebra.pk,), MONDAY, time(15), time(16, 30)), now=NOW)
    if cancelled:
        Session.objects.filter(pk=by_hand.pk).update(state="cancelled")

    assert lay(site, days=0) == NOTHING
    assert Session.objects.get() == by_hand


def test_a_session_made_by_hand_at_another_time_does_not() -> None:
    site = make_site()
    algebra = make_offering(site)
    make_slot(algebra)
    scheduling.create(draft=Draft((algebra.pk,), MONDAY, time(9), time(10)), now=NOW)

    assert lay(site, days=0) == Laid(made=1)


def test_who_is_there_already_is_judged_at_a_session_laid_for_today() -> None:
    site = make_site()
    algebra, mia = make_offering(site), make_learner()
    enrol_in(algebra, mia)
    make_slot(algebra)
    tap(site, make_kiosk(site), mia, "15:50")

    lay(site, clock="15:55", days=0)

    assert Mark.objects.get().base == "present"


def test_a_session_with_words_on_its_roll_moves_but_is_not_taken_away() -> None:
    site = make_site()
    algebra, mia = make_offering(site), make_learner()
    enrol_in(algebra, mia)
    slot = make_slot(algebra)
    lay(site, days=0)
    tap(site, make_kiosk(site), mia, "08:00")
    assert Mark.objects.get().base == "present"

    slot.starts = time(16, 30)
    slot.save()
    assert lay(site, clock="09:00", days=0) == Laid(changed=1)

    slot.delete()
    assert lay(site, clock="09:10", days=0) == Laid(left=1)
    assert Session.objects.get().starts_at == at("16:30")


def test_a_site_without_offerings_has_little_asked_of_its_store(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    site = make_site()

    with django_assert_num_queries(3):
        assert lay(site) == NOTHING


def test_sessions_after_an_earlier_end_are_taken_away() -> None:
    site = make_site()
    algebra = make_offering(site)
    make_slot(algebra)
    lay(site)

    Offering.objects.update(ends_on=MONDAY)

    assert lay(site) == Laid(withdrawn=2)
    assert days_of(algebra) == [MONDAY]


@pytest.mark.parametrize("count", [1, 3])
def test_more_offerings_ask_no_more(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    site = make_site()
    for number in range(count):
        make_slot(make_offering(site, f"Batch {number}"))
    lay(site)

    with django_assert_num_queries(1 + 1 + 3 + 15 * 2 + 15 * 3):
        assert lay(site) == NOTHING
