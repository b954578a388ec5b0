from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from gateway.attendance import audit, lifecycle, marking
from gateway.attendance.errors import (
    NothingToUndo,
    NotInThisState,
    NotOnRoll,
    NotPermitted,
    NotTaught,
    RollLocked,
    UnknownSession,
)
from gateway.attendance.marking import UNDONE_AT_MOST, Actor, Wanted
from gateway.attendance.models import Act, Mark as MarkRow, MarkRevision, Session
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.attendance.values import Base, CancelledBy, ExcuseReason, Mark, Source
from gateway.people.models import Person
from gateway.people.services import set_credential
from gateway.people.values import Role
from gateway.timetable.models import Offering
from gateway.timetable.values import Standing
from kiosk.protocol.messages import Method
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import MONDAY, OFFICE, at, card_of, make_kiosk

pytestmark = pytest.mark.django_db

NOW = at("16:30")
TEACHER = Actor("teacher", frozenset({Role.TEACHER}))
PRESENT, ABSENT, PENDING = Mark(Base.PRESENT), Mark(Base.ABSENT), Mark(Base.PENDING)


class Room:
    """A class of three with a session on Monday."""

    def __init__(self, *, profile: str = "coaching", **overrides: object) -> None:
        self.offering: Offering = make_offering(make_site(), profile=profile, overrides=overrides)
        self.people: list[Person] = [make_learner(name) for name in ("Mia A", "Tom B", "Zoe C")]
        for person in self.people:
            enrol_in(self.offering, person)
        self.session: Session = make_session(self.offering)

    def mark(self, who: int, mark: Mark, *, by: Actor = OFFICE, note: str | None = None) -> UUID:
        wanted = [Wanted(self.people[who].pk, mark, note)]
        return marking.mark(session_id=self.session.pk, wanted=wanted, by=by, now=NOW)

    def undo(self, act: UUID | None = None, by: Actor = OFFICE) -> UUID:
        return marking.undo(session_id=self.session.pk, by=by, now=NOW, act=act)

    def note(self, who: int, text: str) -> None:
        marking.note(
            session_id=self.session.pk,
            person_id=self.people[who].pk,
            text=text,
            by=OFFICE,
            now=NOW,
        )

    def tap(self, who: int, clock: str) -> None:
        person = self.people[who]
        set_credential(person_id=person.pk, method=Method.CARD, value=card_of(person))
        door = make_kiosk(self.offering.site)
        track = door.sees(person, clock)
        heard = [Heard(door.id, self.session.site_id, door.install, track)]
        record_tracks(heard=heard, now=at(clock))

    def bases(self, session: Session | None = None) -> list[str]:
        rows = MarkRow.objects.filter(session=session or self.session)
        marks = dict(rows.values_list("person_id", "base"))
        return [marks.get(person.pk, "pending") for person in self.people]

    def mark_of(self, who: int) -> MarkRow:
        return MarkRow.objects.get(session=self.session, person=self.people[who])


@pytest.mark.covers("MRK-01", "TRN-02")
@pytest.mark.parametrize(
    "mark",
    [
        PRESENT,
        ABSENT,
        Mark(Base.PRESENT, late_minutes=12, arrived_at=at("16:12")),
        Mark(Base.EXCUSED, reason=ExcuseReason.SCHOOL_EVENT.value),
        Mark(Base.MEDICAL_LEAVE, reason=ExcuseReason.MEDICAL.value),
        Mark(Base.ON_HOLD),
    ],
    ids=lambda mark: mark.base.value,
)
def test_a_teacher_marks_somebody_with_everything_there_is_to_say(mark: Mark) -> None:
    room = Room()

    room.mark(0, mark, by=TEACHER)

    row = room.mark_of(0)
    told = Mark(
        Base(row.base), row.late_minutes, row.left_early_minutes, row.partial, row.reason,
        row.arrived_at,
    )  # fmt: skip
    assert (told, row.author, row.why) == (mark, "person", "marked by teacher")


