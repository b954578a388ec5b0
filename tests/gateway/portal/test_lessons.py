from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from gateway.attendance.models import Flag, Notice, Session
from gateway.attendance.profiling import profiles
from gateway.attendance.values import Base, FlagKind, Mark, SessionState
from gateway.people.values import Role
from gateway.portal import words
from gateway.timetable.models import Slot
from tests.gateway.portal.lesson import Lesson, told
from tests.gateway.portal.school import School, log_in
from tests.gateway.school import mark_by_hand

pytestmark = pytest.mark.django_db


def say(lesson: Lesson, place: int, mark: Mark, session: Session | None = None) -> None:
    mark_by_hand(
        session_id=(session or lesson.session).pk,
        person_id=lesson.people[place].pk,
        mark=mark,
        by="office",
        now=lesson.school.now,
    )


@pytest.mark.covers("SES-04")
def test_todays_sessions_are_listed_and_history_by_dates() -> None:
    lesson = Lesson(School())
    long_ago = lesson.meets(14)
    browser = log_in()
    day = long_ago.day

    today = browser.get(lesson.school.page("sessions/"))
    history = browser.get(lesson.school.page(f"sessions/?since={day}&until={day}"))

    assert {s.title for s in today.context["sessions"]} == {"Algebra", "Senior · AM"}
    assert [s.id for s in history.context["sessions"]] == [long_ago.pk]


@pytest.mark.covers("MRK-03")
def test_the_list_points_out_which_rolls_are_overdue() -> None:
    lesson = Lesson(School(students=1))
    forgotten = lesson.meets(3)
    asked = f"sessions/?since={forgotten.day}&until={lesson.school.today}&kind=class"

    page = log_in().get(lesson.school.page(asked))

    stands = {each.session.id: each.deadline.due for each in page.context["listed"]}
    assert stands == {lesson.session.pk: "not_yet", forgotten.pk: "escalated"}
    assert "long overdue" in page.text


def test_sessions_are_filtered_by_kind_and_offering() -> None:
    school = School()
    algebra, chess = Lesson(school), Lesson(school, name="Chess")
    browser = log_in()

    by_kind = browser.get(school.page("sessions/?kind=class")).context["sessions"]
    by_offering = browser.get(school.page(f"sessions/?offering={chess.offering.pk}")).context[
        "sessions"
    ]

    assert {s.id for s in by_kind} == {algebra.session.pk, chess.session.pk}
    assert [s.id for s in by_offering] == [chess.session.pk]


@pytest.mark.parametrize("asked", ["since=yesterday", "kind=party", "page=-3", "page=9"])
def test_a_list_that_cannot_be_asked_for_is_no_error(asked: str) -> None:
    school = School()

    assert log_in().get(school.page(f"sessions/?{asked}")).status_code == 200


@pytest.mark.covers("SES-05")
def test_a_roll_shows_everybody_their_status_and_the_totals() -> None:
    lesson = Lesson(School(students=4))
    say(lesson, 0, Mark(Base.PRESENT))
    say(lesson, 1, Mark(Base.PRESENT, late_minutes=12, left_early_minutes=20))
    say(lesson, 2, Mark(Base.ABSENT))

    answer = log_in().get(lesson.page())

    summary = answer.context["session"]
    assert (summary.present, summary.late, summary.absent, summary.pending) == (2, 1, 1, 1)
    assert "Late &amp; Left Early" in answer.text
    assert "50 %" in answer.text


@pytest.mark.covers("OFF-05", "OFF-08", "BIO-03")
def test_a_roll_points_out_who_left_what_to_know_and_what_is_in_conflict() -> None:
    lesson = Lesson(School(students=2))
    mia, ben = lesson.people
    lesson.school.tap(lesson.school.card(1), minutes_ago=40)
    say(lesson, 0, Mark(Base.PRESENT))
    say(lesson, 1, Mark(Base.ABSENT))
    lesson.enrolments[0].ends_on = lesson.school.today - timedelta(days=30)
    lesson.enrolments[0].save()
    Flag.objects.create(
        person=ben, kind=FlagKind.MEDICAL_ALERT.value, text="asthma", set_at=lesson.school.now,
        set_by="office",
    )  # fmt: skip

    page = log_in().get(lesson.page()).text

    assert f'<tr id="p{mia.pk}" class="subdued">' in page
    assert "not enrolled any more" in page
    assert "medical alert: asthma" in page
    assert "a kiosk saw them come" in page


