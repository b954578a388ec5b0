"""What several people, kiosks and the worker do to one roll at the same moment."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import pytest

from gateway.attendance import append_only, audit, lifecycle, marking
from gateway.attendance.marking import Wanted
from gateway.attendance.models import Act, Mark as MarkRow, MarkRevision, Session, Track
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.attendance.trails import Fault
from gateway.attendance.values import Base, Mark, SessionState, Source
from gateway.errors import Rejected
from gateway.outbox.models import Delivery
from gateway.people.models import Person
from gateway.people.services import set_credential
from gateway.timetable.models import OfferingEnrolment
from kiosk.protocol.messages import Method, TrackMade
from tests.gateway.at_once import at_once
from tests.gateway.classes import SEPTEMBER, enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import OFFICE, Door, at, card_of, make_kiosk

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

NOW = at("16:30")


@dataclass
class Room:
    """One session of a class with a kiosk at its door."""

    session: Session
    people: list[Person]
    door: Door

    def mark(self, who: int, base: Base, by: str = "office") -> Callable[[], object]:
        wanted = [Wanted(self.people[who].pk, Mark(base))]
        actor = replace(OFFICE, name=by)
        return lambda: marking.mark(session_id=self.session.pk, wanted=wanted, by=actor, now=NOW)

    def end(self, by: str = "office") -> Callable[[], object]:
        actor = replace(OFFICE, name=by)
        return lambda: lifecycle.complete(session_id=self.session.pk, by=actor, now=NOW)

    def tap(self, who: int, clock: str = "15:55") -> Callable[[], object]:
        track = self.door.sees(self.people[who], clock)
        return lambda: self.record(track)

    def record(self, track: TrackMade) -> object:
        heard = [Heard(self.door.id, self.session.site_id, self.door.install, track)]
        return record_tracks(heard=heard, now=NOW)

    def bases(self) -> list[str]:
        marks = dict(MarkRow.objects.values_list("person_id", "base"))
        return [marks.get(person.pk, "pending") for person in self.people]


def make_room(count: int, **overrides: object) -> Room:
    site = make_site()
    algebra = make_offering(site, overrides=overrides)
    people = [make_learner(f"Pupil {number}") for number in range(count)]
    for person in people:
        enrol_in(algebra, person)
        set_credential(person_id=person.pk, method=Method.CARD, value=card_of(person))
    return Room(make_session(algebra), people, make_kiosk(site))


@pytest.mark.covers("SES-07")
def test_twenty_mark_one_roll_while_it_is_ended_and_nothing_is_lost() -> None:
    room = make_room(24)
    marks = [room.mark(who, Base.PRESENT, by=f"teacher {who}") for who in range(20)]

    answers = at_once(*marks, room.end(), room.end())

    refused = [answer for answer in answers if isinstance(answer, Rejected)]
    assert refused == []
    assert room.bases() == ["present"] * 20 + ["absent"] * 4
    assert Act.objects.count() == 20
    assert MarkRevision.objects.filter(source=Source.HAND.value).count() == 20
    assert list(audit.findings()) == []


def test_twenty_who_mark_one_person_leave_one_trail_and_one_mark() -> None:
    room = make_room(1)
    bases = [Base.PRESENT, Base.ABSENT] * 10

    at_once(*(room.mark(0, base, by=f"t{n}") for n, base in enumerate(bases)), room.end())

    by_hand = MarkRevision.objects.filter(source=Source.HAND.value).order_by("pk")
    assert by_hand.count() == 20
    assert MarkRow.objects.get().base == by_hand.last().base  # type: ignore[union-attr]  # there are 20
    assert list(audit.findings()) == []


@pytest.mark.covers("SES-07")
def test_a_session_ended_twenty_times_at_once_is_ended_once() -> None:
    room = make_room(5)

    answers = at_once(*(room.end(by=f"t{number}") for number in range(20)))

    assert sorted(map(len, answers)) == [0] * 19 + [5]  # type: ignore[arg-type]  # tuples of persons
    assert Session.objects.get().state == SessionState.COMPLETED.value
    assert MarkRevision.objects.count() == 5
    assert list(audit.findings()) == []


@pytest.mark.covers("BEY-04", "SES-07")
def test_taps_that_come_while_the_roll_is_marked_and_closed_all_count() -> None:
    room = make_room(9)
    taps = [room.tap(who) for who in range(6)]
    marks = [room.mark(who, Base.ABSENT) for who in range(3, 6)]

    at_once(*taps, *marks, room.end(), room.end())

    assert room.bases() == ["present"] * 3 + ["absent"] * 6
    assert Track.objects.count() == 6
    assert list(audit.findings()) == []


def test_an_act_undone_by_ten_at_once_is_undone_once() -> None:
    room = make_room(2)
    room.mark(0, Base.ABSENT)()
    act = Act.objects.get().pk
    deed = lambda: marking.undo(session_id=room.session.pk, by=OFFICE, now=NOW, act=act)  # noqa: E731

    answers = at_once(*[deed] * 10)

    assert answers.count(act) == 1
    assert sum(isinstance(answer, Rejected) for answer in answers) == 9
    assert room.bases() == ["pending", "pending"]
    assert MarkRevision.objects.count() == 2
    assert list(audit.findings()) == []


def test_marking_and_undoing_at_once_leave_what_the_trail_comes_to() -> None:
    room = make_room(3)
    for who in range(3):
        room.mark(who, Base.ABSENT)()

    at_once(
        *(lambda: marking.undo(session_id=room.session.pk, by=OFFICE, now=NOW) for _ in range(3)),
        *(room.mark(who, Base.PRESENT, by="another") for who in range(3)),
    )

    assert room.bases() == ["present"] * 3
    assert list(audit.findings()) == []


@pytest.mark.covers("OFF-06")
def test_taps_during_the_first_closing_of_check_in_mode_all_count() -> None:
    room = make_room(8, check_in_office=True)
    room.tap(0)()

    def close() -> object:
        return lifecycle.close_after_check_in(session_id=room.session.pk, now=NOW)

    at_once(*(room.tap(who, "15:58") for who in range(1, 5)), close, close)

    assert room.bases() == ["present"] * 5 + ["absent"] * 3
    assert Delivery.objects.filter(destination="rolls").count() == 1
    assert list(audit.findings()) == []


def test_a_seal_made_while_marks_are_made_holds() -> None:
    room = make_room(10)
    room.end()()

    at_once(
        *(room.mark(who, Base.PRESENT) for who in range(10)),
        *[lambda: audit.seal(now=at("16:40"))] * 2,
    )
    audit.seal(now=at("17:00"))

    assert list(audit.findings()) == []


def test_the_audit_goes_on_while_marks_are_made_and_names_only_what_is_wrong() -> None:
    room = make_room(3)
    crowd = [Person(given_name=f"P{number}", family_name="") for number in range(2100)]
    enrol_many(room, Person.objects.bulk_create(crowd))
    room.end()()
    append_only.allow_changes()
    MarkRevision.objects.filter(person=room.people[2]).update(base="present")
    append_only.refuse_changes()
    last, marked = Wanted(crowd[-1].pk, Mark(Base.PRESENT)), list[object]()

    def mark_meanwhile(_: int) -> None:
        deed = partial(marking.mark, session_id=room.session.pk, wanted=[last], by=OFFICE, now=NOW)
        if not marked:
            marked.append(at_once(deed))

    found = list(audit.findings(tell=mark_meanwhile))

    assert [(each.fault, each.place) for each in found] == [
        (Fault.EDITED, (room.session.pk, room.people[2].pk))
    ]
    assert Act.objects.count() == 1


def enrol_many(room: Room, people: list[Person]) -> None:
    OfferingEnrolment.objects.bulk_create(
        OfferingEnrolment(
            offering_id=room.session.meets.get().offering_id, person=person, starts_on=SEPTEMBER
        )
        for person in people
    )
