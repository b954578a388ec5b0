from datetime import timedelta
from decimal import Decimal

import pytest

from gateway.attendance import absence, attention
from gateway.attendance.errors import ReasonMissing, UnknownHold, UnknownSession
from gateway.attendance.events import MarkChanged
from gateway.attendance.models import AbsenceHold, AbsenceRun, Mark, MarkRevision
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.attendance.values import Base, HoldKind, Mark as MarkValue, SessionState
from gateway.fleet.services import hear_heartbeat, put_in_service, take_out_of_service
from gateway.outbox.models import Delivery
from gateway.people.models import Person
from gateway.timetable.services import add_closure, add_term
from kiosk.protocol.messages import TrackMade
from tests.gateway.school import MONDAY, Door, School, at, make_school, mark_by_hand

pytestmark = pytest.mark.django_db

KNOWN = frozenset({"O", "N"})


def codes() -> frozenset[str]:
    return KNOWN


def open_school(*, share: str = "1") -> School:
    school = make_school()
    add_term(site_id=school.site.pk, name="Autumn", starts_on=MONDAY, ends_on=MONDAY)
    school.policy.share_limit = Decimal(share)
    school.policy.save()
    return school


def hear(school: School, door: Door, *tracks: TrackMade, clock: str = "08:31") -> None:
    heard = [Heard(door.id, school.site.pk, door.install, track) for track in tracks]
    record_tracks(heard=heard, now=at(clock))


def beat(door: Door, clock: str) -> None:
    quiet = door.beats(clock).model_copy(update={"last_seq": 0, "first_seq": 0})
    hear_heartbeat(heartbeat=quiet, now=at(clock))


def fire(school: School, clock: str = "08:40") -> list[tuple[str, int]]:
    outcomes = absence.run(site_id=school.site.pk, codes=codes, now=at(clock))
    return [(outcome.state, outcome.marked) for outcome in outcomes]


def absent(school: School) -> set[int]:
    marks = Mark.objects.filter(session=school.session, base=Base.ABSENT.value)
    return set(marks.values_list("person_id", flat=True))


def held(school: School) -> list[tuple[HoldKind, str]]:
    return [(hold.kind, hold.subject) for hold in attention.open_holds(school.site.pk)]


def ids(*persons: Person) -> set[int]:
    return {person.pk for person in persons}


@pytest.mark.covers("TRK-06", "TRK-08", "DES-04")
def test_whoever_did_not_come_is_marked_absent_and_told_to_the_erp() -> None:
    school = open_school()
    door, [mia, leo, ada] = school.kiosk(), school.pupils(3)
    hear(school, door, door.sees(mia, "07:55"))
    beat(door, "08:31")

    assert fire(school) == [("done", 2)]

    assert absent(school) == ids(leo, ada)
    told = [MarkChanged.from_json(row.body) for row in Delivery.objects.filter(priority=0)]
    assert {(event.person_id, event.base) for event in told} == {
        (leo.pk, "absent"), (ada.pk, "absent")
    }  # fmt: skip
    school.session.refresh_from_db()
    assert school.session.state == SessionState.COMPLETED


@pytest.mark.covers("TRK-06")
def test_firing_again_marks_nobody_twice() -> None:
    school = open_school()
    door = school.kiosk()
    school.pupils(3)
    beat(door, "08:31")
    fire(school)

    assert fire(school, "09:10") == [("done", 0)]

    assert MarkRevision.objects.count() == 3
    assert AbsenceRun.objects.get().marked == 3


def test_a_run_that_was_killed_half_way_goes_on_where_it_stopped() -> None:
    school = open_school()
    door, pupils = school.kiosk(), school.pupils(4)
    beat(door, "08:31")
    AbsenceRun.objects.create(session=school.session, state="running", fired_at=at("08:35"))
    absence._close(school.session, school.policy, [p.pk for p in pupils[:2]], at("08:35"))

    assert fire(school) == [("done", 2)]

    assert absent(school) == ids(*pupils)
    assert MarkRevision.objects.count() == 4


@pytest.mark.covers("TRK-06")
def test_nobody_is_marked_before_registration_is_over() -> None:
    school = open_school()
    beat(school.kiosk(), "08:31")
    school.pupils(1)

    assert fire(school, "08:30") == [("refused", 0)]

    assert not MarkRevision.objects.exists()


