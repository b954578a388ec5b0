"""Every page in a browser: reachable for everybody (axe), and no wider than the screen."""

from pathlib import Path
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe

from gateway.attendance.values import Base, Mark
from gateway.fleet.enrolling import start_enrolment
from gateway.ingest.models import SetAside
from gateway.people.values import Role
from gateway.portal.cards import digest
from kiosk.protocol.messages import Method
from tests.gateway.portal.conftest import Website
from tests.gateway.portal.lesson import Lesson
from tests.gateway.portal.school import School, busy_school
from tests.gateway.school import mark_by_hand

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LOOKS: dict[str, dict[str, object]] = {
    "desk": {"viewport": {"width": 1280, "height": 800}},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "german phone": {"viewport": {"width": 390, "height": 800}, "locale": "de"},
    "arabic": {"viewport": {"width": 1280, "height": 800}, "locale": "ar"},
}


def pages_of(school: School) -> dict[str, str]:
    """The address of each page by its name."""
    day, student = school.today, school.students[0]
    unknown = digest("card", "04DEADBEEF0001")
    return {
        "board": "",
        "late": "?show=late",
        "day": f"days/{day}/?at=11:00",
        "person": f"people/{student}/{day}/",
        "badges": "badges/",
        "faces": "faces/",
        "person_face": f"people/{student}/face/",
        "person_badges": f"people/{student}/badges/",
        "pin": f"people/{student}/pin/",
        "enrol_card": f"people/{student}/card/",
        "enrolment": f"enrolments/{_card_waited_for(school)}/",
        "session": f"sessions/{school.session.pk}/",
        "mark": f"sessions/{school.session.pk}/{student}/",
        "sessions": "sessions/?since=2026-01-01",
        **_lesson_pages(school),
        "absence": "absence/",
        "hold": f"holds/{school.session.holds.earliest('pk').pk}/",
        "students": "people/",
        "assign": f"cards/{unknown}/",
        "kiosks": "kiosks/",
        "kiosk_options": "kiosks/options/",
        "tablets": "tablets/",
        "kiosk_out": f"kiosks/{school.kiosk.pk}/out/",
        "deliveries": "deliveries/",
        "set_aside": "set-aside/",
        "message": f"set-aside/{SetAside.objects.earliest('pk').pk}/",
        "settings": "settings/",
        "evacuation": "evacuation/",
        "evacuation_list": "evacuation/list/",
    }


def _lesson_pages(school: School) -> dict[str, str]:
    """A class with somebody late, somebody who left the class, and things to know."""
    lesson = Lesson(school)
    mia, ben, *_ = lesson.people
    mia.flags.create(kind="medical_alert", text="asthma", set_at=school.now, set_by="office")
    for person, mark in ((mia, Mark(Base.PRESENT, late_minutes=7)), (ben, Mark(Base.ABSENT))):
        mark_by_hand(
            session_id=lesson.session.pk, person_id=person.pk, mark=mark, by="office",
            now=school.now,
        )  # fmt: skip
    lesson.enrolments[1].delete()
    roll = f"sessions/{lesson.session.pk}/"
    return {
        "lesson": roll,
        "lesson_line": f"{roll}{mia.pk}/",
        "lesson_end": f"{roll}end/",
        "lesson_cancel": f"{roll}cancel/",
        "person_attendance": f"people/{mia.pk}/attendance/",
    }


def _card_waited_for(school: School) -> UUID:
    return start_enrolment(
        kiosk_id=school.kiosk.pk,
        person_id=school.students[0],
        method=Method.CARD,
        by=None,
        now=school.now,
    )


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_and_fits(look: str, website: Website, tmp_path: Path) -> None:
    school = busy_school()
    page = website.log_in(Role.ADMIN, **LOOKS[look])
    found: dict[str, list[str]] = {}

    for name, rest in pages_of(school).items():
        page.goto(website.url + school.page(rest))
        page.screenshot(path=tmp_path / f"{look}-{name}.png", full_page=True)
        violations = [
            rule["id"] + str([n["html"] for n in rule["nodes"]][:3])
            for rule in Axe().run(page).response["violations"]
        ]
        too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[name] = [*violations, *(["wider than the screen"] if too_wide else [])]

    assert {name: faults for name, faults in found.items() if faults} == {}
