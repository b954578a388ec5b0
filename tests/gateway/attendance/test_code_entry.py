from datetime import datetime, timedelta

import pytest
from django.db.models import F

from gateway.attendance import check_ins, code_entry, marking, services
from gateway.attendance.check_in_lines import shared_phones
from gateway.attendance.code_entry import TICKET_FOR, Redeemer
from gateway.attendance.entry_codes import code_keys, rotating_code
from gateway.attendance.errors import (
    NotOnRoll,
    NotOpenAnyMore,
    NotOpenYet,
    NotTaught,
    PhoneShared,
    UnknownSession,
    UnknownTicket,
    WrongCode,
)
from gateway.attendance.marking import Wanted
from gateway.attendance.models import CheckIn, Mark, Session, SharedPhone, Ticket
from gateway.attendance.values import Base, CheckInMethod, Mark as Said, SessionState
from gateway.people.models import Person
from gateway.timetable.models import Offering
from gateway.timetable.values import Standing
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import MONDAY, OFFICE, at, make_school

pytestmark = pytest.mark.django_db

PHONE = "a phone's cookie"
SECOND = timedelta(seconds=1)


class Algebra:
    """A class from 16:00 to 17:00 with two learners and a grace of 15 minutes."""

    def __init__(self, **overrides: object) -> None:
        self.offering = make_offering(make_site(), overrides=overrides)
        self.mia, self.tom = make_learner("Mia Keller"), make_learner("Tom Berg")
        for learner in (self.mia, self.tom):
            enrol_in(self.offering, learner)
        self.session = make_session(self.offering)

    def scans(self, when: datetime, *, code: str = "", device: str = PHONE) -> str:
        return code_entry.scan(
            session_id=self.session.pk,
            code=code or rotating_code(self.session, now=when),
            device=device,
            now=when,
        )

    def comes(self, person: Person, clock: str, *, device: str = PHONE) -> CheckIn:
        return redeem(self.scans(at(clock), device=device), person, at(clock))

    def mark(self, person: Person) -> Mark | None:
        return Mark.objects.filter(session=self.session, person=person).first()


def redeem(ticket: str, person: Person, now: datetime) -> CheckIn:
    return code_entry.redeem(ticket=ticket, by=Redeemer(person.given_name, person.pk), now=now)


@pytest.mark.covers("QR-02")
def test_a_scan_marks_present_at_its_instant_however_long_the_login_took() -> None:
    algebra = Algebra()
    ticket = algebra.scans(at("16:14:50"))

    made = redeem(ticket, algebra.mia, at("16:19:00"))

    assert (made.at, made.method, made.state) == (at("16:14:50"), "code", "confirmed")
    mark = algebra.mark(algebra.mia)
    assert mark is not None
    assert (mark.base, mark.late_minutes, mark.arrived_at) == ("present", None, at("16:14:50"))


@pytest.mark.covers("QR-03")
@pytest.mark.parametrize(("clock", "late"), [("16:15:00", None), ("16:15:01", 15), ("16:22", 22)])
def test_a_second_after_grace_is_late(clock: str, late: int | None) -> None:
    algebra = Algebra()

    algebra.comes(algebra.mia, clock)

    mark = algebra.mark(algebra.mia)
    assert mark is not None
    assert (mark.late_minutes, mark.arrived_at) == (late, at(clock))


@pytest.mark.covers("QR-01")
def test_tries_out_of_time_leave_nothing_and_lock_nobody_out() -> None:
    algebra = Algebra()

    for _ in range(30):
        with pytest.raises(NotOpenYet, match="too early"):
            algebra.scans(at("15:45") - SECOND)
        with pytest.raises(NotOpenAnyMore, match="too late"):
            algebra.scans(at("17:30") + SECOND)
        with pytest.raises(WrongCode, match="scan the one shown now"):
            algebra.scans(at("15:45"), code="A" * 16)
    assert not Ticket.objects.exists()

    assert algebra.comes(algebra.mia, "15:45").at == at("15:45")


@pytest.mark.covers("BEY-07")
def test_a_photograph_of_a_code_is_useless_after_two_steps() -> None:
    algebra = Algebra(code_step=20)
    code = rotating_code(algebra.session, now=at("16:00"))

    assert algebra.scans(at("16:00:39"), code=code)
    with pytest.raises(WrongCode):
        algebra.scans(at("16:00:40"), code=code)


