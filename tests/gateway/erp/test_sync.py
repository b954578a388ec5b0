from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from gateway.attendance.models import Mark, RegistrationPolicy, Session
from gateway.erp import queries, sync
from gateway.erp.errors import ErpAway, FetchIncomplete, TooManyLeavers
from gateway.erp.isams.adapter import Isams
from gateway.erp.models import Code, Sync
from gateway.erp.ports import ErpDivision, ErpPeriod, ErpStudent, ErpYearGroup
from gateway.erp.queries import SyncLine
from gateway.erp.sandbox.faults import Wrong
from gateway.erp.sandbox.server import Running
from gateway.outbox.models import Delivery
from gateway.people.models import Person, RosterClock
from gateway.timetable import services as timetable
from gateway.timetable.models import Division, Enrolment, Site, YearGroup
from tests.gateway.erp.clock import DrivenClock
from tests.gateway.erp.school import Connected, connect
from tests.gateway.factories import make_division, make_site, make_student, make_year_group

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

MONDAY = date(2026, 11, 23)
TUESDAY = MONDAY + timedelta(days=1)
LOWER = ErpDivision("1", "Lower School")


@pytest.fixture
def site() -> Site:
    return make_site()


def synchronise(site: Site, erp: Isams, clock: DrivenClock) -> str:
    return sync.sync_students(site_id=site.pk, erp=erp, now=clock())


def everything() -> list[tuple[object, ...]]:
    return [
        *Person.objects.order_by("pk").values_list(),
        *Enrolment.objects.order_by("pk").values_list(),
        *YearGroup.objects.order_by("pk").values_list(),
        *Division.objects.order_by("pk").values_list(),
        *RosterClock.objects.values_list(),
    ]


def test_the_school_comes_with_its_divisions_year_groups_and_enrolments(
    site: Site, erp: Isams, clock: DrivenClock
) -> None:
    outcome = synchronise(site, erp, clock)

    assert outcome == "12 students, 12 new or changed, 12 enrolled anew, 0 left"
    student = Person.objects.get(external_id="S00002")
    assert (student.given_name, student.family_name) == ("Arjun", "Baker")
    assert (student.kind, student.synchronised, student.active) == ("student", True, True)
    enrolment = student.enrolments.get()
    assert (enrolment.year_group.name, enrolment.year_group.division.name) == (
        "Year 8", "Lower School",
    )  # fmt: skip
    assert (enrolment.starts_on, enrolment.ends_on) == (MONDAY, None)


def test_bringing_the_same_school_again_changes_nothing(
    site: Site, erp: Isams, clock: DrivenClock
) -> None:
    synchronise(site, erp, clock)
    before = everything()
    clock.advance(timedelta(days=1))

    outcome = synchronise(site, erp, clock)

    assert outcome == "12 students, 0 new or changed, 0 enrolled anew, 0 left"
    assert everything() == before


def test_a_new_name_reaches_the_kiosks(
    site: Site, erp: Isams, running: Running, clock: DrivenClock
) -> None:
    synchronise(site, erp, clock)
    before = Person.objects.get(external_id="S00002").roster_version

    running.school.students[1]["surname"] = "Baker-Hall"
    synchronise(site, erp, clock)

    student = Person.objects.get(external_id="S00002")
    assert student.family_name == "Baker-Hall"
    assert student.roster_version > before


def test_a_change_of_year_group_is_a_transfer(
    site: Site, erp: Isams, running: Running, clock: DrivenClock
) -> None:
    synchronise(site, erp, clock)
    clock.advance(timedelta(days=1))

    running.school.students[0]["yearGroup"] = 9
    synchronise(site, erp, clock)

    rows = Enrolment.objects.filter(person__external_id="S00001").order_by("starts_on")
    assert list(rows.values_list("year_group__name", "starts_on", "ends_on")) == [
        ("Year 7", MONDAY, MONDAY),
        ("Year 9", TUESDAY, None),
    ]