def test_nobody_is_marked_on_a_day_without_school() -> None:
    school = open_school()
    beat(school.kiosk(), "08:31")
    school.pupils(1)
    add_closure(site_id=school.site.pk, reason="Snow", starts_on=MONDAY)

    outcomes = absence.run(site_id=school.site.pk, codes=codes, now=at("08:40"))

    assert "not a school day" in outcomes[0].refused
    assert not MarkRevision.objects.exists()


@pytest.mark.covers("TRK-07")
def test_only_the_chosen_year_groups_are_marked() -> None:
    school = open_school()
    beat(school.kiosk(), "08:31")
    school.pupils(2)
    school.policy.year_groups.clear()

    assert fire(school) == [("done", 0)]


def test_it_waits_while_a_kiosk_may_hold_sign_ins_and_says_so() -> None:
    school = open_school()
    gate, gym = school.kiosk("gate"), school.kiosk("gym")
    school.pupils(2)
    beat(gate, "08:31")
    beat(gym, "07:41")

    assert fire(school) == [("holding", 0)]

    assert held(school) == [(HoldKind.KIOSK_UNHEARD, "gym")]
    assert absent(school) == set()


def test_it_waits_while_tracks_a_kiosk_has_made_have_not_come() -> None:
    school = open_school()
    door = school.kiosk()
    school.pupils(1)
    door.seq = 5
    hear_heartbeat(
        heartbeat=door.beats("08:35").model_copy(update={"first_seq": 1}), now=at("08:35")
    )

    assert fire(school) == [("holding", 0)]


@pytest.mark.covers("BEY-03")
def test_a_kiosk_with_a_doubtful_clock_vouches_for_nothing() -> None:
    school = open_school()
    door = school.kiosk()
    school.pupils(1)
    hear_heartbeat(heartbeat=door.beats("08:35", trusted=False), now=at("08:35"))

    assert fire(school) == [("holding", 0)]


def test_it_goes_on_by_itself_once_the_kiosk_was_heard() -> None:
    school = open_school()
    door = school.kiosk()
    school.pupils(2)
    fire(school)

    beat(door, "08:45")

    assert fire(school, "09:10") == [("done", 2)]
    assert held(school) == []


def test_a_kiosk_out_of_service_holds_nothing_up() -> None:
    school = open_school()
    beat(school.kiosk("gate"), "08:31")
    school.kiosk("gym")
    school.pupils(2)
    fire(school)

    take_out_of_service(kiosk_id="gym", because="broken screen", now=at("08:50"))

    assert fire(school, "09:10") == [("done", 2)]


def test_a_kiosk_put_back_in_service_is_waited_for_again() -> None:
    school = open_school()
    school.kiosk("gym")
    school.pupils(1)
    take_out_of_service(kiosk_id="gym", because="broken screen", now=at("08:00"))
    put_in_service(kiosk_id="gym")

    assert fire(school) == [("holding", 0)]


@pytest.mark.covers("TRK-08")
def test_it_waits_for_a_code_that_the_erp_does_not_know() -> None:
    school = open_school()
    beat(school.kiosk(), "08:31")
    school.pupils(1)

    outcomes = absence.run(site_id=school.site.pk, codes=lambda: frozenset({"N"}), now=at("08:40"))

    assert [hold.kind for hold in outcomes[0].holds] == [HoldKind.CODE_UNKNOWN]


def test_it_waits_when_implausibly_many_of_a_year_group_are_missing() -> None:
    school = open_school(share="0.4")
    beat(school.kiosk(), "08:31")
    school.pupils(5)

    assert fire(school) == [("holding", 0)]

    assert held(school) == [(HoldKind.TOO_MANY, "Year 7")]


def test_a_person_may_let_a_hold_go() -> None:
    school = open_school(share="0.4")
    beat(school.kiosk(), "08:31")
    school.pupils(5)
    fire(school)
    [hold] = attention.open_holds(school.site.pk)

    absence.release_hold(hold_id=hold.id, by="office", because="trip", now=at("08:50"))

    assert fire(school, "09:10") == [("done", 5)]
    row = AbsenceHold.objects.get()
    assert (row.released_by, row.released_because) == ("office", "trip")