@pytest.mark.covers("QR-01")
def test_a_printed_code_holds_in_the_window_where_it_is_allowed() -> None:
    algebra = Algebra(printed_code=True)
    printed = code_keys(algebra.session.pk).printed

    redeem(algebra.scans(at("16:05"), code=printed.lower()), algebra.mia, at("16:05"))

    assert CheckIn.objects.get().method == CheckInMethod.PRINTED_CODE.value
    with pytest.raises(NotOpenAnyMore):
        algebra.scans(at("17:31"), code=printed)


def test_a_printed_code_is_of_one_session_and_only_where_it_is_allowed() -> None:
    algebra = Algebra()
    other = make_session(algebra.offering, starts="18:00", ends="19:00")

    with pytest.raises(WrongCode):
        algebra.scans(at("16:05"), code=code_keys(algebra.session.pk).printed)
    assert code_keys(other.pk).printed != code_keys(algebra.session.pk).printed


def test_a_cancelled_session_and_one_that_is_not_there_refuse() -> None:
    algebra = Algebra()
    ticket = algebra.scans(at("16:00"))
    Session.objects.update(state=SessionState.CANCELLED.value)

    with pytest.raises(NotTaught, match="was cancelled"):
        algebra.scans(at("16:00"))
    with pytest.raises(NotTaught):
        redeem(ticket, algebra.mia, at("16:01"))
    with pytest.raises(UnknownSession):
        code_entry.scan(session_id=0, code="A", device="", now=at("16:00"))
    assert not CheckIn.objects.exists()


def test_a_date_outside_the_offerings_dates_refuses() -> None:
    algebra = Algebra()
    Offering.objects.update(ends_on=MONDAY - timedelta(days=1))

    with pytest.raises(NotTaught, match="not scheduled to meet"):
        algebra.scans(at("16:00"))
    assert not Ticket.objects.exists()


def test_a_ticket_holds_for_five_minutes_and_no_second_longer() -> None:
    algebra = Algebra()
    held, lapsed = algebra.scans(at("16:00")), algebra.scans(at("16:00"))

    assert redeem(held, algebra.mia, at("16:00") + TICKET_FOR).at == at("16:00")
    with pytest.raises(UnknownTicket, match="scan the code again"):
        redeem(lapsed, algebra.tom, at("16:00") + TICKET_FOR + SECOND)
    assert CheckIn.objects.count() == 1


def test_a_ticket_used_twice_counts_once_and_for_nobody_else() -> None:
    algebra = Algebra()
    ticket = algebra.scans(at("16:00"))
    first = redeem(ticket, algebra.mia, at("16:01"))

    assert redeem(ticket, algebra.mia, at("16:20")) == first
    with pytest.raises(UnknownTicket):
        redeem(ticket, algebra.tom, at("16:01"))
    with pytest.raises(UnknownTicket):
        redeem("guessed", algebra.tom, at("16:01"))
    assert CheckIn.objects.count() == 1
    assert algebra.mark(algebra.tom) is None


def test_of_a_ticket_and_a_phone_only_digests_are_kept() -> None:
    algebra = Algebra()
    ticket = algebra.scans(at("16:00"))

    kept = Ticket.objects.get()

    assert ticket not in kept.digest
    assert PHONE not in kept.device
    assert (len(kept.digest), len(kept.device)) == (64, 64)


def test_scanning_again_keeps_the_first_check_in() -> None:
    algebra = Algebra()
    first = algebra.comes(algebra.mia, "16:00")

    assert algebra.comes(algebra.mia, "16:30") == first
    assert CheckIn.objects.count() == 1


def test_who_is_not_on_the_roll_is_told_and_the_ticket_stays_good() -> None:
    algebra = Algebra()
    stranger = make_learner("Ada Stone")
    ticket = algebra.scans(at("16:00"))

    with pytest.raises(NotOnRoll, match="not on the roll of Algebra"):
        redeem(ticket, stranger, at("16:00"))
    assert not CheckIn.objects.exists()

    assert redeem(ticket, algebra.mia, at("16:01"))