@pytest.mark.covers("MRK-02", "OFF-03")
def test_all_are_present_but_only_who_was_not_marked_yet() -> None:
    room = Room()
    room.mark(0, ABSENT)

    marked = marking.mark_all(session_id=room.session.pk, base=Base.PRESENT, by=TEACHER, now=NOW)

    assert (marked, room.bases()) == (2, ["absent", "present", "present"])


@pytest.mark.covers("MRK-02", "OFF-03")
def test_all_are_absent_whatever_stood_but_who_is_on_hold() -> None:
    room = Room()
    room.mark(0, PRESENT)
    room.mark(1, Mark(Base.ON_HOLD))

    marked = marking.mark_all(
        session_id=room.session.pk, base=Base.ABSENT, by=TEACHER, now=NOW, only_unmarked=False
    )

    assert (marked, room.bases()) == (2, ["absent", "on_hold", "absent"])


@pytest.mark.covers("MRK-02")
def test_who_is_on_hold_is_not_marked_with_all_others_though_nothing_was_said_yet() -> None:
    room = Room()
    room.offering.enrolments.filter(person=room.people[2]).update(standing=Standing.ON_HOLD.value)

    marked = marking.mark_all(
        session_id=room.session.pk, base=Base.PRESENT, by=OFFICE, now=NOW, only_unmarked=False
    )

    assert (marked, room.bases()) == (2, ["present", "present", "pending"])


def test_nobody_is_put_on_hold_or_brought_back_by_copying() -> None:
    room = Room()
    before = make_session(room.offering, starts="10:00", ends="11:00")
    stood = [PRESENT, Mark(Base.ON_HOLD), PRESENT]
    wanted = [Wanted(p.pk, mark) for p, mark in zip(room.people, stood, strict=True)]
    marking.mark(session_id=before.pk, wanted=wanted, by=OFFICE, now=NOW)
    room.offering.enrolments.filter(person=room.people[2]).update(standing=Standing.ON_HOLD.value)

    marking.copy_previous(session_id=room.session.pk, by=OFFICE, now=NOW)

    assert room.bases() == ["present", "pending", "pending"]


@pytest.mark.covers("MRK-02")
def test_marking_many_is_one_act_that_is_undone_whole() -> None:
    room = Room()
    room.mark(0, ABSENT)
    marking.mark_all(session_id=room.session.pk, base=Base.PRESENT, by=OFFICE, now=NOW)

    room.undo()

    assert room.bases() == ["absent", "pending", "pending"]


@pytest.mark.covers("MRK-02")
def test_the_marks_of_the_session_before_are_copied_without_its_minutes() -> None:
    room = Room()
    before = make_session(room.offering, day=MONDAY - timedelta(days=7))
    for who, mark in enumerate((Mark(Base.PRESENT, late_minutes=9), ABSENT)):
        wanted = [Wanted(room.people[who].pk, mark)]
        marking.mark(session_id=before.pk, wanted=wanted, by=OFFICE, now=before.finishes_at)
    room.mark(1, PRESENT)

    copied = marking.copy_previous(session_id=room.session.pk, by=TEACHER, now=NOW)

    assert (copied, room.bases()) == (1, ["present", "present", "pending"])
    assert room.mark_of(0).late_minutes is None


@pytest.mark.covers("MRK-02")
def test_the_session_before_can_be_copied_over_what_was_marked() -> None:
    room = Room()
    before = make_session(room.offering, day=MONDAY - timedelta(days=7))
    wanted = [Wanted(room.people[1].pk, ABSENT)]
    marking.mark(session_id=before.pk, wanted=wanted, by=OFFICE, now=before.finishes_at)
    room.mark(1, PRESENT)

    marking.copy_previous(session_id=room.session.pk, by=TEACHER, now=NOW, only_unmarked=False)

    assert room.bases() == ["pending", "absent", "pending"]


def test_without_a_session_before_there_is_nothing_to_copy() -> None:
    room = Room()

    with pytest.raises(UnknownSession, match="no earlier session"):
        marking.copy_previous(session_id=room.session.pk, by=TEACHER, now=NOW)

    assert not MarkRevision.objects.exists()