@pytest.mark.parametrize("how", ["unlisted", "former", "left yesterday"])
def test_a_leaver_is_deactivated_and_keeps_her_past(
    site: Site, erp: Isams, running: Running, clock: DrivenClock, how: str
) -> None:
    synchronise(site, erp, clock)
    clock.advance(timedelta(days=1))
    leave(running, how)

    outcome = synchronise(site, erp, clock)

    assert outcome.endswith("1 left")
    leaver = Person.objects.get(external_id="S00001")
    assert not leaver.active
    assert list(leaver.enrolments.values_list("starts_on", "ends_on")) == [(MONDAY, MONDAY)]


def leave(running: Running, how: str) -> None:
    student = running.school.students[0]
    if how == "unlisted":
        running.school.students.remove(student)
    elif how == "former":
        student["systemStatus"] = "Former"
    else:
        student["leavingDate"] = "2026-11-23"


def test_who_comes_back_is_active_and_enrolled_again(
    site: Site, erp: Isams, running: Running, clock: DrivenClock
) -> None:
    synchronise(site, erp, clock)
    clock.advance(timedelta(days=1))
    student = running.school.students.pop(0)
    synchronise(site, erp, clock)
    clock.advance(timedelta(days=1))

    running.school.students.append(student)
    synchronise(site, erp, clock)

    back = Person.objects.get(external_id="S00001")
    assert back.active
    assert back.enrolments.filter(ends_on=None).count() == 1


def test_someone_who_is_no_student_of_the_erp_is_left_alone(
    site: Site, erp: Isams, clock: DrivenClock
) -> None:
    group = make_year_group(make_division(site, "Sixth Form"), "Year 13")
    by_hand = make_student("Ada Byron", year_group=group, external_id="LOCAL-1")

    synchronise(site, erp, clock)

    assert Person.objects.get(pk=by_hand).active
    assert Enrolment.objects.get(person_id=by_hand).ends_on is None


def test_what_was_entered_by_hand_before_becomes_the_erps(
    site: Site, erp: Isams, clock: DrivenClock
) -> None:
    group = make_year_group(make_division(site, "Lower School"), "Year 8")
    by_hand = make_student("Arjun Backer", year_group=group, external_id="S00002")

    synchronise(site, erp, clock)

    student = Person.objects.get(external_id="S00002")
    assert (student.pk, student.family_name, student.synchronised) == (by_hand, "Baker", True)
    assert YearGroup.objects.get(external_id="8") == group
    assert student.enrolments.get().starts_on == date(2026, 9, 1)


def test_a_division_given_to_another_site_stays_there(
    site: Site, erp: Isams, clock: DrivenClock
) -> None:
    east = make_site("east")
    timetable.upsert_division(site_id=east.pk, name="Upper School", external_id="2")

    synchronise(site, erp, clock)

    places = Division.objects.order_by("external_id").values_list("external_id", "site__slug")
    assert list(places) == [("1", "main"), ("2", "east")]


def test_the_language_a_family_chose_stays(site: Site, erp: Isams, clock: DrivenClock) -> None:
    synchronise(site, erp, clock)
    Person.objects.filter(external_id="S00001").update(language="ar")

    synchronise(site, erp, clock)

    assert Person.objects.get(external_id="S00001").language == "ar"


@pytest.mark.fault
@pytest.mark.parametrize("fault", [Wrong.ERROR_500, Wrong.HTML_200, Wrong.RESET])
def test_a_list_that_breaks_off_deactivates_nobody(
    site: Site, erp: Isams, running: Running, clock: DrivenClock, fault: Wrong
) -> None:
    synchronise(site, erp, clock)
    before = everything()
    running.school.students.pop()
    pages = erp.students()
    next(pages)
    running.fail(fault, path="/api/students")

    with pytest.raises(ErpAway):
        list(pages)
    running.fail(fault, path="/api/students")
    with pytest.raises(ErpAway):
        synchronise(site, erp, clock)

    assert everything() == before
    line = Sync.objects.get(what="students")
    assert (line.ok, line.succeeded_at) == (False, clock())


def test_a_list_without_a_third_of_the_school_is_held(
    site: Site, erp: Isams, running: Running, clock: DrivenClock
) -> None:
    synchronise(site, erp, clock)
    before = everything()
    del running.school.students[7:]

    with pytest.raises(TooManyLeavers, match="lacks 5 of 12 students"):
        synchronise(site, erp, clock)

    assert everything() == before
    assert "more than a third" in Sync.objects.get(what="students").outcome


