"""What is done by the clock, for each site on the clock of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.sessions.models import Session as Login

from gateway.attendance import absence, audit, bookings, lifecycle, services as attendance
from gateway.attendance.check_in_photos import purge_stills
from gateway.attendance.code_entry import purge_tickets
from gateway.attendance.laying import lay_ahead
from gateway.attendance.models import AbsenceRun, RegistrationPolicy
from gateway.attendance.photos import purge_photos
from gateway.attendance.policies import is_cron
from gateway.faces.services import wipe_stale
from gateway.fleet.enrolling import purge_enrolments
from gateway.outbox import services as outbox
from gateway.project.cron import Job, purge_runs
from gateway.timetable.models import Site
from kiosk.protocol.days import school_day

WHOLE_GATEWAY = "gateway"
EVERY_MINUTE = "* * * * *"
ALL_DAY = timedelta(hours=24)
JUST_NOW = timedelta(minutes=2)
KEPT_RUNS = timedelta(days=14)
KEPT_DELIVERIES = timedelta(days=90)
KEPT_ENROLMENTS = timedelta(days=30)
KEPT_TICKETS = timedelta(days=1)
KEPT_STILLS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SiteJobs:
    """The jobs of one site that need no ERP. `codes` asks for the absence codes it knows."""

    site: Site
    policy: RegistrationPolicy | None
    codes: absence.Codes

    def all(self) -> Iterator[Job]:
        """Registration sessions, judgement and, where it is on, automatic absence."""
        yield site_job(self.site, "lay_sessions", "*/10 * * * *", ALL_DAY, self._lay_sessions)
        yield site_job(self.site, "lay_ahead", "*/10 * * * *", ALL_DAY, self._lay_ahead)
        yield site_job(self.site, "judge", EVERY_MINUTE, JUST_NOW, self._judge)
        yield site_job(self.site, "complete", EVERY_MINUTE, JUST_NOW, self._complete)
        yield site_job(self.site, "waiting", "*/5 * * * *", JUST_NOW, self._fill_lines)
        yield site_job(self.site, "photos", "25 2 * * *", ALL_DAY, self._purge_photos)
        policy = self.policy
        if policy is not None and policy.absence_enabled and is_cron(policy.cron):
            yield site_job(self.site, "absence", policy.cron, ALL_DAY, self._mark_absent)
            yield site_job(self.site, "absence_again", EVERY_MINUTE, JUST_NOW, self._go_on)

    def _lay_sessions(self, now: datetime) -> str:
        laid = attendance.lay_sessions(site_id=self.site.pk, day=self._today(now), now=now)
        return f"{laid} sessions"

    def _lay_ahead(self, now: datetime) -> str:
        laid = lay_ahead(site_id=self.site.pk, now=now)
        told = f"{laid.made} made, {laid.changed} changed, {laid.withdrawn} withdrawn"
        return f"{told}, {laid.left} left to people" if laid.left else told

    def _judge(self, now: datetime) -> str:
        return f"{attendance.judge_sessions(site_id=self.site.pk, now=now)} opened"

    def _complete(self, now: datetime) -> str:
        return f"{lifecycle.run_clock(site_id=self.site.pk, now=now)} completed"

    def _fill_lines(self, now: datetime) -> str:
        return f"{bookings.fill_lines(site_id=self.site.pk, now=now)} have a place"

    def _mark_absent(self, now: datetime) -> str:
        outcomes = absence.run(site_id=self.site.pk, codes=self.codes, now=now)
        return "; ".join(f"{one.session_id} {one.state} {one.marked}" for one in outcomes)

    def _go_on(self, now: datetime) -> str:
        """Look again at what was held or broken off, so that a release needs no next firing."""
        unfinished = AbsenceRun.objects.filter(
            session__site=self.site, session__day=self._today(now)
        ).exclude(state=AbsenceRun.State.DONE)
        return self._mark_absent(now) if unfinished.exists() else ""

    def _purge_photos(self, now: datetime) -> str:
        return f"{purge_photos(site_id=self.site.pk, now=now)} photos deleted"

    def _today(self, now: datetime) -> date:
        return school_day(now, zone=self.site.tz, day_starts=self.site.day_starts)


def site_job(
    site: Site, name: str, line: str, look_back: timedelta, run: Callable[[datetime], str]
) -> Job:
    """A job on the clock of a site."""
    return Job(name, site.slug, line, site.tz, look_back, run)


def gateway_jobs() -> tuple[Job, ...]:
    """The jobs that belong to no site."""
    utc = ZoneInfo("UTC")
    return (
        Job("purge", WHOLE_GATEWAY, "15 3 * * *", utc, ALL_DAY, _purge),
        Job("seal", WHOLE_GATEWAY, "40 * * * *", utc, ALL_DAY, _seal),
        Job("wipe_faces", WHOLE_GATEWAY, "20 * * * *", utc, ALL_DAY, _wipe_faces),
    )


def _seal(now: datetime) -> str:
    return f"{audit.seal(now=now)} revisions"


def _wipe_faces(now: datetime) -> str:
    return f"{wipe_stale(now=now)} faces"


def _purge(now: datetime) -> str:
    runs = purge_runs(before=now - KEPT_RUNS)
    told = outbox.purge(before=now - KEPT_DELIVERIES)
    logins = Login.objects.filter(expire_date__lt=now).delete()[0]
    enrolments = purge_enrolments(before=now - KEPT_ENROLMENTS)
    tickets = purge_tickets(before=now - KEPT_TICKETS)
    purge_stills(before=now - KEPT_STILLS)
    return (
        f"{runs} runs, {told} deliveries, {logins} logins, {enrolments} enrolments, "
        f"{tickets} tickets"
    )
