import pytest

from gateway.attendance import snapshots
from gateway.attendance.errors import (
    NotPermitted,
    TaughtAlready,
    UnknownProfile,
    UnknownSession,
    WrongOverride,
)
from gateway.attendance.marking import Actor
from gateway.attendance.models import Mark, Session
from gateway.people.values import Role
from gateway.timetable.errors import UnknownOffering, UnknownPlace
from gateway.timetable.models import Offering, Site
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session, tap
from tests.gateway.factories import make_site
from tests.gateway.school import OFFICE, at, make_kiosk

pytestmark = pytest.mark.django_db

NOW = at("12:00")
GUARDIAN = Actor("gabi", frozenset({Role.GUARDIAN}))


def judged_by(session: Session) -> tuple[str, dict[str, object]]:
    session.refresh_from_db()
    return session.profile, session.overrides


def test_an_offering_s_numbers_reach_sessions_that_have_not_begun() -> None:
    algebra = make_offering(make_site())
    over = make_session(algebra, starts="09:00", ends="10:00")
    begun = make_session(algebra, starts="13:00", ends="14:00", state="active")
    coming = make_session(algebra, starts="16:00", ends="17:00", own_overrides={"due_after": 1})

    changed = snapshots.set_offering_profile(
        offering_id=algebra.pk, profile="tuition", overrides={"grace": 3, "due_after": 9}, now=NOW
    )

    assert changed == 1
    assert judged_by(coming) == ("tuition", {"grace": 3, "due_after": 1})
    assert judged_by(over) == judged_by(begun) == ("coaching", {})


def test_a_site_s_profile_reaches_offerings_that_pick_none() -> None:
    site = make_site()
    plain, picky = make_offering(site, profile=""), make_offering(site, "Picky")
    sessions = [make_session(each) for each in (plain, picky)]
    elsewhere = make_session(make_offering(make_site("annex"), profile=""))

    changed = snapshots.set_site_profile(
        site_id=site.pk, profile="activity", overrides={"grace": 1}, now=NOW
    )

    assert changed == 2
    assert [judged_by(each) for each in sessions] == [
        ("activity", {"grace": 1}),
        ("coaching", {"grace": 1}),
    ]
    assert judged_by(elsewhere) == ("school", {})


def test_the_same_again_changes_nothing() -> None:
    algebra = make_offering(make_site())
    make_session(algebra)
    told = {"grace": 3}
    changes = [
        snapshots.set_offering_profile(
            offering_id=algebra.pk, profile="coaching", overrides=told, now=NOW
        )
        for _ in range(2)
    ]

    assert changes == [1, 0]


def test_a_session_has_numbers_of_its_own_until_it_begins() -> None:
    session = make_session(make_offering(make_site(), overrides={"grace": 9, "due_after": 2}))

    snapshots.set_own_numbers(
        session_id=session.pk, overrides={"grace": 5}, by=OFFICE, now=at("15:59")
    )
    with pytest.raises(TaughtAlready):
        snapshots.set_own_numbers(
            session_id=session.pk, overrides={"grace": 6}, by=OFFICE, now=at("16:00")
        )

    assert judged_by(session) == ("coaching", {"grace": 5, "due_after": 2})


def test_those_on_site_are_judged_by_the_new_numbers() -> None:
    site, mia = make_site(), make_learner()
    algebra = make_offering(site)
    enrol_in(algebra, mia)
    make_session(algebra)
    tap(site, make_kiosk(site), mia, "08:00")
    assert Mark.objects.get().base == "present"

    snapshots.set_offering_profile(
        offering_id=algebra.pk, profile="", overrides={"arrival": "tap_in_window"}, now=NOW
    )

    assert Mark.objects.get().base == "pending"


def test_what_cannot_be_is_refused_and_changes_nothing() -> None:
    site = make_site()
    algebra = make_offering(site)
    session = make_session(algebra)

    with pytest.raises(UnknownProfile):
        snapshots.set_offering_profile(
            offering_id=algebra.pk, profile="circus", overrides={}, now=NOW
        )
    with pytest.raises(WrongOverride):
        snapshots.set_site_profile(
            site_id=site.pk, profile="school", overrides={"gracce": 1}, now=NOW
        )
    with pytest.raises(WrongOverride):
        snapshots.set_own_numbers(
            session_id=session.pk, overrides={"grace": -1}, by=OFFICE, now=NOW
        )
    with pytest.raises(NotPermitted):
        snapshots.set_own_numbers(
            session_id=session.pk, overrides={"grace": 1}, by=GUARDIAN, now=NOW
        )

    assert judged_by(session) == ("coaching", {})
    assert (Offering.objects.get().profile, Site.objects.get().overrides) == ("coaching", {})


def test_what_is_unknown_is_refused() -> None:
    with pytest.raises(UnknownPlace):
        snapshots.set_site_profile(site_id=0, profile="school", overrides={}, now=NOW)
    with pytest.raises(UnknownOffering):
        snapshots.set_offering_profile(offering_id=0, profile="", overrides={}, now=NOW)
    with pytest.raises(UnknownSession):
        snapshots.set_own_numbers(session_id=0, overrides={}, by=OFFICE, now=NOW)

    assert not Session.objects.exists()
