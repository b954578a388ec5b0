import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connections

from gateway.attendance.errors import NoAlarm, UnknownOnRoll
from gateway.attendance.evacuation import end_alarm, hear_tick, open_alarm, raise_alarm, tick
from gateway.attendance.models import Alarm, Tick as TickRow
from gateway.attendance.recording import Heard
from gateway.attendance.roll_call import past_alarms, roll_call
from gateway.attendance.services import record_tracks
from gateway.fleet.models import Kiosk
from gateway.people.models import Person
from gateway.people.services import set_credential
from kiosk.protocol.messages import Method, PersonKind
from kiosk.protocol.remarks import MarkedSafe
from tests.gateway.factories import make_person, make_site, make_year_group
from tests.gateway.school import School, at, card_of, make_kiosk, make_pupils, make_school

pytestmark = pytest.mark.django_db


class Yard:
    """A school's Monday morning: three students have signed in, and so has a teacher."""

    def __init__(self) -> None:
        self.school: School = make_school()
        self.door = self.school.kiosk()
        self.students = self.school.pupils(3)
        self.teacher = Person.objects.get(pk=make_person("Ruth Osei", kind=PersonKind.STAFF))
        set_credential(person_id=self.teacher.pk, method=Method.CARD, value=card_of(self.teacher))
        for person in (*self.students, self.teacher):
            self.tap(person, "08:00")

    @property
    def kiosk(self) -> Kiosk:
        return Kiosk.objects.get(pk=self.door.id)

    def tap(self, person: Person, clock: str, *, trusted: bool = True) -> None:
        made = self.door.sees(person, clock, trusted=trusted)
        heard = Heard(self.door.id, self.school.site.pk, self.door.install, made)
        record_tracks(heard=[heard], now=at(clock))

    def alarm(self, clock: str = "09:00") -> UUID:
        return raise_alarm(site_id=self.school.site.pk, by="office", now=at(clock))

    def tick(self, person: Person, clock: str = "09:01", *, safe: bool = True) -> None:
        tick(
            site_id=self.school.site.pk,
            person_id=person.pk,
            is_safe=safe,
            by="office",
            now=at(clock),
        )

    def names(self, clock: str = "09:02") -> dict[int, bool]:
        """Who stands on the roll call, and whether they are safe."""
        people = roll_call(self.school.site, now=at(clock)).people
        return {each.person_id: each.is_safe for each in people}


def said(alarm: UUID, person: Person, clock: str, *, safe: bool = True) -> MarkedSafe:
    return MarkedSafe(id=uuid4(), alarm=alarm, person=person.pk, is_safe=safe, at=at(clock))


@pytest.mark.covers("BEY-05")
def test_everybody_signed_in_stands_on_the_roll_by_group_and_staff_after_them() -> None:
    yard = Yard()
    yard.tap(yard.students[2], "08:30")

    call = roll_call(yard.school.site, now=at("09:00"))

    listed = [(each.person_id, each.group, each.kind) for each in call.people]
    first, second, _ = (student.pk for student in yard.students)
    assert listed == [
        (first, "Year 7", PersonKind.STUDENT),
        (second, "Year 7", PersonKind.STUDENT),
        (yard.teacher.pk, "", PersonKind.STAFF),
    ]
    assert (call.alarm, call.to_find, call.people[0].since) == (None, 3, at("08:00"))


def test_a_tick_counts_until_it_is_taken_back() -> None:
    yard = Yard()
    yard.alarm()
    mia, ben, *_ = yard.students

    yard.tick(mia, "09:01")
    yard.tick(ben, "09:01")
    yard.tick(ben, "09:02", safe=False)

    names = yard.names()
    assert (names[mia.pk], names[ben.pk]) == (True, False)
    assert roll_call(yard.school.site, now=at("09:03")).to_find == 3


def test_who_signs_in_or_out_meanwhile_appears_or_disappears_but_who_is_safe_stays() -> None:
    yard = Yard()
    mia, ben, ada = yard.students
    yard.tap(ada, "08:30")
    yard.alarm()
    yard.tick(mia)

    for person in (mia, ben, ada):
        yard.tap(person, "09:05")

    assert yard.names("09:06") == {mia.pk: True, ada.pk: False, yard.teacher.pk: False}


def test_raising_it_again_changes_nothing() -> None:
    yard = Yard()

    alarms = {yard.alarm("09:00"), yard.alarm("09:01")}

    assert alarms == {Alarm.objects.get().pk}
    assert Alarm.objects.get().began_at == at("09:00")


def test_it_ends_once_and_says_who_ended_it() -> None:
    yard = Yard()
    alarm = yard.alarm()
    yard.tick(yard.students[0])

    end_alarm(alarm_id=alarm, by="ruth", now=at("09:20"))
    end_alarm(alarm_id=alarm, by="somebody", now=at("09:30"))

    (line,) = past_alarms(yard.school.site.pk, most=10)
    assert (line.raised_by, line.ended_by, line.ended_at) == ("office", "ruth", at("09:20"))
    assert line.found == 1
    assert open_alarm(yard.school.site.pk) is None