@pytest.mark.covers("BIO-02")
def test_a_phone_that_marks_two_people_is_refused_and_flagged_with_both_names() -> None:
    algebra = Algebra()
    algebra.comes(algebra.mia, "16:00")

    for _ in range(2):
        with pytest.raises(PhoneShared, match="checked in somebody else"):
            algebra.comes(algebra.tom, "16:10")

    assert algebra.mark(algebra.tom) is None
    (flag,) = shared_phones(Session.objects.all())
    assert (flag.name, flag.other, flag.at) == ("Tom Berg", "Mia Keller", at("16:10"))
    assert code_entry.see_shared_phone(shared_id=flag.id, by="office", now=at("16:20"))
    assert not code_entry.see_shared_phone(shared_id=flag.id, by="office", now=at("16:20"))
    assert shared_phones(Session.objects.all()) == ()


@pytest.mark.covers("BIO-02")
def test_another_phone_or_half_an_hour_later_nobody_is_refused() -> None:
    algebra = Algebra()
    algebra.comes(algebra.mia, "16:00")

    algebra.comes(algebra.tom, "16:30")
    algebra.comes(algebra.mia, "16:10", device="another phone")

    assert not SharedPhone.objects.exists()
    assert CheckIn.objects.count() == 2


@pytest.mark.covers("QR-05")
def test_what_the_teacher_says_outranks_the_scan() -> None:
    algebra = Algebra()
    absent = [Wanted(algebra.mia.pk, Said(Base.ABSENT))]
    marking.mark(session_id=algebra.session.pk, wanted=absent, by=OFFICE, now=at("16:05"))

    algebra.comes(algebra.mia, "16:10")

    assert algebra.mark(algebra.mia) == Mark.objects.get(base="absent", author="person")


@pytest.mark.covers("QR-05")
def test_a_check_in_that_is_taken_back_marks_nobody() -> None:
    algebra = Algebra()
    made = algebra.comes(algebra.mia, "16:10")

    check_ins.refuse(check_in_id=made.pk, because="not here", by=OFFICE, now=at("16:20"))

    mark = algebra.mark(algebra.mia)
    assert mark is not None
    assert mark.base == "pending"


def test_who_is_on_hold_stays_so() -> None:
    algebra = Algebra()
    algebra.offering.enrolments.update(standing=Standing.ON_HOLD.value)

    algebra.comes(algebra.mia, "16:00")

    mark = algebra.mark(algebra.mia)
    assert mark is not None
    assert mark.base == "on_hold"


@pytest.mark.covers("QR-02", "QR-03")
@pytest.mark.parametrize(("clock", "late"), [("08:00", None), ("08:12", 12)])
def test_a_code_marks_at_registration_too(clock: str, late: int | None) -> None:
    school = make_school()
    (pupil,) = school.pupils(1)
    code = rotating_code(school.session, now=at(clock))
    ticket = code_entry.scan(session_id=school.session.pk, code=code, device="", now=at(clock))

    redeem(ticket, pupil, at(clock) + SECOND)

    mark = Mark.objects.get()
    assert (mark.session, mark.base, mark.late_minutes) == (school.session, "present", late)


def test_a_session_that_was_moved_away_from_a_check_in_takes_its_mark_back() -> None:
    school = make_school()
    (pupil,) = school.pupils(1)
    code = rotating_code(school.session, now=at("08:00"))
    ticket = code_entry.scan(session_id=school.session.pk, code=code, device="", now=at("08:00"))
    redeem(ticket, pupil, at("08:00"))
    hours = timedelta(hours=3)
    Session.objects.update(
        starts_at=F("starts_at") + hours,
        registers_at=F("registers_at") + hours,
        finishes_at=F("finishes_at") + hours,
    )

    services.judge_people(session=Session.objects.get(), person_ids=[pupil.pk], now=at("11:00"))

    assert Mark.objects.get().base == "pending"


def test_tickets_are_forgotten_once_they_are_over() -> None:
    algebra = Algebra()
    algebra.scans(at("16:00"))

    kept = code_entry.purge_tickets(before=at("16:05"))
    gone = code_entry.purge_tickets(before=at("16:05") + SECOND)

    assert (kept, gone, Ticket.objects.count()) == (0, 1, 0)
