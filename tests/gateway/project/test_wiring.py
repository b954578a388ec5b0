import pytest

from gateway.project.config import GatewaySettings, Isams
from gateway.project.wiring import Wiring, directory_site, known_codes
from tests.gateway.factories import make_site
from tests.gateway.school import make_school

pytestmark = pytest.mark.django_db

ISAMS = Isams.model_validate(
    {"base_url": "https://school.example", "client_id": "muster", "client_secret": "s" * 8}
)


def names(wiring: Wiring) -> list[str]:
    return sorted(f"{job.subject} {job.name}" for job in wiring.jobs())


def test_without_an_erp_nobody_is_told_and_nothing_is_synchronised() -> None:
    make_school()
    wiring = Wiring(GatewaySettings())

    assert list(wiring.destinations()) == ["rolls"]
    assert not [name for name in names(wiring) if "sync" in name]
    assert known_codes(GatewaySettings())() is None


def test_an_erp_is_told_of_marks_and_asked_for_what_it_knows() -> None:
    make_school()
    wiring = Wiring(GatewaySettings(isams=ISAMS))

    assert list(wiring.destinations()) == ["rolls", "erp"]
    assert [name for name in names(wiring) if "sync" in name] == [
        "main sync_codes",
        "main sync_periods",
        "main sync_students",
    ]


def test_a_site_without_erp_integration_asks_for_no_periods() -> None:
    make_school()
    make_site("park")

    assert "park sync_periods" not in names(Wiring(GatewaySettings(isams=ISAMS)))


def test_new_divisions_come_to_the_site_that_is_named() -> None:
    make_site("main")
    park = make_site("park")
    named = ISAMS.model_copy(update={"site": "park"})

    assert directory_site(GatewaySettings(isams=named)) == park