@pytest.mark.covers("MRK-01", "OFF-03")
def test_a_tick_and_a_cross_mark_one_person_and_lead_back_to_the_line() -> None:
    lesson = Lesson(School(students=2))
    mia, ben = lesson.people
    browser = log_in()

    answer = browser.post(lesson.page("say/"), {"present": mia.pk})
    browser.post(lesson.page("say/"), {"absent": ben.pk})

    assert answer["Location"] == lesson.page() + f"#p{mia.pk}"
    assert lesson.bases() == {"Ben": "absent", "Mia": "present"}


@pytest.mark.parametrize("form", [{}, {"present": ""}, {"present": "x"}, {"shot": "1"}])
def test_a_mark_of_nobody_is_not_found(form: dict[str, str]) -> None:
    lesson = Lesson(School(students=1))

    answer = log_in().post(lesson.page("say/"), form)

    assert (answer.status_code, lesson.bases()) == (404, {})


@pytest.mark.covers("MRK-02", "OFF-03")
def test_all_are_marked_or_only_those_who_are_not_marked_yet() -> None:
    lesson = Lesson(School(students=3))
    say(lesson, 0, Mark(Base.ABSENT))
    browser = log_in()

    browser.post(lesson.page("all/"), {"what": "present"})
    unmarked = lesson.bases()
    said = told(browser, lesson)
    browser.post(lesson.page("all/"), {"what": "present", "everybody": "on"})

    assert unmarked == {"Mia": "absent", "Ben": "present", "Ada": "present"}
    assert said == ["2 people were marked."]
    assert set(lesson.bases().values()) == {"present"}


@pytest.mark.covers("MRK-02")
def test_a_roll_is_copied_from_the_session_before() -> None:
    lesson = Lesson(School(students=2))
    before = lesson.meets(1)
    say(lesson, 1, Mark(Base.ABSENT), before)

    log_in().post(lesson.page("all/"), {"what": "copy"})

    assert lesson.bases() == {"Ben": "absent"}


def test_what_cannot_be_done_to_all_is_not_found() -> None:
    lesson = Lesson(School(students=1))

    assert log_in().post(lesson.page("all/"), {"what": "shout"}).status_code == 404
    assert lesson.bases() == {}


def test_the_newest_act_is_undone() -> None:
    lesson = Lesson(School(students=1))
    browser = log_in()
    browser.post(lesson.page("say/"), {"present": lesson.people[0].pk})

    browser.post(lesson.page("undo/"))

    assert lesson.bases() == {"Mia": "pending"}


@pytest.mark.covers("MRK-02")
def test_a_roll_is_begun_and_handed_in() -> None:
    lesson = Lesson(School(students=1))
    browser = log_in()

    browser.post(lesson.page("activate/"))
    browser.post(lesson.page("submit/"))

    lesson.session.refresh_from_db()
    assert (lesson.session.state, lesson.session.submitted_by) == ("active", "office")


@pytest.mark.covers("SES-07")
def test_ending_a_session_shows_who_becomes_absent_and_who_would_be_told_first() -> None:
    lesson = Lesson(School(students=2))
    lesson.guardian_of(0)
    browser = log_in()

    preview = browser.get(lesson.page("end/")).text
    nothing_yet = lesson.bases()
    browser.post(lesson.page("end/"), {"tell": ["app", "pigeon"]})

    assert "2 people become absent" in preview
    assert "Eva Keller: app" in preview
    assert "no way is known" in preview
    assert nothing_yet == {}
    assert lesson.bases() == {"Ben": "absent", "Mia": "absent"}
    assert Notice.objects.count() == 1


def test_a_cancelled_session_cannot_be_ended_and_says_why() -> None:
    lesson = Lesson(School(students=1))
    browser = log_in()
    browser.post(lesson.page("cancel/"), {"whose": "teacher_absent", "because": "ill"})

    answer = browser.get(lesson.page("end/"))

    lesson.session.refresh_from_db()
    assert (lesson.session.state, lesson.session.cancelled_by) == ("cancelled", "teacher_absent")
    assert answer["Location"] == lesson.page()
    assert "was cancelled" in told(browser, lesson)[-1]


def test_a_completed_session_is_opened_again_by_an_administrator_with_a_reason() -> None:
    lesson = Lesson(School(students=1))
    Session.objects.filter(pk=lesson.session.pk).update(state=SessionState.COMPLETED.value)
    browser = log_in(Role.ADMIN)

    without = browser.post(lesson.page("reopen/"), {"because": ""})
    state_without = Session.objects.get(pk=lesson.session.pk).state
    browser.post(lesson.page("reopen/"), {"because": "ended by mistake"})

    lesson.session.refresh_from_db()
    assert (without.status_code, state_without) == (200, "completed")
    assert (lesson.session.state, lesson.session.reopened_because) == ("active", "ended by mistake")


