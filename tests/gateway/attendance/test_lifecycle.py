from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from gateway.attendance import lifecycle, marking
from gateway.attendance.absentees import Channel, Reached
from gateway.attendance.errors import (
    NotInThisState,
    NotPermitted,
    NotTaught,
    ReasonMissing,
    UnknownSession,
)
from gateway.attendance.marking import Actor, Wanted
from gateway.attendance.models import Excuse, Mark as MarkRow, MarkRevision, Notice, Session
from gateway.attendance.recording import Heard
from gateway.attendance.services import judge_sessions, record_tracks
from gateway.attendance.values import Base, CancelledBy, Mark, SessionState
from gateway.fleet.services import hear_heartbeat
from gateway.outbox.models import Delivery
from gateway.people.models import Guardianship, Person
from gateway.people.services import set_credential
from gateway.people.values import Role
from gateway.project.config import settings
from gateway.project.wiring import Wiring
from gateway.timetable.values import Standing
from kiosk.protocol.messages import Method
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import OFFICE, Door, at, card_of, make_kiosk

pytestmark = pytest.mark.django_db

NOW = at("17:40")
"""After the session and after the last tap that counts."""
TEACHER = Actor("teacher", frozenset({Role.TEACHER}))
ADMIN = Actor("admin", frozenset({Role.ADMIN}))
SCHEDULED, ACTIVE, COMPLETED, CANCELLED = SessionState


class Class:
    """A class of three from 16:00 to 17:00, with a kiosk at its door."""

    def __init__(self, profile: str = "coaching", **overrides: object) -> None:
        self.site = make_site()
        self.offering = make_offering(self.site, profile=profile, overrides=overrides)
        self.people: list[Person] = [make_learner(name) for name in ("Mia A", "Tom B", "Zoe C")]
        for person in self.people:
            enrol_in(self.offering, person)
            set_credential(person_id=person.pk, method=Method.CARD, value=card_of(person))
        self.session = make_session(self.offering)
        self.door: Door = make_kiosk(self.site)

    def state(self) -> str:
        return Session.objects.get(pk=self.session.pk).state

    def become(self, state: SessionState) -> None:
        Session.objects.filter(pk=self.session.pk).update(state=state.value)

    def bases(self) -> list[str]:
        marks = dict(MarkRow.objects.values_list("person_id", "base"))
        return [marks.get(person.pk, "pending") for person in self.people]

    def tap(self, who: int, clock: str) -> None:
        track = self.door.sees(self.people[who], clock)
        heard = [Heard(self.door.id, self.site.pk, self.door.install, track)]
        record_tracks(heard=heard, now=at(clock))

    def beats(self, clock: str) -> None:
        """The kiosk has nothing more to send."""
        empty = self.door.beats(clock).model_copy(update={"last_seq": 0, "first_seq": 0})
        hear_heartbeat(heartbeat=empty, now=at(clock))

    def mark(self, who: int, base: Base, by: Actor = TEACHER) -> None:
        wanted = [Wanted(self.people[who].pk, Mark(base))]
        marking.mark(session_id=self.session.pk, wanted=wanted, by=by, now=at("16:20"))

    def activate(self, by: Actor = TEACHER) -> Session:
        return lifecycle.activate(session_id=self.session.pk, by=by, now=at("15:55"))

    def complete(self, by: Actor = TEACHER) -> tuple[int, ...]:
        return lifecycle.complete(session_id=self.session.pk, by=by, now=NOW)

    def reopen(self, by: Actor = ADMIN, because: str = "wrong class") -> None:
        lifecycle.reopen(session_id=self.session.pk, by=by, because=because, now=NOW)

    def cancel(self, by: Actor = TEACHER) -> None:
        lifecycle.cancel(
            session_id=self.session.pk,
            whose=CancelledBy.TEACHER_ABSENT,
            because=" flu ",
            by=by,
            now=NOW,
        )


DEEDS: dict[str, Callable[[Class], object]] = {
    "activate": Class.activate,
    "complete": Class.complete,
    "reopen": Class.reopen,
    "cancel": Class.cancel,
}