@pytest.mark.covers("MRK-02")
def test_a_note_stays_whatever_the_mark_becomes() -> None:
    room = Room()
    room.note(0, "forgot the book")
    room.mark(0, PRESENT)
    room.mark(0, ABSENT, note=None)
    room.undo()
    room.mark(0, PENDING)

    assert (room.mark_of(0).base, room.mark_of(0).note) == ("pending", "forgot the book")


def test_a_mark_may_bring_its_note_and_undoing_takes_both_away() -> None:
    room = Room()
    room.note(0, "before")
    room.mark(0, ABSENT, note="called in sick")
    assert room.mark_of(0).note == "called in sick"

    room.undo()

    assert (room.mark_of(0).base, room.mark_of(0).note) == ("pending", "before")


@pytest.mark.covers("BIO-03", "QR-05")
def test_pending_hands_somebody_back_to_what_the_door_saw() -> None:
    room = Room(grace=10)
    room.tap(0, "16:12")
    room.mark(0, ABSENT)

    room.mark(0, PENDING)

    row = room.mark_of(0)
    assert (row.base, row.late_minutes, row.author) == ("present", 12, "rule")


@pytest.mark.covers("BIO-03")
def test_what_the_door_sees_later_stands_beside_a_mark_made_by_hand() -> None:
    room = Room()
    room.mark(0, ABSENT)

    room.tap(0, "16:05")

    assert room.bases()[0] == "absent"
    said = MarkRevision.objects.order_by("pk").values_list("author", "base", "before")
    assert list(said) == [("person", "absent", "pending"), ("rule", "present", "absent")]


def test_the_last_twenty_acts_can_be_undone_and_no_more() -> None:
    room = Room()
    for number in range(UNDONE_AT_MOST + 2):
        room.mark(0, PRESENT if number % 2 else ABSENT)

    for _ in range(UNDONE_AT_MOST):
        room.undo()

    with pytest.raises(NothingToUndo):
        room.undo()
    assert room.bases()[0] == "present"
    assert Act.objects.filter(undone_at=None).count() == 2
    assert list(audit.findings()) == []


def test_an_act_in_the_middle_can_be_undone_and_what_came_later_stands() -> None:
    room = Room()
    first = room.mark(0, ABSENT)
    room.mark(1, ABSENT)

    room.undo(first)

    assert room.bases() == ["pending", "absent", "pending"]


def test_nobody_undoes_what_another_did() -> None:
    room = Room()
    act = room.mark(0, ABSENT)

    with pytest.raises(NothingToUndo):
        room.undo(act, by=replace(OFFICE, name="another"))

    assert room.bases()[0] == "absent"
    assert MarkRevision.objects.count() == 1


def test_an_act_is_undone_once() -> None:
    room = Room()
    act = room.mark(0, ABSENT)
    room.undo(act)

    with pytest.raises(NothingToUndo):
        room.undo(act)

    assert MarkRevision.objects.filter(source=Source.UNDO.value).count() == 1


def _cancel(room: Room) -> None:
    lifecycle.cancel(
        session_id=room.session.pk,
        whose=CancelledBy.CENTRE,
        because="snow",
        by=OFFICE,
        now=at("12:00"),
    )


DEEDS: list[Callable[[Room], object]] = [
    lambda room: room.mark(0, PRESENT, by=TEACHER),
    lambda room: room.note(0, "text"),
    lambda room: room.undo(by=TEACHER),
    lambda room: marking.mark_all(
        session_id=room.session.pk, base=Base.PRESENT, by=TEACHER, now=NOW
    ),
    lambda room: marking.copy_previous(session_id=room.session.pk, by=TEACHER, now=NOW),
    lambda room: lifecycle.complete(session_id=room.session.pk, by=TEACHER, now=NOW),
    lambda room: lifecycle.submit(session_id=room.session.pk, by=TEACHER, now=NOW),
]
NAMES = ["mark", "note", "undo", "mark all", "copy", "end", "submit"]


