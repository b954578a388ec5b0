import pytest

from gateway.people.values import Role
from tests.gateway.portal.school import School, log_in

pytestmark = pytest.mark.django_db


def test_smoke() -> None:
    school = School()
    school.tap(school.card(0))
    school.tap("DEADBEEF", shown="unknown")
    browser = log_in(Role.ADMIN)
    for rest in (
        "",
        f"days/{school.today}/",
        f"days/{school.today}/?at=10:00",
        "people/",
        f"people/{school.students[0]}/{school.today}/",
        f"sessions/{school.session.pk}/",
        f"sessions/{school.session.pk}/{school.students[0]}/",
        "absence/",
        "kiosks/",
        f"kiosks/{school.kiosk.pk}/out/",
        "deliveries/",
        "set-aside/",
        "settings/",
    ):
        answer = browser.get(school.page(rest))
        print(rest, answer.status_code)
        assert answer.status_code == 200, rest