def test_without_an_alarm_nobody_is_ticked() -> None:
    yard = Yard()

    with pytest.raises(NoAlarm, match="raise it first"):
        yard.tick(yard.students[0])

    assert not TickRow.objects.exists()


def test_a_person_nobody_knows_is_not_ticked() -> None:
    yard = Yard()
    yard.alarm()

    with pytest.raises(UnknownOnRoll, match="no person 999999"):
        tick(site_id=yard.school.site.pk, person_id=999999, is_safe=True, by="x", now=at("09:01"))

    assert not TickRow.objects.exists()


def test_a_kiosks_tick_heard_twice_is_kept_once() -> None:
    yard = Yard()
    tick_said = said(yard.alarm(), yard.students[0], "09:01")

    for _ in range(2):
        hear_tick(kiosk=yard.kiosk, said=tick_said, now=at("09:02"))

    assert TickRow.objects.count() == 1
    assert yard.names()[yard.students[0].pk]


def test_a_kiosks_tick_that_comes_late_does_not_stand_over_a_later_word() -> None:
    yard = Yard()
    alarm, mia = yard.alarm(), yard.students[0]
    yard.tick(mia, "09:02")
    yard.tick(mia, "09:04", safe=False)

    hear_tick(kiosk=yard.kiosk, said=said(alarm, mia, "09:03"), now=at("09:10"))

    assert not yard.names("09:11")[mia.pk]


def test_the_office_has_the_last_word_over_a_kiosk_whose_clock_is_ahead() -> None:
    yard = Yard()
    alarm, mia = yard.alarm(), yard.students[0]
    hear_tick(kiosk=yard.kiosk, said=said(alarm, mia, "15:00"), now=at("09:01"))

    yard.tick(mia, "09:02", safe=False)

    assert not yard.names()[mia.pk]


def test_a_roll_call_a_kiosk_held_by_itself_is_a_record_and_no_alarm() -> None:
    yard = Yard()

    for student in yard.students[:2]:
        told = said(UUID(int=5), student, "09:01")
        hear_tick(kiosk=yard.kiosk, said=told, now=at("10:00"))

    (line,) = past_alarms(yard.school.site.pk, most=10)
    assert (line.kiosk, line.began_at, line.found) == ("Gate", at("09:01"), 2)
    assert open_alarm(yard.school.site.pk) is None


def test_a_kiosk_ticks_nobody_in_another_sites_alarm() -> None:
    yard = Yard()
    valley = make_kiosk(make_site("valley"), "valley-door")
    kiosk = Kiosk.objects.get(pk=valley.id)

    with pytest.raises(UnknownOnRoll, match="another site"):
        hear_tick(kiosk=kiosk, said=said(yard.alarm(), yard.teacher, "09:01"), now=at("09:02"))

    assert not TickRow.objects.exists()


def test_a_sign_in_at_a_doubtful_time_is_flagged() -> None:
    yard = Yard()
    yard.tap(yard.students[1], "08:20")
    yard.tap(yard.students[1], "08:40", trusted=False)

    people = roll_call(yard.school.site, now=at("09:00")).people

    doubtful = {each.person_id for each in people if each.approximate}
    assert doubtful == {yard.students[1].pk}


def test_an_alarm_goes_on_with_its_day_over_midnight() -> None:
    yard = Yard()
    yard.alarm("23:50")

    call = roll_call(yard.school.site, now=at("23:50") + timedelta(minutes=30))

    assert len(call.people) == 4


@pytest.mark.parametrize("students", [1, 3])
def test_a_longer_roll_asks_no_more_of_the_store(
    students: int,
    django_assert_num_queries: object,
) -> None:
    school = make_school()
    door = school.kiosk()
    for pupil in make_pupils(make_year_group(school.group.division, "Year 8"), students):
        made = door.sees(pupil, "08:00")
        heard = Heard(door.id, school.site.pk, door.install, made)
        record_tracks(heard=[heard], now=at("08:00"))
    raise_alarm(site_id=school.site.pk, by="office", now=at("09:00"))

    with django_assert_num_queries(4):  # type: ignore[operator]  # the plugin's own fixture
        call = roll_call(school.site, now=at("09:01"))

    assert len(call.people) == students


@pytest.mark.django_db(transaction=True)
def test_two_phones_that_tick_at_once_tick_once() -> None:
    yard = Yard()
    yard.alarm()
    start = threading.Barrier(2)
    failures: list[Exception] = []

    def one_phone() -> None:
        start.wait()
        try:
            for student in yard.students:
                yard.tick(student)
        except Exception as failed:  # noqa: BLE001 - told to the test
            failures.append(failed)
        finally:
            connections.close_all()

    phones = [threading.Thread(target=one_phone) for _ in range(2)]
    for phone in phones:
        phone.start()
    for phone in phones:
        phone.join()

    assert failures == []
    assert sorted(TickRow.objects.values_list("person_id", flat=True)) == [
        student.pk for student in yard.students
    ]
