from collections.abc import Mapping
from datetime import timedelta

import pytest

from gateway.attendance import bookings
from gateway.attendance.absence import release_hold
from gateway.attendance.models import AbsenceHold, Mark, RegistrationPolicy, Session
from gateway.outbox.models import CronRun, Delivery
from gateway.project.cron import Due, Job, due_jobs, run_once
from gateway.project.jobs import SiteJobs, gateway_jobs
from gateway.timetable.models import Site
from tests.gateway.classes import make_learner, make_offering, make_session, make_slot
from tests.gateway.faces.office import NOW, Office
from tests.gateway.factories import make_site
from tests.gateway.school import MONDAY, OFFICE, School, at, make_school

pytestmark = pytest.mark.django_db


def codes() -> frozenset[str]:
    return frozenset({"O"})


def jobs_of(site: Site, policy: RegistrationPolicy | None = None) -> Mapping[str, Job]:
    return {job.name: job for job in SiteJobs(site, policy, codes).all()}


def fire(school: School, clock: str) -> list[str]:
    """Everything that is due at the school at that time; the names of what ran."""
    jobs = jobs_of(school.site, school.policy).values()
    due = due_jobs(jobs, now=at(clock))
    return [one.job.name for one in due if run_once(one, now=at(clock))]


def absent() -> int:
    return Mark.objects.filter(base="absent").count()


def test_a_site_without_automatic_absence_lays_sessions_and_judges() -> None:
    assert set(jobs_of(make_site())) == {
        "lay_sessions",
        "lay_ahead",
        "judge",
        "complete",
        "waiting",
        "photos",
    }


@pytest.mark.covers("TRK-07")
def test_automatic_absence_fires_on_the_line_of_the_policy() -> None:
    school = make_school()
    school.policy.cron = "45 9 * * *"

    assert jobs_of(school.site, school.policy)["absence"].line == "45 9 * * *"


def test_a_line_that_is_no_cron_line_stops_no_other_job() -> None:
    school = make_school()
    school.policy.cron = "whenever"

    assert set(jobs_of(school.site, school.policy)) == {
        "lay_sessions",
        "lay_ahead",
        "judge",
        "complete",
        "waiting",
        "photos",
    }


@pytest.mark.covers("SES-02")
def test_sessions_of_offerings_are_laid_two_weeks_ahead() -> None:
    site = make_site()
    make_slot(make_offering(site))
    lay_ahead = jobs_of(site)["lay_ahead"]

    told = [lay_ahead.run(at("06:00")) for _ in range(2)]

    assert told == ["3 made, 0 changed, 0 withdrawn", "0 made, 0 changed, 0 withdrawn"]


def test_a_site_is_told_of_what_laying_ahead_leaves_to_people() -> None:
    site = make_site()
    slot = make_slot(make_offering(site))
    lay_ahead = jobs_of(site)["lay_ahead"]
    lay_ahead.run(at("06:00"))
    Session.objects.filter(day=MONDAY).update(title="Exam", title_given=True)

    slot.delete()

    assert lay_ahead.run(at("06:10")) == "0 made, 0 changed, 2 withdrawn, 1 left to people"


@pytest.mark.covers("TRK-06")
def test_absentees_are_marked_when_the_schedule_fires_and_once() -> None:
    school = make_school()
    school.policy.share_limit = 1
    school.policy.save()
    school.pupils(3)

    fire(school, "09:10")
    fire(school, "09:10")
    fire(school, "10:10")

    assert absent() == 3
    assert Delivery.objects.count() == 3


@pytest.mark.covers("BEY-09")
def test_a_hold_that_is_released_is_acted_on_within_a_minute() -> None:
    school = make_school()
    school.pupils(3)
    fire(school, "09:10")
    hold = AbsenceHold.objects.get()
    assert absent() == 0

    release_hold(hold_id=hold.pk, by="office", because="trip", now=at("09:20"))
    fire(school, "09:21")

    assert absent() == 3


@pytest.mark.covers("TRN-11")
def test_what_an_offering_takes_on_is_given_out_within_five_minutes() -> None:
    site = make_site()
    offering = make_offering(site, capacity=0)
    session = make_session(offering)
    bookings.book(session_id=session.pk, person_id=make_learner().pk, by=OFFICE, now=at("08:00"))
    offering.capacity = 1
    offering.save()

    assert jobs_of(site)["waiting"].line == "*/5 * * * *"
    assert jobs_of(site)["waiting"].run(at("08:05")) == "1 have a place"
    assert jobs_of(site)["waiting"].run(at("08:10")) == "0 have a place"


def of_gateway(name: str) -> Job:
    return {job.name: job for job in gateway_jobs()}[name]


@pytest.mark.covers("BEY-08")
def test_faces_that_expired_are_wiped_within_the_hour() -> None:
    office = Office()
    office.enrol()
    wipe = of_gateway("wipe_faces")

    told = [wipe.run(NOW + timedelta(days=days)) for days in (399, 400)]

    assert told == ["0 faces", "1 faces"]
    assert wipe.line == "20 * * * *"


def test_what_is_old_is_forgotten() -> None:
    purge = of_gateway("purge")
    long_ago = at("08:00") - timedelta(days=100)
    run_once(Due(purge, long_ago), now=long_ago)

    told = purge.run(at("08:00"))

    assert told == "1 runs, 0 deliveries, 0 logins, 0 enrolments, 0 tickets"
    assert not CronRun.objects.exists()
