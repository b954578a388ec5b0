"""A large school for benchmarks: 20,000 students with cards, 16 kiosks, and history behind them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID, uuid4

import uuid_utils.compat as uuids

from gateway import bulk
from gateway.attendance.models import RegistrationPolicy, Session, Track
from gateway.attendance.services import lay_session
from gateway.fleet.models import Install, Kiosk
from gateway.fleet.rules import Received
from gateway.fleet.services import broker_digest, keep_received, lock_installs
from gateway.people.models import Credential, Person
from gateway.timetable.models import Division, Enrolment, OpenDay, Site, YearGroup
from kiosk.protocol.messages import MOST_TRACKS, Method, Shown, TrackMade, Tracks

KIOSKS = 16
YEAR_GROUPS = 10
PASSWORD = "bench"
BOOT = uuid4()
PORTION = 20_000


@dataclass(frozen=True, slots=True)
class LargeSchool:
    """What a load needs to know of the school it plays on."""

    site_id: int
    session_id: int
    students: tuple[int, ...]
    kiosks: tuple["Mouth", ...]


@dataclass(slots=True)
class Mouth:
    """One kiosk's numbering."""

    id: str
    install: UUID
    seq: int = 0

    def says(self, person: int, shown: Shown, at: datetime) -> TrackMade:
        """The next track of this kiosk."""
        self.seq += 1
        return TrackMade(
            seq=self.seq,
            id=uuids.uuid7(),
            made_at=at,
            boot_id=BOOT,
            uptime_ms=self.seq,
            clock_trusted=True,
            method=Method.CARD,
            credential=f"{person:08X}",
            person=person,
            shown=shown,
        )


def make(*, students: int, history: int, now: datetime) -> LargeSchool:
    """Fill an empty, migrated store. `history` tracks lie on the days before today."""
    site = Site.objects.create(slug="hill", name="Hill", zone="UTC")
    division = Division.objects.create(site=site, name="Senior")
    groups = [
        YearGroup.objects.create(division=division, name=f"Year {n}") for n in range(YEAR_GROUPS)
    ]
    people = _people(students, groups)
    policy = RegistrationPolicy.objects.create(
        site=site, erp_enabled=True, absence_enabled=True, share_limit=Decimal(1)
    )
    policy.year_groups.set(groups)
    OpenDay.objects.create(site=site, on=now.date(), reason="bench")
    mouths = tuple(_kiosk(site, n) for n in range(KIOSKS))
    session = _session(division, now)
    _history(site, mouths, people, history, now)
    return LargeSchool(site.pk, session.pk, people, mouths)


def messages(
    tracks: Sequence[tuple[Mouth, TrackMade]], *, together: int
) -> Iterator[tuple[str, bytes]]:
    """(topic, payload) of each message, with up to `together` tracks of one kiosk in each."""
    waiting: dict[str, list[TrackMade]] = {}
    for mouth, track in tracks:
        held = waiting.setdefault(mouth.id, [])
        held.append(track)
        if len(held) == min(together, MOST_TRACKS):
            yield _message(mouth, waiting.pop(mouth.id))
    mouths = {mouth.id: mouth for mouth, _ in tracks}
    for kiosk_id, held in waiting.items():
        yield _message(mouths[kiosk_id], held)


def taps(school: LargeSchool, number: int, *, since: datetime) -> list[tuple[Mouth, TrackMade]]:
    """The students in turn, each at another kiosk; in the first time round, out the second …"""
    next_time_round, next_student = timedelta(seconds=70), timedelta(milliseconds=1)
    made = []
    for place in range(number):
        time_round, who = divmod(place, len(school.students))
        shown = Shown.SIGNED_OUT if time_round % 2 else Shown.SIGNED_IN
        mouth = school.kiosks[place % len(school.kiosks)]
        made.append(
            (
                mouth,
                mouth.says(
                    school.students[who],
                    shown,
                    since + time_round * next_time_round + who * next_student,
                ),
            )
        )
    return made


def _message(mouth: Mouth, tracks: Sequence[TrackMade]) -> tuple[str, bytes]:
    body = Tracks(kiosk=mouth.id, install=mouth.install, tracks=tuple(tracks))
    return f"muster/v1/kiosk/{mouth.id}/up/tracks", body.model_dump_json().encode()


def _people(students: int, groups: Sequence[YearGroup]) -> tuple[int, ...]:
    columns = (
        "kind",
        "given_name",
        "family_name",
        "email",
        "language",
        "synchronised",
        "active",
        "roster_version",
    )
    rows = [
        ("student", f"Given{n}", f"Family{n}", "", "en", False, True, 0) for n in range(students)
    ]
    found = bulk.insert(Person, columns, rows, returning="id")
    ids = tuple(int(person_id) for (person_id,) in found)
    cards = [(p, "card", f"{p:08X}", "", 0) for p in ids]
    bulk.insert(
        Credential, ("person", "method", "value", "blocked_because", "roster_version"), cards
    )
    places = [(p, groups[p % len(groups)].pk, date(2020, 1, 1)) for p in ids]
    bulk.insert(Enrolment, ("person", "year_group", "starts_on"), places)
    return ids


def _kiosk(site: Site, number: int) -> Mouth:
    kiosk_id = f"kiosk-{number}"
    digest = broker_digest(PASSWORD)
    Kiosk.objects.create(id=kiosk_id, site=site, name=kiosk_id, broker_digest=digest)
    return Mouth(kiosk_id, uuid4())


def _session(division: Division, now: datetime) -> Session:
    return lay_session(
        division_id=division.pk,
        day=now.date(),
        kind="AM",
        starts_at=now - timedelta(minutes=20),
        registers_at=now - timedelta(minutes=15),
        finishes_at=now - timedelta(minutes=1),
        external_id="1",
        now=now,
    )


def _history(
    site: Site, mouths: Sequence[Mouth], people: Sequence[int], number: int, now: datetime
) -> None:
    """Rows as they would lie there, two a student and day, the newest yesterday."""
    columns = (
        "id", "kiosk", "install", "seq", "site", "person", "method", "credential", "shown",
        "counts", "resolved_late", "claimed_at", "at", "day", "quality", "boot_id", "uptime_ms",
        "received_at", "changed_at",
    )  # fmt: skip
    places = count()
    for begun in range(0, number, PORTION):
        rows = []
        for place in [next(places) for _ in range(min(PORTION, number - begun))]:
            mouth, person = mouths[place % len(mouths)], people[place % len(people)]
            mouth.seq += 1
            at = now - timedelta(days=1 + (number - place) // (2 * len(people)))
            rows.append(
                (uuids.uuid7(), mouth.id, mouth.install, mouth.seq, site.pk, person, "card",
                 f"{person:08X}", "signed_in", True, False, at, at, at.date(), "trusted", BOOT,
                 mouth.seq, at, at)
            )  # fmt: skip
        bulk.insert(Track, columns, rows)
    lives = [(mouth.id, mouth.install) for mouth in mouths]
    rows_of = lock_installs(lives, now=now)
    keep_received(
        ((rows_of[mouth.id, mouth.install], Received(mouth.seq)) for mouth in mouths), now=now
    )
    assert Install.objects.count() == len(mouths)


def utc_now() -> datetime:
    """The clock of the benches."""
    return datetime.now(UTC)