@pytest.mark.covers("OFF-07")
@pytest.mark.parametrize("deed", DEEDS, ids=NAMES)
def test_at_a_cancelled_session_nobody_is_marked(deed: Callable[[Room], object]) -> None:
    room = Room()
    _cancel(room)

    with pytest.raises(NotTaught, match="was cancelled"):
        deed(room)

    assert not MarkRevision.objects.exists()


@pytest.mark.covers("POL-06")
@pytest.mark.parametrize("deed", DEEDS, ids=NAMES)
def test_a_locked_roll_is_not_changed_until_it_is_unlocked(deed: Callable[[Room], object]) -> None:
    room = Room(lock_after=24)
    room.mark(0, ABSENT, by=TEACHER)
    locked = NOW - timedelta(days=2)
    Session.objects.update(starts_at=locked, registers_at=locked, finishes_at=locked)
    make_session(room.offering, day=MONDAY - timedelta(days=14))

    with pytest.raises(RollLocked, match="an administrator can unlock it"):
        deed(room)

    assert MarkRevision.objects.count() == 1
    Session.objects.filter(pk=room.session.pk).update(unlocked_until=NOW + timedelta(hours=1))
    deed(room)


@pytest.mark.parametrize("role", [Role.GUARDIAN, Role.STUDENT])
def test_families_mark_nothing(role: Role) -> None:
    room = Room()
    outsider = Actor("mother", frozenset({role}))

    with pytest.raises(
        NotPermitted, match="your role may not mark here: ask admin or office or teacher"
    ):
        room.mark(0, PRESENT, by=outsider)

    assert not MarkRevision.objects.exists()


def test_who_is_not_on_the_roll_is_refused_and_nobody_is_marked() -> None:
    room = Room()
    stranger = make_learner("Eve Other")
    wanted = [Wanted(room.people[0].pk, PRESENT), Wanted(stranger.pk, PRESENT)]

    with pytest.raises(NotOnRoll, match=f"{stranger.pk} is not on the roll of Algebra .* add them"):
        marking.mark(session_id=room.session.pk, wanted=wanted, by=TEACHER, now=NOW)

    assert not MarkRevision.objects.exists()
    assert not Act.objects.exists()


def test_a_session_nobody_knows_has_no_roll() -> None:
    with pytest.raises(UnknownSession):
        marking.mark(session_id=7, wanted=[], by=TEACHER, now=NOW)


def test_who_was_marked_and_has_left_since_can_still_be_corrected() -> None:
    room = Room()
    room.mark(0, PRESENT)
    enrolments = room.offering.enrolments.filter(person=room.people[0])
    enrolments.update(ends_on=MONDAY - timedelta(days=1), ended_as="dropped")

    room.mark(0, ABSENT)

    assert room.bases()[0] == "absent"


def test_who_is_on_hold_is_not_marked_absent_with_the_others() -> None:
    room = Room()
    room.offering.enrolments.filter(person=room.people[2]).update(standing=Standing.ON_HOLD.value)

    lifecycle.complete(session_id=room.session.pk, by=TEACHER, now=NOW)

    assert room.bases() == ["absent", "absent", "on_hold"]


def test_the_longest_name_of_a_login_still_says_when_somebody_came() -> None:
    room, long = Room(), replace(OFFICE, name="x" * 150)
    session, person = room.session.pk, room.people[0].pk

    marking.arrived(session_id=session, person_id=person, at=at("16:20"), by=long, now=NOW)

    assert MarkRow.objects.get().why.startswith("arrived 16:20, 5 min after grace, says xxx")
    assert list(audit.findings()) == []


def test_an_arrival_that_is_still_to_come_is_refused_and_marks_nobody() -> None:
    room = Room()
    session, person = room.session.pk, room.people[0].pk

    with pytest.raises(NotInThisState, match="say it once they are there"):
        marking.arrived(session_id=session, person_id=person, at=at("16:32"), by=OFFICE, now=NOW)

    assert not MarkRow.objects.exists()
    assert not Act.objects.exists()