@pytest.mark.covers("POL-06")
def test_a_locked_roll_says_so_and_an_administrator_unlocks_it_for_some_hours() -> None:
    lesson = Lesson(School(students=1))
    lesson.session = lesson.meets(30)
    office, admin = log_in(), log_in(Role.ADMIN)

    locked = office.get(lesson.page())
    refused = office.post(lesson.page("say/"), {"present": lesson.people[0].pk})
    marked_while_locked = lesson.bases()
    admin.post(lesson.page("unlock/"), {"hours": "2", "because": "a mistake"})
    office.post(lesson.page("say/"), {"present": lesson.people[0].pk})

    assert "The roll is locked" in locked.text
    assert "mark" not in locked.context["may"]
    assert refused.status_code == 302
    assert (marked_while_locked, lesson.bases()) == ({}, {"Mia": "present"})


@pytest.mark.covers("OFF-04", "MRK-01")
@pytest.mark.parametrize(
    ("form", "mark"),
    [
        ({"status": "late", "late_minutes": "7"}, ("present", 7, None, "")),
        ({"status": "left_early", "left_early_minutes": "9"}, ("present", None, 9, "")),
        (
            {"status": "late_left_early", "late_minutes": "7", "left_early_minutes": "9"},
            ("present", 7, 9, ""),
        ),
        ({"status": "excused", "reason": "religious"}, ("excused", None, None, "religious")),
        ({"status": "medical_leave"}, ("medical_leave", None, None, "")),
        ({"status": "on_hold"}, ("on_hold", None, None, "")),
    ],
)
def test_more_can_be_said_of_one_person(
    form: dict[str, str], mark: tuple[str, int | None, int | None, str]
) -> None:
    lesson = Lesson(School(students=1))

    log_in().post(lesson.page(f"{lesson.people[0].pk}/"), form)

    kept = lesson.session.marks.get()
    assert (kept.base, kept.late_minutes, kept.left_early_minutes, kept.reason) == mark


@pytest.mark.covers("MRK-01")
def test_the_time_a_late_student_arrived_gives_the_minutes() -> None:
    lesson = Lesson(School(students=1))
    starts_at = lesson.session.starts_at.astimezone(lesson.school.site.tz)
    arrived = (starts_at + timedelta(minutes=12)).replace(second=0, microsecond=0)

    log_in().post(
        lesson.page(f"{lesson.people[0].pk}/"), {"status": "late", "arrived": f"{arrived:%H:%M}"}
    )

    kept = lesson.session.marks.get()
    assert kept.arrived_at == arrived
    assert kept.late_minutes == (arrived - starts_at) // timedelta(minutes=1)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"status": "late"}, "arrived"),
        ({"status": "left_early"}, "left_early_minutes"),
        ({"status": "excused"}, "reason"),
        ({"status": "asleep"}, "status"),
    ],
)
def test_what_is_missing_is_asked_for(form: dict[str, str], field: str) -> None:
    lesson = Lesson(School(students=1))

    answer = log_in().post(lesson.page(f"{lesson.people[0].pk}/"), form)

    assert field in answer.context["form"].errors
    assert lesson.bases() == {}


def test_a_note_alone_leaves_the_mark_to_whoever_made_it() -> None:
    lesson = Lesson(School(students=1))
    mia = lesson.people[0]
    lesson.school.tap(lesson.school.card(0), minutes_ago=40)
    browser = log_in()
    form = browser.get(lesson.page(f"{mia.pk}/")).context["form"]
    same = {name: form[name].value() or "" for name in form.fields}
    clock = f"{same['arrived']:%H:%M}"

    browser.post(lesson.page(f"{mia.pk}/"), same | {"arrived": clock, "note": "new glasses"})

    kept = lesson.session.marks.get()
    assert (kept.base, kept.author, kept.note) == ("present", "rule", "new glasses")


@pytest.mark.covers("SES-06")
@pytest.mark.parametrize(("kind", "begins"), [("csv", b"\xef\xbb\xbfdate,"), ("xlsx", b"PK")])
def test_a_roll_is_downloaded_as_a_file(kind: str, begins: bytes) -> None:
    lesson = Lesson(School(students=1))

    answer = log_in().get(lesson.page(f"roll.{kind}"))

    assert answer.content.startswith(begins)
    assert answer["Content-Disposition"].endswith(f'-{lesson.session.pk}.{kind}"')
    assert answer["Cache-Control"] == "no-store"


def test_there_is_no_other_kind_of_file_and_no_person_from_elsewhere() -> None:
    lesson = Lesson(School(students=1))
    browser = log_in()

    assert browser.get(lesson.page("roll.pdf")).status_code == 404
    assert browser.get(lesson.page("999999/")).status_code == 404


