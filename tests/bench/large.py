"""The school behind `tests.bench.rolls`, and what is done with it. Imported after the set-up."""

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gateway.attendance import excusing, lifecycle, rolls, summaries
from gateway.attendance.laying import lay_ahead
from gateway.attendance.marking import Actor
from gateway.attendance.models import Mark, Session
from gateway.attendance.values import Base, ExcuseReason, SessionState
from gateway.fleet.models import Kiosk
from gateway.ingest.parsing import Told
from gateway.ingest.services import keep_batch
from gateway.people.logins import add_login, issue_token
from gateway.people.values import Role
from gateway.project.demo import history
from gateway.timetable.models import Site
from tests.bench import school as schools

OFFICE = Actor("office", frozenset({Role.OFFICE, Role.ADMIN}))
TERM = timedelta(weeks=13)


@dataclass
class LargeRolls:
    """A school on a weekday, a few minutes into the first of its classes."""

    school: schools.LargeSchool
    now: datetime
    marks: int
    laid_s: float
    headers: dict[str, str]
    excused: int = 0
    tapped: int = 0
    _told: list[Told] = field(default_factory=list)

    @classmethod
    def laid_out(cls, *, students: int, teachers: int, marks: int) -> "LargeRolls":
        """Fill the store: history up to yesterday, and today's sessions laid."""
        now = _weekday(schools.utc_now()).replace(hour=14, minute=20)
        school = schools.make(students=students, history=0, now=now)
        site = Site.objects.get(pk=school.site_id)
        history.hurry()
        begun = time.perf_counter()
        written = history.lay_out(
            site,
            students=school.students,
            teachers=school.students[:teachers],
            size=history.Size(history.LARGE.sessions_a_day, marks),
            today=now.date(),
        )
        laid_s = time.perf_counter() - begun
        _be_careful_again()
        lay_ahead(site_id=site.pk, now=now, days=0)
        Kiosk.objects.update(in_service=True)
        return cls(school, now, written, laid_s, _token(now))

    @property
    def site_id(self) -> int:
        return self.school.site_id

    def yesterday(self) -> date:
        """The last day of history."""
        past = Session.objects.filter(state=SessionState.COMPLETED.value)
        return past.order_by("-day").values_list("day", flat=True)[0]

    def some_sessions(self, number: int) -> list[int]:
        """Sessions from all over the history."""
        ids = Session.objects.filter(division=None).order_by("pk").values_list("pk", flat=True)
        step = max(1, ids.count() // number)
        return list(ids[::step])[:number]

    def longest_session(self) -> int:
        """The registration of everybody."""
        return self.school.session_id

    def look_at(self, session_id: int) -> object:
        """The roll with everything on it."""
        return rolls.roll_of(session_id, now=self.now)

    def ask_for(self, session_id: int) -> object:
        """The same as a program gets it."""
        return self._get(f"/sessions/{session_id}/marks?limit=500")

    def summarise(self, day: date) -> object:
        """A day's sessions with what their rolls come to."""
        return summaries.sessions_of(self.site_id, day)

    def ask_for_day(self, day: date) -> object:
        """The same as a program gets it."""
        return self._get(f"/sessions?site=hill&date={day}&limit=500")

    def queries_of(self, session_id: int) -> int:
        """Questions the roll asks of the store."""
        with CaptureQueriesContext(connection) as asked:
            self.look_at(session_id)
        return len(asked)

    def tap(self, number: int, *, together: int) -> tuple[float, int]:
        """Seconds for so many taps, kept in turns of `together`; and how many they were."""
        told = self._taps(number)
        begun = time.perf_counter()
        for start in range(0, number, together):
            keep_batch(told=told[start : start + together], asides=(), now=self.now)
        return time.perf_counter() - begun, number

    def tap_once(self) -> float:
        """Seconds for one tap in a turn of its own."""
        (told,) = self._taps(1)
        begun = time.perf_counter()
        keep_batch(told=(told,), asides=(), now=self.now)
        return time.perf_counter() - begun

    def close_today(self) -> tuple[float, int, int]:
        """Seconds to end today's sessions; how many they were, and how many are absent."""
        night = self.now + timedelta(hours=9)
        today = Session.objects.filter(day=self.now.date(), division=None)
        open_now = list(today.order_by("pk").values_list("pk", flat=True))
        begun = time.perf_counter()
        absent = sum(
            len(lifecycle.complete(session_id=pk, by=OFFICE, now=night)) for pk in open_now
        )
        return time.perf_counter() - begun, len(open_now), absent

    def excuse_a_term(self, place: int) -> float:
        """Seconds to excuse one of those most absent from a whole term, and to take it back."""
        since = self.now - TERM
        missed = Mark.objects.filter(base=Base.ABSENT.value, session__starts_at__gte=since)
        most = missed.values("person").annotate(number=Count("pk")).order_by("-number", "person")
        person = most[place]["person"]
        span = excusing.days_at(self.site_id, since.date(), self.now.date())
        wish = excusing.Wish(person, ExcuseReason.MEDICAL, span)
        begun = time.perf_counter()
        granted = excusing.grant(wish=wish, by=OFFICE, now=self.now)
        excusing.withdraw(excuse_id=granted.excuse_id, by=OFFICE, now=self.now)
        self.excused = max(self.excused, granted.changed)
        return (time.perf_counter() - begun) / 2

    def _taps(self, number: int) -> list[Told]:
        """The next students in turn, each at another kiosk."""
        while len(self._told) < number:
            since = self.now - timedelta(minutes=15) + self.tapped * timedelta(minutes=2)
            made = schools.taps(self.school, len(self.school.students), since=since)
            self._told += [Told(mouth.id, mouth.install, track) for mouth, track in made]
            self.tapped += 1
        told, self._told = self._told[:number], self._told[number:]
        return told

    def _get(self, path: str) -> object:
        answer = Client(SERVER_NAME="localhost").get(f"/api/v1{path}", headers=self.headers)
        assert answer.status_code == 200, answer.content
        return answer.json()


def _token(now: datetime) -> dict[str, str]:
    user = add_login(username="bench", password="bench-bench", role=Role.ADMIN)
    return {"Authorization": f"Bearer {issue_token(user, 'bench', now)}"}


def _weekday(now: datetime) -> datetime:
    """This day, or the Friday before a weekend."""
    day = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while day.isoweekday() > history.WEEKDAYS:
        day -= timedelta(days=1)
    return day


def _be_careful_again() -> None:
    """As the gateway has its store open."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA cache_size=-8000")
