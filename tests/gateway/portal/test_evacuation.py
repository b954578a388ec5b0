import re
from uuid import uuid4

import pytest
from django.test import Client

from gateway.attendance.evacuation import hear_tick, raise_alarm
from gateway.attendance.models import Alarm, Tick
from gateway.fleet.models import Kiosk
from gateway.people.values import Role
from kiosk.protocol.remarks import MarkedSafe
from tests.gateway.portal.school import School, log_in, make_staff

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Tick": "1"}


class Office:
    """A browser at a school where two of three students and a teacher have signed in."""

    def __init__(self, role: Role = Role.OFFICE) -> None:
        self.school = School()
        make_staff(self.school)
        for place in range(2):
            self.school.tap(self.school.card(place))
        self.browser: Client = log_in(role)

    def see(self, rest: str = "evacuation/") -> str:
        return self.browser.get(self.school.page(rest)).text

    def raise_alarm(self) -> None:
        self.browser.post(self.school.page("evacuation/raise/"))

    def tick(self, person: int, word: str = "safe", *, by_script: bool = False) -> int:
        """Press a person's row; the answer's status."""
        headers = SCRIPT if by_script else {}
        answer = self.browser.post(
            self.school.page("evacuation/tick/?show=safe&q=x"), {word: person}, headers=headers
        )
        return answer.status_code


def headings(page: str) -> list[str]:
    return re.findall(r"<h3>(.+?) <span", page)


@pytest.mark.covers("BEY-05")
def test_who_is_on_site_is_there_without_an_alarm() -> None:
    office = Office()

    page = office.see()

    assert "3 people are signed in" in page
    assert headings(page) == ["Year 7", "Staff"]
    assert 'name="safe"' not in page


@pytest.mark.covers("BEY-05")
@pytest.mark.parametrize("role", [Role.OFFICE, Role.ADMIN])
def test_the_alarm_is_raised_with_one_press(role: Role) -> None:
    office = Office(role)

    office.raise_alarm()

    page = office.see()
    assert "3 of 3 to find" in page
    assert f"by {role.value}" in page
    assert Alarm.objects.get().raised_by == role.value


def test_every_page_leads_to_the_roll_call_while_there_is_an_alarm() -> None:
    office = Office()
    before = office.see("kiosks/")
    office.raise_alarm()

    assert "Evacuation since" not in before
    assert "Evacuation since" in office.see("kiosks/")
    assert "/evacuation/" in office.see("")


@pytest.mark.covers("BEY-05")
def test_who_is_ticked_moves_to_the_safe_ones_and_back() -> None:
    office = Office()
    office.raise_alarm()
    mia = office.school.students[0]

    office.tick(mia)
    ticked = office.see("evacuation/?show=safe")
    office.tick(mia, "missing")

    assert "2 of 3 to find" in ticked
    assert re.findall(r"<bdi>(.+?)</bdi>", ticked) == ["Mia Keller"]
    assert "3 of 3 to find" in office.see()


def test_without_the_script_a_tick_leads_back_to_the_same_list() -> None:
    office = Office()
    office.raise_alarm()

    answer = office.browser.post(
        office.school.page("evacuation/tick/?show=to_find&q=mia"),
        {"safe": office.school.students[0]},
    )

    assert answer["Location"] == office.school.page("evacuation/?show=to_find&q=mia")


def test_a_number_longer_than_any_persons_is_of_nobody() -> None:
    office = Office()
    office.raise_alarm()

    assert (
        office.browser.post(
            office.school.page("evacuation/tick/"), {"safe": "9" * 5_000}, headers=SCRIPT
        ).status_code
        == 409
    )


def test_the_script_is_answered_without_a_page() -> None:
    office = Office()
    office.raise_alarm()

    assert office.tick(office.school.students[0], by_script=True) == 204
    assert office.tick(999999, by_script=True) == 409
    assert office.tick("²", by_script=True) == 409  # type: ignore[arg-type]  # what a stranger may send
    assert Tick.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=mia", ["Mia Keller"]),
        ("?group=Staff", ["Ruth Osei"]),
        ("?group=Year+7", ["Ben Keller", "Mia Keller"]),
        ("?show=all", ["Ben Keller", "Mia Keller", "Ruth Osei"]),
        ("?show=nonsense", ["Mia Keller", "Ruth Osei"]),
        ("?show=safe&group=Staff", []),
    ],
)
def test_the_list_is_narrowed(query: str, names: list[str]) -> None:
    office = Office()
    office.raise_alarm()
    office.tick(office.school.students[1])

    page = office.see(
        f"evacuation/{query.replace('?q', '?show=all&q').replace('?g', '?show=all&g')}"
    )

    assert re.findall(r"<bdi>(.+?)</bdi>", page) == names


@pytest.mark.covers("BEY-05")
def test_the_list_to_print_has_every_name() -> None:
    office = Office()
    office.raise_alarm()
    office.tick(office.school.students[0])

    page = office.see("evacuation/list/")

    assert re.findall(r"<bdi>(.+?)</bdi>", page) == ["Ben Keller", "Mia Keller", "Ruth Osei"]
    assert page.count("box ticked") == 1


def test_ending_asks_once_more_and_says_who_is_missing() -> None:
    office = Office()
    office.raise_alarm()

    asked = office.see("evacuation/end/")
    office.browser.post(office.school.page("evacuation/end/"))

    assert "3 people are still to be found." in asked
    assert Alarm.objects.get().ended_by == "office"
    page = office.see()
    assert "Earlier alarms" in page
    assert "Evacuation since" not in office.see("")


def test_an_alarm_that_is_over_is_not_ended_again() -> None:
    office = Office()

    answer = office.browser.post(office.school.page("evacuation/end/"))

    assert answer["Location"] == office.school.page("evacuation/")


def test_a_roll_call_held_at_a_kiosk_alone_is_listed_afterwards() -> None:
    office = Office()
    said = MarkedSafe(
        id=uuid4(),
        alarm=uuid4(),
        person=office.school.students[0],
        is_safe=True,
        at=office.school.now,
    )

    hear_tick(kiosk=Kiosk.objects.get(), said=said, now=office.school.now)

    assert "roll call at Front door alone" in office.see()


@pytest.mark.parametrize("students", [1, 3])
def test_a_longer_list_asks_no_more_of_the_store(
    students: int, django_assert_num_queries: object
) -> None:
    school = School(students=students)
    for place in range(students):
        school.tap(school.card(place))
    raise_alarm(site_id=school.site.pk, by="office", now=school.now)
    browser = log_in()

    with django_assert_num_queries(17):  # type: ignore[operator]  # the plugin's own fixture
        page = browser.get(school.page("evacuation/")).text

    assert page.count('name="safe"') == students