@pytest.mark.covers("SES-03", "SES-07")
@pytest.mark.parametrize(
    ("before", "deed", "after"),
    [
        (SCHEDULED, "activate", ACTIVE),
        (SCHEDULED, "complete", COMPLETED),
        (SCHEDULED, "reopen", NotInThisState),
        (SCHEDULED, "cancel", CANCELLED),
        (ACTIVE, "activate", ACTIVE),
        (ACTIVE, "complete", COMPLETED),
        (ACTIVE, "reopen", NotInThisState),
        (ACTIVE, "cancel", CANCELLED),
        (COMPLETED, "activate", NotInThisState),
        (COMPLETED, "complete", COMPLETED),
        (COMPLETED, "reopen", ACTIVE),
        (COMPLETED, "cancel", NotInThisState),
        (CANCELLED, "activate", NotTaught),
        (CANCELLED, "complete", NotTaught),
        (CANCELLED, "reopen", NotTaught),
        (CANCELLED, "cancel", NotTaught),
    ],
)
def test_a_sessions_life_goes_these_ways_and_no_other(
    before: SessionState, deed: str, after: SessionState | type[Exception]
) -> None:
    room = Class()
    room.become(before)

    if isinstance(after, SessionState):
        DEEDS[deed](room)
        assert room.state() == after.value
        return
    with pytest.raises(after):
        DEEDS[deed](room)
    assert room.state() == before.value
    assert not MarkRevision.objects.exists()


@pytest.mark.covers("SES-03")
def test_a_session_begun_again_keeps_when_it_began() -> None:
    room = Class()
    begun = room.activate()

    again = lifecycle.activate(session_id=room.session.pk, by=TEACHER, now=NOW)

    assert (begun.activated_at, again.activated_at) == (at("15:55"), at("15:55"))


@pytest.mark.covers("SES-07")
def test_ending_a_session_marks_everybody_absent_who_was_not_marked() -> None:
    room = Class()
    room.mark(0, Base.PRESENT)

    absent = room.complete()

    assert absent == (room.people[1].pk, room.people[2].pk)
    assert room.bases() == ["present", "absent", "absent"]
    assert room.complete() == ()
    assert MarkRevision.objects.count() == 3


@pytest.mark.covers("SES-07")
def test_before_it_ends_one_sees_who_would_be_absent_and_told_and_nothing_changes() -> None:
    room = Class()
    room.mark(0, Base.PRESENT)
    mother = make_learner("Ada Mother")
    Person.objects.filter(pk=mother.pk).update(user=User.objects.create_user("ada"))
    Guardianship.objects.create(guardian=mother, child=room.people[1], rank=1)
    room.offering.enrolments.filter(person=room.people[2]).update(standing=Standing.ON_HOLD.value)

    ending = lifecycle.preview_end(session_id=room.session.pk, by=TEACHER, now=NOW)

    assert [each.person_id for each in ending.absent] == [room.people[1].pk]
    assert ending.told == (Reached(mother.pk, "Ada Mother", room.people[1].pk, (Channel.APP,)),)
    assert ending.unheard == (room.door.id,)
    assert (room.state(), MarkRevision.objects.count()) == ("scheduled", 1)


@pytest.mark.covers("SES-07")
def test_those_who_answer_for_the_absent_are_told_once_where_that_was_ticked() -> None:
    room = Class()
    room.mark(0, Base.PRESENT)
    mother = make_learner("Ada Mother")
    Person.objects.filter(pk=mother.pk).update(user=User.objects.create_user("ada"))
    Guardianship.objects.create(guardian=mother, child=room.people[1])

    for _ in range(2):
        lifecycle.complete(session_id=room.session.pk, by=TEACHER, now=NOW, tell=[Channel.APP])

    (notice,) = Notice.objects.all()
    assert notice.person_id == mother.pk
    assert notice.text.startswith(f"{room.people[1]} was absent: {room.session.title}, ")


def test_who_is_excused_is_told_of_to_nobody_as_absent() -> None:
    room = Class()
    person = room.people[1]
    Person.objects.filter(pk=person.pk).update(user=User.objects.create_user("mia"))
    Excuse.objects.create(
        person=person, reason="medical", state="approved", asked_by="office", asked_at=NOW,
        decided_at=NOW, starts_at=room.session.starts_at, ends_at=room.session.finishes_at,
    )  # fmt: skip

    lifecycle.complete(session_id=room.session.pk, by=TEACHER, now=NOW, tell=[Channel.APP])

    assert not Notice.objects.exists()


@pytest.mark.covers("SES-07")
@pytest.mark.parametrize("deed", [lifecycle.complete, lifecycle.preview_end])
def test_nobody_is_absent_from_a_session_that_is_still_to_come(
    deed: Callable[..., object],
) -> None:
    room = Class()
    early = at("15:45") - timedelta(seconds=1)

    with pytest.raises(NotInThisState, match="has not begun: cancel it"):
        deed(session_id=room.session.pk, by=TEACHER, now=early)

    assert (room.state(), room.bases()) == ("scheduled", ["pending"] * 3)