def test_letting_a_hold_go_needs_a_reason() -> None:
    school = open_school(share="0.4")
    beat(school.kiosk(), "08:31")
    school.pupils(5)
    fire(school)
    [hold] = attention.open_holds(school.site.pk)

    with pytest.raises(ReasonMissing):
        absence.release_hold(hold_id=hold.id, by="office", because="  ", now=at("08:50"))

    assert len(held(school)) == 1


def test_a_hold_that_is_not_there_cannot_be_let_go() -> None:
    with pytest.raises(UnknownHold):
        absence.release_hold(hold_id=1, by="office", because="trip", now=at("08:50"))


@pytest.mark.covers("TRK-09")
def test_a_student_who_comes_after_all_is_late_and_the_erp_hears_the_new_state() -> None:
    school = open_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    beat(door, "08:31")
    fire(school)

    hear(school, door, door.sees(mia, "09:15"), clock="09:15")

    mark = Mark.objects.get(person=mia)
    assert (mark.base, mark.late_minutes) == (Base.PRESENT, 75)
    delivery = Delivery.objects.get()
    assert MarkChanged.from_json(delivery.body).late_minutes == 75
    assert delivery.version == 2


def test_a_sign_in_that_was_uploaded_late_takes_the_absence_back() -> None:
    school = open_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    beat(door, "08:31")
    fire(school)

    hear(school, door, door.sees(mia, "07:58"), clock="11:00")

    assert Mark.objects.get(person=mia).base == Base.PRESENT


def test_who_is_marked_by_hand_is_left_alone() -> None:
    school = open_school()
    beat(school.kiosk(), "08:31")
    [mia] = school.pupils(1)
    mark_by_hand(
        session_id=school.session.pk,
        person_id=mia.pk,
        mark=MarkValue(Base.MEDICAL_LEAVE),
        by="office",
        now=at("08:00"),
    )

    assert fire(school) == [("done", 0)]


@pytest.mark.covers("BEY-09", "TRK-09")
def test_a_preview_names_everybody_and_changes_nothing() -> None:
    school = open_school()
    door, [mia, leo] = school.kiosk(), school.pupils(2)
    hear(school, door, door.sees(mia, "07:55"))
    beat(door, "08:00")

    plan = absence.preview(session_id=school.session.pk, codes=codes, now=at("08:15"))

    assert [one.person_id for one in plan.to_mark] == [leo.pk]
    assert [one.why for one in plan.left_out] == ["was seen at a kiosk that day"]
    assert [hold.kind for hold in plan.holds] == [HoldKind.KIOSK_UNHEARD]
    assert plan.refused == "registration is not over yet"
    assert absent(school) == set()
    assert not AbsenceHold.objects.exists()


def test_a_preview_of_no_session_says_so() -> None:
    with pytest.raises(UnknownSession):
        absence.preview(session_id=1, codes=codes, now=at("08:15"))


def test_a_student_enrolled_from_tomorrow_is_not_expected_today() -> None:
    school = open_school()
    beat(school.kiosk(), "08:31")
    [mia] = school.pupils(1)
    mia.enrolments.update(starts_on=MONDAY + timedelta(days=1))

    assert fire(school) == [("done", 0)]


@pytest.mark.covers("BEY-03", "BEY-09")
def test_nobody_is_absent_who_may_have_come_on_a_day_the_kiosk_did_not_know() -> None:
    school = open_school()
    door, [mia, leo] = school.kiosk(), school.pupils(2)
    friday = MONDAY - timedelta(days=3)
    hear(school, door, door.sees(mia, "17:00", trusted=False, day=friday), clock="08:20")
    beat(door, "08:35")

    fire(school)

    assert absent(school) == {leo.pk}


@pytest.mark.covers("BEY-09")
def test_nobody_is_absent_while_taps_went_down_with_a_kiosks_disk() -> None:
    school = open_school()
    school.pupils(1)
    door = school.kiosk()
    door.seq = 3
    hear_heartbeat(heartbeat=door.beats("08:15"), now=at("08:15"))
    beat(Door(door.id), "08:35")

    fire(school)

    assert absent(school) == set()
    [hold] = attention.open_holds(school.site.pk)
    assert hold.why == "kiosk gate lost 3 taps; they may have been sign-ins"


@pytest.mark.covers("BEY-09")
def test_a_new_disk_in_a_kiosk_that_had_sent_everything_holds_nothing_up() -> None:
    school = open_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    beat(door, "08:15")
    beat(Door(door.id), "08:35")

    fire(school)

    assert absent(school) == {mia.pk}
