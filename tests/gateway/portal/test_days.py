from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone, translation

from gateway.attendance.models import Track
from gateway.attendance.services import resolve_unknown
from gateway.attendance.values import Base, Mark
from gateway.faces.services import hear_verdict
from gateway.fleet.models import Kiosk
from gateway.people import services as people
from gateway.portal import words
from gateway.portal.needs import Need
from gateway.portal.templatetags.portal import megabytes
from kiosk.protocol.messages import Method, Shown
from kiosk.protocol.remarks import FaceSeen, FaceVerdict
from tests.gateway.factories import make_student, make_year_group
from tests.gateway.portal.school import School, log_in
from tests.gateway.school import mark_by_hand

pytestmark = pytest.mark.django_db


def clock(school: School, *, minutes_ago: int) -> str:
    at = school.now - timedelta(minutes=minutes_ago)
    return f"{timezone.localtime(at, school.site.tz):%H:%M}"


@pytest.mark.covers("TRK-03")
def test_presence_can_be_seen_at_a_past_instant() -> None:
    school = School(students=1)
    school.tap(school.card(0), minutes_ago=20)
    at = f"days/{school.today}/?at="
    browser = log_in()

    before = browser.get(school.page(at + clock(school, minutes_ago=25))).context["totals"]
    after = browser.get(school.page(at + clock(school, minutes_ago=10))).context["totals"]

    assert (before.signed_in, before.not_signed) == (0, 1)
    assert (after.signed_in, after.not_signed) == (1, 0)


def test_a_wrong_time_shows_the_whole_day() -> None:
    school = School()

    answer = log_in().get(school.page(f"days/{school.today}/?at=99:99"))

    assert answer.context["at"] == ""


def test_a_day_is_chosen_by_its_date() -> None:
    school = School()

    answer = log_in().get(school.page("days/?on=2026-11-23"))

    assert answer["Location"] == school.page("days/2026-11-23/")


@pytest.mark.parametrize("typed", ["", "2026-13-45", "yesterday"])
def test_a_date_there_is_not_shows_today(typed: str) -> None:
    school = School()

    answer = log_in().get(school.page("days/"), {"on": typed})

    assert answer["Location"] == school.page(f"days/{school.today}/")


@pytest.mark.covers("BEY-03")
def test_a_track_of_a_doubtful_clock_says_so() -> None:
    school = School()
    track = school.tap(school.card(0))
    Track.objects.filter(pk=track).update(quality="approximate")

    assert "time approximate" in person_page(school)


def test_a_track_whose_holder_was_found_later_says_so() -> None:
    school = School()
    school.tap("04DEADBEEF0001", shown=Shown.UNKNOWN)
    people.set_credential(person_id=school.students[0], method=Method.CARD, value="04DEADBEEF0001")
    resolve_unknown(method="card", value="04DEADBEEF0001", now=school.now)

    assert "resolved late" in person_page(school)


def test_a_mark_is_shown_with_every_word_that_was_said() -> None:
    school = School()
    school.tap(school.card(0))
    mark_by_hand(
        session_id=school.session.pk,
        person_id=school.students[0],
        mark=Mark(Base.EXCUSED, reason="dentist"),
        by="R. Osei",
        now=timezone.now(),
    )

    page = person_page(school)

    assert page.index("dentist") < page.index("signed in, in time")
    assert "R. Osei" in page


def test_a_person_there_is_not_is_not_found() -> None:
    school = School()

    assert log_in().get(school.page(f"people/999999/{school.today}/")).status_code == 404


def test_a_mark_by_hand_is_kept_with_its_author() -> None:
    school = School()
    form = {"base": "present", "late_minutes": "7", "reason": "bus"}

    answer = log_in().post(school.page(f"sessions/{school.session.pk}/{school.students[0]}/"), form)

    (revision,) = school.session.revisions.all()
    assert answer["Location"] == school.page(f"sessions/{school.session.pk}/")
    assert (revision.base, revision.late_minutes, revision.reason, revision.author_name) == (
        "present", 7, "bus", "office",
    )  # fmt: skip


@pytest.mark.covers("BIO-03")
def test_a_mark_by_hand_holds_where_the_face_was_not_the_holders() -> None:
    school = School()
    track = school.tap(school.card(0))
    remark = FaceSeen(id=uuid4(), track=track, verdict=FaceVerdict.ANOTHER, distance=0.8)
    hear_verdict(kiosk=Kiosk.objects.get(), remark=remark, now=school.now)
    form = {"base": "absent", "reason": "a friend held up the card"}

    log_in().post(school.page(f"sessions/{school.session.pk}/{school.students[0]}/"), form)

    school.tap(school.card(0))
    mark = school.session.marks.get(person=school.students[0])
    assert (mark.base, mark.reason, mark.author) == (
        "absent", "a friend held up the card", "person",
    )  # fmt: skip


def test_a_mark_by_hand_begins_with_what_holds() -> None:
    school = School()
    address = school.page(f"sessions/{school.session.pk}/{school.students[0]}/")
    browser = log_in()
    browser.post(address, {"base": "excused", "reason": "dentist"})

    form = browser.get(address).context["form"]

    assert (form["base"].value(), form["reason"].value()) == ("excused", "dentist")


def test_reasons_with_numbers_and_names_are_in_the_readers_language() -> None:
    with translation.override("de"):
        assert words.why("signed in 3 min late") == "mit 3 Min. Verspätung angemeldet"
        assert words.why("marked by R. Osei") == "eingetragen von R. Osei"
        assert words.why("signed in, in time") == "angemeldet, pünktlich"


@pytest.mark.parametrize(("free", "told"), [(None, "–"), (812, "812 MB"), (83_336, "83 GB")])
def test_room_on_a_disk_is_told_in_a_unit_that_can_be_read(free: int | None, told: str) -> None:
    assert megabytes(free) == told


def test_minutes_late_are_not_kept_for_somebody_absent() -> None:
    school = School()
    form = {"base": "absent", "late_minutes": "7"}

    log_in().post(school.page(f"sessions/{school.session.pk}/{school.students[0]}/"), form)

    assert school.session.revisions.get().late_minutes is None


def test_a_mark_that_cannot_be_read_is_asked_for_again() -> None:
    school = School()

    answer = log_in().post(
        school.page(f"sessions/{school.session.pk}/{school.students[0]}/"),
        {"base": "present", "late_minutes": "-3"},
    )

    assert answer.status_code == 200
    assert not school.session.revisions.exists()


def person_page(school: School) -> str:
    return log_in().get(school.page(f"people/{school.students[0]}/{school.today}/")).text


def test_a_difference_that_was_seen_leaves_the_board() -> None:
    school = School()
    school.tap(school.card(0), minutes_ago=20)
    track = school.tap(school.card(0), minutes_ago=5, shown=Shown.SIGNED_IN)
    browser = log_in()

    assert [n.tag for n in differences(browser, school)] == ["difference"]
    browser.post(school.page(f"differences/{track}/seen/"))

    assert differences(browser, school) == []


def differences(browser: Client, school: School) -> list[Need]:
    needs = browser.get(school.page()).context["needs"]
    return [need for need in needs if need.tag == "difference"]


def test_a_roll_is_shown_by_year_group() -> None:
    school = School(students=2)
    eight = make_year_group(school.division, "Year 8")
    make_student("Zoe Adams", year_group=eight)
    address = school.page(f"sessions/{school.session.pk}/?year=Year 8")

    roll = log_in().get(address).context["roll"]

    assert [line.name for line in roll] == ["Zoe Adams"]
