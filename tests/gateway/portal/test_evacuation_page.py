"""The roll call in a real browser: on phones of the office, and on paper."""

import subprocess
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from gateway.attendance.evacuation import raise_alarm
from gateway.attendance.models import PersonDay, Tick
from gateway.people.models import Person
from gateway.people.values import Role
from gateway.timetable.models import Enrolment
from tests.gateway.portal.conftest import Website
from tests.gateway.portal.school import School, make_staff

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 740}
COUNT = ".roll-count"


class Yard:
    """A school where everybody has signed in, and there is an alarm."""

    def __init__(self, website: Website, *, students: int = 6) -> None:
        self.website = website
        self.school = School(students=students)
        make_staff(self.school)
        for place in range(students):
            self.school.tap(self.school.card(place))
        raise_alarm(site_id=self.school.site.pk, by="office", now=timezone.now())

    def phone(self, role: Role = Role.OFFICE) -> Page:
        page = self.website.log_in(role, viewport=PHONE)
        self.open(page)
        page.locator(".live.on").wait_for()
        page.wait_for_load_state("networkidle")
        return page

    def open(self, page: Page, rest: str = "evacuation/") -> None:
        page.goto(self.website.url + self.school.page(rest))

    def name(self, page: Page, name: str) -> None:
        page.get_by_role("button", name=name).click()


def faults(page: Page) -> list[str]:
    found = [rule["id"] for rule in Axe().run(page).response["violations"]]
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*found, *(["wider than the screen"] if too_wide else [])]


@pytest.mark.covers("BEY-05")
def test_an_alarm_is_raised_and_ended_on_a_phone(website: Website) -> None:
    school = School()
    school.tap(school.card(0))
    page = website.log_in(viewport=PHONE)

    page.get_by_role("link", name="On site now").click()
    assert faults(page) == []
    page.get_by_role("button", name="Raise the alarm").click()

    expect(page.locator(COUNT)).to_have_text("1 of 1 to find")
    assert faults(page) == []
    page.get_by_role("link", name="End the alarm").click()
    assert faults(page) == []
    page.get_by_role("button", name="End the alarm").click()
    expect(page.locator(COUNT)).to_have_text("1 person is signed in")


@pytest.mark.covers("BEY-05")
def test_two_phones_see_each_others_ticks(website: Website) -> None:
    yard = Yard(website)
    one, other = yard.phone(), yard.phone(Role.ADMIN)

    yard.name(one, "Mia Keller")
    yard.name(other, "Ben Keller")

    for phone in (one, other):
        expect(phone.locator(COUNT)).to_have_text("5 of 7 to find")
        expect(phone.locator(".roll li")).to_have_count(5)
    assert Tick.objects.count() == 2


def test_the_list_stands_still_under_a_finger_and_then_follows(website: Website) -> None:
    page = Yard(website).phone()
    before = page.locator(".roll li").all_inner_texts()

    page.get_by_role("button", name="Mia Keller").dispatch_event("pointerdown")
    page.get_by_role("button", name="Mia Keller").dispatch_event("click")

    assert page.locator("[data-region=roll]").get_attribute("data-held") == "yes"
    assert page.locator(".roll li").all_inner_texts() == before
    expect(page.locator(".roll li")).to_have_count(6)


def test_rows_are_large_enough_for_a_finger(website: Website) -> None:
    page = Yard(website).phone()

    heights = page.eval_on_selector_all(
        ".roll button", "all => all.map(one => one.getBoundingClientRect().height)"
    )

    assert min(heights) >= 48


def test_a_tick_is_shown_at_once_and_waits_for_the_network(website: Website) -> None:
    yard = Yard(website)
    page = yard.phone()
    page.route("**/evacuation/tick/**", lambda route: route.abort())

    yard.name(page, "Mia Keller")

    expect(page.get_by_role("button", name="Mia Keller")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-ticks-note]")).to_contain_text("ticks wait on this phone")
    assert not Tick.objects.exists()
    page.unroute("**/evacuation/tick/**")
    expect(page.locator(COUNT)).to_have_text("6 of 7 to find", timeout=10_000)
    expect(page.locator("[data-ticks-note]")).to_be_hidden()


def test_everything_is_there_without_javascript(website: Website) -> None:
    yard = Yard(website)
    page = website.log_in(viewport=PHONE, java_script_enabled=False)
    yard.open(page)

    yard.name(page, "Mia Keller")

    expect(page.locator(COUNT)).to_have_text("6 of 7 to find")
    page.locator("#show-safe").click()
    yard.name(page, "Mia Keller")
    expect(page.locator(COUNT)).to_have_text("7 of 7 to find")


@pytest.mark.covers("BEY-05")
def test_printed_on_paper_the_list_has_every_name(website: Website, tmp_path: Path) -> None:
    yard = Yard(website, students=60)
    for number, person in enumerate(Person.objects.order_by("pk")):
        Person.objects.filter(pk=person.pk).update(given_name=f"Pupil{number:03}")
    page = website.log_in()
    yard.open(page, "evacuation/list/")
    paper = tmp_path / "list.pdf"

    page.pdf(path=paper, format="A4", margin={"top": "12mm", "bottom": "12mm"})

    text = subprocess.run(
        ["pdftotext", "-layout", str(paper), "-"], check=True, capture_output=True, text=True
    ).stdout
    names = {f"Pupil{number:03}" for number in range(61)}
    assert {name for name in names if name not in text} == set()
    assert "Set aside" not in text


def test_a_thousand_and_more_are_listed(website: Website) -> None:
    yard = Yard(website)
    crowd(yard.school, 2000)
    page = website.log_in(viewport=PHONE)

    answer = page.request.get(website.url + yard.school.page("evacuation/"))

    assert answer.text().count('name="safe"') == 2007
    yard.open(page)
    last = page.locator(".roll li").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()


def crowd(school: School, count: int) -> None:
    """Many more students, all signed in today."""
    made = Person.objects.bulk_create(
        Person(kind="student", given_name=f"Pupil {number}", family_name="Roe")
        for number in range(count)
    )
    Enrolment.objects.bulk_create(
        Enrolment(person=each, year_group=school.year, starts_on="2020-09-01") for each in made
    )
    PersonDay.objects.bulk_create(
        PersonDay(
            site=school.site,
            person=each,
            day=school.today,
            presence="signed_in",
            movements=1,
            first_in_at=school.now,
            last_at=school.now,
        )
        for each in made
    )