def test_a_session_of_another_site_is_not_found() -> None:
    lesson, valley = Lesson(School("hill", students=1)), School("valley", students=1)
    browser = log_in()
    number = lesson.session.pk

    for rest in ("", "end/", "cancel/", "roll.csv"):
        assert browser.get(valley.page(f"sessions/{number}/{rest}")).status_code == 404


def test_a_roll_takes_as_many_queries_for_three_as_for_one() -> None:
    browser = log_in()
    one, three = Lesson(School("hill", students=1)), Lesson(School("valley", students=3))
    for lesson in (one, three):
        for place in range(len(lesson.people)):
            say(lesson, place, Mark(Base.ABSENT))

    assert queries_of(browser, one.page()) == queries_of(browser, three.page())


def test_the_list_takes_as_many_queries_for_three_sessions_as_for_one() -> None:
    browser, school = log_in(), School(students=1)
    counted = []
    for place in range(3):
        Lesson(school, name=f"Class {place}")
        counted.append(queries_of(browser, school.page("sessions/")))

    assert len(set(counted)) == 1


def queries_of(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as captured:
        browser.get(address)
    return len(captured)


@pytest.mark.covers("OFF-07")
def test_one_students_attendance_is_seen_by_date_all_or_past() -> None:
    lesson = Lesson(School(students=1))
    past, to_come = lesson.meets(2), lesson.meets(-7)
    say(lesson, 0, Mark(Base.ABSENT), past)
    address = lesson.school.page(f"people/{lesson.people[0].pk}/attendance/")
    browser = log_in()

    every, only_past = (
        {line.session_id for line in browser.get(address + asked).context["history"].lines}
        for asked in ("", "?show=past")
    )

    assert every - only_past == {to_come.pk}
    assert {past.pk, lesson.session.pk, lesson.school.session.pk} <= only_past


@pytest.mark.covers("OFF-07")
@pytest.mark.parametrize(("mode", "shown"), [(True, ["cancelled"]), (False, [])])
def test_cancelled_sessions_are_shown_in_check_in_mode_alone(mode: bool, shown: list[str]) -> None:
    lesson = Lesson(School(students=1))
    cancelled = lesson.meets(2)
    Session.objects.filter(pk=cancelled.pk).update(
        state=SessionState.CANCELLED.value, overrides={"check_in_office": mode}
    )

    page = log_in().get(lesson.school.page(f"people/{lesson.people[0].pk}/attendance/"))

    lines = page.context["history"].lines
    assert [line.state for line in lines if line.session_id == cancelled.pk] == shown


@pytest.mark.covers("OFF-02")
def test_dates_on_which_a_class_does_not_meet_are_labelled() -> None:
    lesson = Lesson(School(students=1))
    day = lesson.school.today - timedelta(days=7)
    clock = lesson.school.now.time()
    Slot.objects.create(
        offering=lesson.offering, weekday=day.isoweekday(), starts=clock, ends=clock
    )
    address = lesson.school.page(f"people/{lesson.people[0].pk}/attendance/")

    page = log_in().get(f"{address}?since={day}&until={day}")

    (line,) = page.context["history"].lines
    assert (line.day, line.title, line.state, line.session_id) == (
        day, "Algebra", "not_scheduled", None,
    )  # fmt: skip
    assert "not scheduled" in page.text


@pytest.mark.covers("RPT-02")
def test_a_persons_sessions_come_to_a_percentage() -> None:
    lesson = Lesson(School(students=1))
    for days_ago, base in ((1, Base.PRESENT), (2, Base.PRESENT), (3, Base.ABSENT)):
        say(lesson, 0, Mark(base), lesson.meets(days_ago))

    page = log_in().get(lesson.school.page(f"people/{lesson.people[0].pk}/attendance/"))

    counted = page.context["history"].tally
    assert (counted.held, counted.present, counted.over_held) == (3, 2, 66.7)


@pytest.mark.parametrize("language", ["de", "ar"])
def test_every_status_of_every_profile_is_translated(language: str) -> None:
    names = {word.name for profile in profiles().values() for word in profile.statuses.values()}

    assert names == {str(word) for word in words.PROFILES_SAY}
    with translation.override(language):
        assert names.isdisjoint(str(word) for word in words.PROFILES_SAY)


def test_a_rules_reason_of_several_parts_is_said_in_the_readers_language() -> None:
    with translation.override("de"):
        said = words.why("arrived 16:17, 2 min after grace, left 20 min early")

    assert said == "gekommen 16:17, 2 Min. nach der Kulanz, 20 Min. früher gegangen"


def test_a_class_is_not_on_the_board_of_registrations() -> None:
    lesson = Lesson(School(students=1))

    board = log_in().get(lesson.school.page())

    assert [s.kind for s in board.context["sessions"]] == ["AM"]