def test_a_session_opened_again_keeps_its_marks_and_says_why() -> None:
    room = Class()
    room.complete()

    room.reopen(because=" wrong class ")

    session = Session.objects.get()
    assert (session.reopened_by, session.reopened_because) == ("admin", "wrong class")
    assert session.completed_at is None
    assert room.bases() == ["absent"] * 3


@pytest.mark.parametrize(
    ("by", "because", "refusal"),
    [(TEACHER, "why", NotPermitted), (OFFICE, "why", NotPermitted), (ADMIN, " ", ReasonMissing)],
)
def test_opening_again_needs_the_permission_and_a_reason(
    by: Actor, because: str, refusal: type[Exception]
) -> None:
    room = Class()
    room.complete()

    with pytest.raises(refusal):
        room.reopen(by, because)

    assert room.state() == "completed"


def test_a_cancelled_session_says_whose_doing_it_was() -> None:
    room = Class()

    room.cancel()

    session = Session.objects.get()
    assert (session.cancelled_by, session.cancelled_because) == ("teacher_absent", "flu")


@pytest.mark.parametrize("deed", DEEDS.values(), ids=list(DEEDS))
def test_families_change_nothing_of_a_sessions_life(deed: Callable[..., object]) -> None:
    room = Class()

    with pytest.raises(NotPermitted):
        deed(room, Actor("mother", frozenset({Role.GUARDIAN})))

    assert room.state() == "scheduled"


@pytest.mark.covers("MRK-02")
def test_a_roll_is_handed_in_once_taps_count_and_may_be_handed_in_again() -> None:
    room = Class()
    opens = at("15:45")
    told = {"session_id": room.session.pk, "by": TEACHER}

    with pytest.raises(NotInThisState, match="nothing to hand in"):
        lifecycle.submit(**told, now=opens - timedelta(seconds=1))  # type: ignore[arg-type]  # as told
    assert Session.objects.get().submitted_at is None

    for now in (opens, NOW):
        lifecycle.submit(**told, now=now)  # type: ignore[arg-type]  # as told
        assert Session.objects.get().submitted_at == now


@pytest.mark.covers("POL-06")
@pytest.mark.parametrize(
    ("by", "because", "minutes", "refusal"),
    [
        (TEACHER, "why", 1, NotPermitted),
        (OFFICE, "why", 1, NotPermitted),
        (ADMIN, " ", 1, ReasonMissing),
        (ADMIN, "why", 0, NotInThisState),
    ],
)
def test_unlocking_needs_an_administrator_a_reason_and_an_end(
    by: Actor, because: str, minutes: int, refusal: type[Exception]
) -> None:
    room = Class()
    until = NOW + timedelta(minutes=minutes)

    with pytest.raises(refusal):
        lifecycle.unlock(session_id=room.session.pk, until=until, because=because, by=by, now=NOW)

    assert Session.objects.get().unlocked_until is None


def test_a_session_nobody_knows_cannot_be_unlocked() -> None:
    with pytest.raises(UnknownSession):
        lifecycle.unlock(session_id=7, until=NOW, because="why", by=ADMIN, now=NOW)


@pytest.mark.covers("POL-05")
@pytest.mark.parametrize(
    ("profile", "is_ended"),
    [("tuition", True), ("coaching", False), ("activity", False), ("training", False)],
)
def test_the_clock_ends_sessions_where_the_profile_says_so(profile: str, is_ended: bool) -> None:
    room = Class(profile)
    room.tap(0, "15:50")
    room.beats("17:35")

    ended = lifecycle.run_clock(site_id=room.site.pk, now=NOW)

    assert (ended, room.state() == "completed") == (int(is_ended), is_ended)
    assert room.bases() == ["present", *(["absent"] * 2 if is_ended else ["pending"] * 2)]
    assert lifecycle.run_clock(site_id=room.site.pk, now=NOW) == 0


@pytest.mark.covers("POL-05")
def test_the_clock_waits_for_the_last_tap_that_counts() -> None:
    room = Class("tuition")
    room.beats("17:35")

    early = lifecycle.run_clock(site_id=room.site.pk, now=at("17:30") - timedelta(seconds=1))
    in_time = lifecycle.run_clock(site_id=room.site.pk, now=at("17:30"))

    assert (early, in_time) == (0, 1)


@pytest.mark.covers("POL-05", "BEY-03")
def test_nobody_is_absent_while_a_kiosk_may_still_hold_taps() -> None:
    room = Class("tuition")
    room.beats("17:29")

    waiting = lifecycle.run_clock(site_id=room.site.pk, now=NOW)

    assert (waiting, room.bases()) == (0, ["pending"] * 3)
    assert lifecycle.waits_for(Session.objects.get(), now=NOW) == (room.door.id,)
    room.beats("17:35")
    assert lifecycle.run_clock(site_id=room.site.pk, now=NOW) == 1