def test_a_person_can_let_many_leave(
    site: Site, erp: Isams, running: Running, clock: DrivenClock
) -> None:
    synchronise(site, erp, clock)
    del running.school.students[7:]

    sync.sync_students(site_id=site.pk, erp=erp, now=clock(), many_may_leave=True)

    assert Person.objects.filter(active=True).count() == 7


class Directory:
    """A school that is what the test says."""

    def __init__(self, *students: ErpStudent, groups: tuple[ErpYearGroup, ...]) -> None:
        self._students = students
        self._groups = groups

    def year_groups(self) -> tuple[ErpYearGroup, ...]:
        return self._groups

    def students(self) -> Iterator[tuple[ErpStudent, ...]]:
        yield self._students


YEAR_7 = ErpYearGroup("7", "Year 7", 17, LOWER)
MIA = ErpStudent("S1", "Mia", "Keller", "", "7", None, None, current=True)


def test_a_school_without_year_groups_is_not_believed(site: Site, clock: DrivenClock) -> None:
    with pytest.raises(FetchIncomplete, match="no year group"):
        sync.sync_students(site_id=site.pk, erp=Directory(MIA, groups=()), now=clock())

    assert not Person.objects.exists()


def test_names_of_others_are_made_fit_to_store(site: Site, clock: DrivenClock) -> None:
    odd = replace(MIA, given_name=" Mia\u0000\n" + "a" * 90, family_name="")
    nameless = replace(MIA, key="S2", given_name=" ", family_name="")

    sync.sync_students(site_id=site.pk, erp=Directory(odd, nameless, groups=(YEAR_7,)), now=clock())

    assert list(Person.objects.order_by("external_id").values_list("given_name", flat=True)) == [
        "Mia" + "a" * 77, "S2",
    ]  # fmt: skip


def test_a_student_of_an_unlisted_year_group_keeps_the_enrolment(
    site: Site, clock: DrivenClock
) -> None:
    groups = (YEAR_7,)
    sync.sync_students(site_id=site.pk, erp=Directory(MIA, groups=groups), now=clock())

    moved = replace(MIA, year_group="99")
    sync.sync_students(site_id=site.pk, erp=Directory(moved, groups=groups), now=clock())

    assert Enrolment.objects.get().year_group.external_id == "7"


def test_both_dictionaries_come_and_vanished_codes_become_inactive(
    site: Site, erp: Isams, running: Running, clock: DrivenClock
) -> None:
    assert sync.sync_codes(site_id=site.pk, erp=erp, now=clock()) == "12 codes, 0 vanished"
    gone = running.school.absence_codes.pop(1)

    outcome = sync.sync_codes(site_id=site.pk, erp=erp, now=clock())

    assert outcome == "11 codes, 1 vanished"
    assert gone["code"] == "O"
    assert queries.absence_codes() == {"N", "I", "M", "C", "E", "G", "R"}


def test_a_code_that_returns_is_active_again(
    site: Site, erp: Isams, running: Running, clock: DrivenClock
) -> None:
    sync.sync_codes(site_id=site.pk, erp=erp, now=clock())
    Code.objects.filter(code="O").update(active=False, name="old")

    sync.sync_codes(site_id=site.pk, erp=erp, now=clock())

    assert Code.objects.get(code="O").active
    assert Code.objects.get(code="O").name == "Unauthorised absence"


@pytest.mark.fault
def test_an_empty_dictionary_is_not_believed(
    site: Site, erp: Isams, running: Running, clock: DrivenClock
) -> None:
    sync.sync_codes(site_id=site.pk, erp=erp, now=clock())
    running.school.absence_codes.clear()

    with pytest.raises(FetchIncomplete, match="absence codes came empty"):
        sync.sync_codes(site_id=site.pk, erp=erp, now=clock())

    assert "O" in queries.absence_codes()


def test_todays_periods_become_sessions(site: Site, erp: Isams, clock: DrivenClock) -> None:
    synchronise(site, erp, clock)

    outcome = sync.sync_periods(site_id=site.pk, erp=erp, now=clock())

    assert outcome == "4 periods in 2 divisions"
    am = Session.objects.get(division__external_id="1", kind="AM")
    assert (am.day, am.title) == (MONDAY, "Lower School · AM registration")
    assert (am.starts_at, am.registers_at, am.finishes_at) == (
        datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        datetime(2026, 11, 23, 8, 10, tzinfo=UTC),
        datetime(2026, 11, 23, 8, 25, tzinfo=UTC),
    )


