"""Rolls counted in the store: who is expected at sessions, and what their marks come to.

One statement of our own finds everybody expected, because no query of Django's counts a union.
Marks are looked up one by one in it: joined, PostgreSQL reads all the marks there are. Its joins
are CROSS because SQLite keeps the order of those, and would begin with everybody in the school.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q

from gateway.attendance.models import Attendee, Mark, Session, SessionOffering
from gateway.attendance.values import EXCUSED, AttendeeState, Base
from gateway.people.models import Person
from gateway.timetable.models import Enrolment, OfferingEnrolment, YearGroup
from kiosk.protocol.messages import PersonKind

_EXPECTED = """
WITH asked AS (SELECT id, day, division_id FROM {session} WHERE id IN ({ids})),
place AS (
    SELECT s.id AS session_id, e.person_id AS person_id
      FROM asked s CROSS JOIN {meeting} m CROSS JOIN {belonging} e CROSS JOIN {person} p
     WHERE m.session_id = s.id AND e.offering_id = m.offering_id AND e.starts_on <= s.day
       AND (e.ends_on IS NULL OR e.ends_on >= s.day)
       AND p.id = e.person_id AND p.merged_into_id IS NULL
    UNION
    SELECT a.session_id, a.person_id
      FROM asked s JOIN {attendee} a ON a.session_id = s.id AND a.state = %s
    UNION
    SELECT s.id, e.person_id
      FROM asked s CROSS JOIN {year} y CROSS JOIN {enrolment} e CROSS JOIN {person} p
     WHERE y.division_id = s.division_id AND e.year_group_id = y.id AND e.starts_on <= s.day
       AND (e.ends_on IS NULL OR e.ends_on >= s.day)
       AND p.id = e.person_id AND p.kind = %s AND (p.active OR e.ends_on IS NOT NULL)
)
SELECT place.session_id, COUNT(*), COUNT((
        SELECT m.id FROM {mark} m WHERE m.session_id = place.session_id
           AND m.person_id = place.person_id AND m.base <> %s
       ))
  FROM place GROUP BY place.session_id
"""


_TOLD = (AttendeeState.BOOKED.value, PersonKind.STUDENT.value, Base.PENDING.value)


@dataclass(frozen=True, slots=True)
class Counts:
    """A roll in numbers: `expected` are those it expects, `pending` those of them unmarked.

    The others count every mark there is, also of people who are not expected any more;
    `present` includes `late`, `gone` are those marked and not expected.
    """

    expected: int = 0
    pending: int = 0
    present: int = 0
    late: int = 0
    absent: int = 0
    excused: int = 0
    on_hold: int = 0
    gone: int = 0

    @property
    def total(self) -> int:
        """Everybody whom the roll shows."""
        return self.expected + self.gone

    @property
    def percent(self) -> int | None:
        """Who came of those who could, in whole per cent; None where nobody could."""
        could = self.total - self.on_hold
        return 100 * self.present // could if could > 0 else None


def counts_of(session_ids: Collection[int]) -> dict[int, Counts]:
    """Each session's roll in numbers, in two queries however many there are."""
    if not session_ids:
        return {}
    expected, marked = _expected(session_ids), _marked(session_ids)
    return {
        session: _counts(expected.get(session, (0, 0)), marked.get(session, {}))
        for session in session_ids
    }


def _counts(expected: tuple[int, int], marked: dict[str, int]) -> Counts:
    people, said = expected
    told = {name: number for name, number in marked.items() if name != "marked"}
    return Counts(
        expected=people,
        pending=people - said,
        gone=marked.get("marked", 0) - said,
        **told,
    )


def _expected(session_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """How many each session expects, and of how many of these something is said."""
    ids = list(session_ids)
    tables = {
        "session": Session, "meeting": SessionOffering, "belonging": OfferingEnrolment,
        "person": Person, "attendee": Attendee, "year": YearGroup, "enrolment": Enrolment,
        "mark": Mark,
    }  # fmt: skip
    names = {name: f'"{table._meta.db_table}"' for name, table in tables.items()}  # noqa: SLF001 - Django's documented API
    statement = _EXPECTED.format(ids=", ".join(["%s"] * len(ids)), **names)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*ids, *_TOLD])
        return {session: (people, said) for session, people, said in cursor.fetchall()}


def _marked(session_ids: Collection[int]) -> dict[int, dict[str, int]]:
    present = Q(base=Base.PRESENT.value)
    kinds = {
        "present": Count("pk", filter=present),
        "late": Count("pk", filter=present & Q(late_minutes__isnull=False)),
        "absent": Count("pk", filter=Q(base=Base.ABSENT.value)),
        "excused": Count("pk", filter=Q(base__in=EXCUSED)),
        "on_hold": Count("pk", filter=Q(base=Base.ON_HOLD.value)),
        "marked": Count("pk", filter=~Q(base=Base.PENDING.value)),
    }
    rows = Mark.objects.filter(session__in=session_ids).values("session_id").annotate(**kinds)
    found = rows.order_by("session_id").values_list("session_id", *kinds)
    return {session: dict(zip(kinds, told, strict=True)) for session, *told in found}