def test_the_clock_leaves_to_people_what_a_person_opened_again() -> None:
    room = Class("tuition")
    room.beats("17:35")
    lifecycle.run_clock(site_id=room.site.pk, now=NOW)
    room.reopen()

    assert lifecycle.run_clock(site_id=room.site.pk, now=NOW) == 0
    assert room.state() == "active"
    room.complete()
    assert room.state() == "completed"


@pytest.mark.parametrize(
    ("profile", "now", "state"),
    [
        ("tuition", "15:59", "scheduled"),
        ("tuition", "16:00", "active"),
        ("training", "16:00", "active"),
        ("coaching", "16:00", "scheduled"),
        ("activity", "16:00", "scheduled"),
    ],
)
@pytest.mark.covers("SES-03")
def test_the_clock_begins_sessions_where_the_profile_says_so(
    profile: str, now: str, state: str
) -> None:
    room = Class(profile)

    judge_sessions(site_id=room.site.pk, now=at(now))

    assert room.state() == state


@pytest.mark.covers("SES-03")
@pytest.mark.parametrize(("profile", "state"), [("activity", "active"), ("coaching", "scheduled")])
def test_the_first_tap_begins_a_session_where_the_profile_says_so(profile: str, state: str) -> None:
    room = Class(profile)

    room.tap(0, "15:58")

    assert room.state() == state


def keep_promises() -> int:
    """Do as the worker does with what was promised to this room; answers how many there were."""
    promised = Delivery.objects.filter(destination="rolls", state="waiting")
    tell = Wiring(settings()).destinations()["rolls"]
    for delivery in promised:
        tell(delivery)
    return len(promised)


@pytest.mark.covers("OFF-06")
def test_in_check_in_mode_the_first_tap_marks_the_others_absent_until_they_come() -> None:
    room = Class("activity", check_in_office=True)
    room.tap(0, "15:58")
    assert room.bases() == ["present", "pending", "pending"]

    assert keep_promises() == 1

    assert room.bases() == ["present", "absent", "absent"]
    assert MarkRow.objects.get(person=room.people[1]).why == "not checked in yet"
    room.tap(1, "16:03")
    room.mark(2, Base.PRESENT)
    assert room.bases() == ["present"] * 3
    assert (room.state(), Delivery.objects.filter(destination="rolls").count()) == ("active", 1)


@pytest.mark.covers("OFF-06", "OFF-10")
@pytest.mark.parametrize(
    ("overrides", "by", "promised"),
    [
        ({"check_in_office": True}, OFFICE, 1),
        ({"check_in_office": True}, TEACHER, 0),
        ({"check_in_staff": True}, TEACHER, 1),
        ({"check_in_staff": True}, OFFICE, 0),
        ({}, OFFICE, 0),
    ],
)
def test_check_in_mode_is_switched_for_each_portal(
    overrides: dict[str, bool], by: Actor, promised: int
) -> None:
    room = Class("activity", **overrides)

    room.mark(0, Base.ABSENT, by)
    assert keep_promises() == 0
    room.mark(0, Base.PRESENT, by)

    assert keep_promises() == promised


@pytest.mark.covers("OFF-06", "OFF-10")
def test_a_tap_before_takes_nothing_from_the_staff_portals_own_check_in_mode() -> None:
    room = Class("activity", check_in_staff=True)
    room.tap(0, "15:58")
    assert keep_promises() == 0

    room.mark(1, Base.PRESENT)

    assert keep_promises() == 1
    assert room.bases() == ["present", "present", "absent"]


@pytest.mark.covers("OFF-06", "SES-03")
def test_a_check_in_by_hand_begins_a_session_that_waits_for_the_first() -> None:
    room = Class("activity", check_in_staff=True)

    room.mark(1, Base.PRESENT)

    assert room.state() == "active"


@pytest.mark.covers("OFF-06")
def test_a_promise_kept_twice_or_after_the_end_changes_nothing_more() -> None:
    room = Class("activity", check_in_office=True)
    room.tap(0, "15:58")
    pk = room.session.pk

    first = lifecycle.close_after_check_in(session_id=pk, now=at("16:00"))
    second = lifecycle.close_after_check_in(session_id=pk, now=at("16:01"))
    room.cancel()

    assert (first, second) == (2, 0)
    assert lifecycle.close_after_check_in(session_id=pk, now=at("16:02")) == 0
    assert MarkRevision.objects.count() == 3