def test_periods_brought_again_change_nothing(erp: Isams, clock: DrivenClock) -> None:
    connected = connect(erp, clock)
    before = list(Session.objects.order_by("pk").values_list())

    sync.sync_periods(site_id=connected.site.pk, erp=erp, now=clock())

    assert list(Session.objects.order_by("pk").values_list()) == before


class Periods:
    """A calendar that is what the test says."""

    def __init__(self, *periods: ErpPeriod) -> None:
        self._periods = periods

    def periods(self, division: str, day: date) -> tuple[ErpPeriod, ...]:  # noqa: ARG002
        return self._periods

    def codes(self) -> tuple[()]:
        return ()


AT_EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
AM = ErpPeriod("5", "Morning", "AM", AT_EIGHT, AT_EIGHT, AT_EIGHT)


@pytest.mark.parametrize(
    ("period", "wrong"),
    [
        (replace(AM, kind="Lesson"), "its type 'Lesson' is neither AM nor PM"),
        (replace(AM, registers_at=AT_EIGHT - timedelta(minutes=1)), "its times run backwards"),
        (
            replace(AM, starts_at=AT_EIGHT - timedelta(days=1)),
            "it is not of today",
        ),
    ],
)
def test_a_period_we_cannot_use_is_skipped_with_a_line_in_the_log(
    site: Site, clock: DrivenClock, period: ErpPeriod, wrong: str
) -> None:
    timetable.upsert_division(site_id=site.pk, name="Lower School", external_id="1")

    with capture_logs() as said:
        sync.sync_periods(site_id=site.pk, erp=Periods(period), now=clock())

    assert not Session.objects.exists()
    assert [line["wrong"] for line in said if line["event"] == "erp_period_skipped"] == [wrong]


def test_a_period_whose_type_says_nothing_goes_by_its_name(site: Site, clock: DrivenClock) -> None:
    timetable.upsert_division(site_id=site.pk, name="Lower School", external_id="1")
    named = replace(AM, kind="Registration", name="pm registration")

    sync.sync_periods(site_id=site.pk, erp=Periods(named), now=clock())

    assert Session.objects.get().kind == "PM"


def test_marks_from_before_the_erp_was_reached_are_told_once_it_is(
    erp: Isams, clock: DrivenClock
) -> None:
    connected = connect(erp, clock)
    mark_without_erp(connected, clock)

    sync.sync_periods(site_id=connected.site.pk, erp=erp, now=clock())
    sync.sync_periods(site_id=connected.site.pk, erp=erp, now=clock())

    [delivery] = Delivery.objects.all()
    assert (delivery.destination, delivery.priority, delivery.version) == ("erp", 0, 1)


def test_without_erp_integration_no_mark_is_told(erp: Isams, clock: DrivenClock) -> None:
    connected = connect(erp, clock)
    mark_without_erp(connected, clock)
    RegistrationPolicy.objects.update(erp_enabled=False)

    sync.sync_periods(site_id=connected.site.pk, erp=erp, now=clock())

    assert not Delivery.objects.exists()


def mark_without_erp(connected: Connected, clock: DrivenClock) -> None:
    Session.objects.update(external_id="")
    Mark.objects.create(
        session=connected.session,
        person=connected.student("S00001"),
        base="absent",
        author="rule",
        made_at=clock(),
    )


@pytest.mark.fault
def test_how_each_synchronisation_went_can_be_seen(
    site: Site, erp: Isams, running: Running, clock: DrivenClock
) -> None:
    first = clock()
    sync.sync_codes(site_id=site.pk, erp=erp, now=first)
    clock.advance(timedelta(hours=1))
    running.fail(Wrong.HTML_503, times=2)

    with pytest.raises(ErpAway):
        sync.sync_codes(site_id=site.pk, erp=erp, now=clock())

    assert queries.syncs(site.pk) == (
        SyncLine(
            what="codes",
            ok=False,
            outcome="no token: the token endpoint answered 503",
            tried_at=clock(),
            succeeded_at=first,
        ),
    )
