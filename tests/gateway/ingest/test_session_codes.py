from base64 import b64decode
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from gateway.attendance.class_judging import policy_for, window_of
from gateway.attendance.entry_codes import code_key
from gateway.attendance.models import Session
from gateway.attendance.values import SessionState
from gateway.fleet.options import Options, set_door_options
from gateway.ingest.queries import site_settings
from gateway.ingest.session_codes import session_codes
from gateway.people.pins import pin_key
from kiosk.protocol.rotating import code_at, is_current
from tests.gateway.classes import make_offering, make_session
from tests.gateway.school import MONDAY, School, at, make_school

pytestmark = pytest.mark.django_db

NOW = at("08:00")


@pytest.fixture
def school(settings: Settings) -> School:
    settings.CSRF_TRUSTED_ORIGINS = ["https://muster.school"]
    return make_school()


def switch(school: School, options: Options) -> None:
    set_door_options(site_id=school.site.pk, options=options)


@pytest.mark.covers("BEY-07")
def test_kiosks_hear_of_todays_sessions_where_it_is_switched_on(school: School) -> None:
    switch(school, Options(show_session_codes=True))

    (told,) = site_settings(school.site, now=NOW).session_codes

    session = school.session
    assert (told.session, told.title) == (session.pk, session.title)
    assert told.url == f"https://muster.school/attend/{session.pk}/"
    window, policy = window_of(session, school.site), policy_for(session)
    assert (told.shown_from, told.shown_until, told.step) == (
        window.opens_at(policy),
        window.closes_at(policy),
        policy.code_step,
    )


@pytest.mark.covers("BEY-07")
def test_a_code_the_kiosk_makes_is_current_here_for_two_steps(school: School) -> None:
    (told,) = session_codes(school.site, now=NOW)

    code = code_at(b64decode(told.key), NOW, step=told.step)

    key = code_key(school.session.pk)
    later = [is_current(code, key=key, at=NOW + told.step * n, step=told.step) for n in (0, 1, 2)]
    assert later == [True, True, False]


def test_no_code_is_told_until_it_is_switched_on(school: School) -> None:
    assert site_settings(school.site, now=NOW).session_codes == ()


def test_without_a_public_address_there_are_no_codes(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = []

    assert session_codes(make_school().site, now=NOW) == ()


def test_cancelled_and_other_days_sessions_have_none(school: School) -> None:
    assert session_codes(school.site, now=NOW + timedelta(days=1)) == ()

    Session.objects.update(state=SessionState.CANCELLED.value)

    assert session_codes(school.site, now=NOW) == ()


def test_sessions_that_have_no_codes_are_not_told(school: School) -> None:
    Session.objects.update(overrides={"session_code": False})

    assert session_codes(school.site, now=NOW) == ()


@pytest.mark.covers("QR-01")
def test_a_class_of_the_evening_keeps_its_code_past_midnight(school: School) -> None:
    night = make_session(
        make_offering(school.site, overrides={"code_step": 20}), starts="23:00", ends="00:30"
    )
    tuesday = MONDAY + timedelta(days=1)

    during, after = (
        session_codes(school.site, now=at(clock, tuesday)) for clock in ("00:40", "01:01")
    )

    assert [(told.session, told.step) for told in during] == [(night.pk, timedelta(seconds=20))]
    assert after == ()


def test_the_key_of_pins_goes_out_only_where_one_may_be_entered(school: School) -> None:
    before = site_settings(school.site, now=NOW).fallback
    switch(school, Options(fallback_pin=True))

    after = site_settings(school.site, now=NOW).fallback

    assert (before.pin, before.pin_key) == (False, "")
    assert (after.pin, b64decode(after.pin_key)) == (True, pin_key())
