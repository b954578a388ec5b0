from dataclasses import asdict
from zoneinfo import ZoneInfo

from kiosk.protocol.messages import DeviceReport
from kiosk.screen.checkup import LABELS, Checkup
from kiosk.screen.panel import Moment
from kiosk.screen.words import CATALOGUE
from tests.kiosk.diagnosed import diagnosis
from tests.kiosk.made import reading_at


def drawn(checkup: Checkup, language: str = "en") -> dict[str, str]:
    told = checkup.draw(Moment(reading_at("08:00"), ZoneInfo("Europe/London"), language))
    return {fact.label: fact.text for fact in told.facts}


def test_staff_see_what_the_kiosk_is_and_how_it_is() -> None:
    away = DeviceReport(name="camera", ok=False, why="gone")
    well = DeviceReport(name="card-reader", ok=True)
    told = diagnosis(devices=(away, well), online=False, waiting=7, trouble="Not authorized")

    assert drawn(Checkup(told)) == {
        "This kiosk": "front-door",
        "Software": "muster 2026",
        "Address": "10.4.0.17",
        "Gateway": "✗ 7 · Not authorized",
        "Saving": "✓",
        "Time": "✓",
        "Devices": "✗ camera · ✓ card-reader",
    }


def test_a_kiosk_without_an_address_says_so() -> None:
    assert drawn(Checkup(diagnosis(address="")))["Address"] == "✗"


def test_the_labels_are_there_in_every_language_of_the_screen() -> None:
    assert set(LABELS) == set(CATALOGUE)
    assert len({len(labels) for labels in LABELS.values()}) == 1


def test_what_is_drawn_can_be_told_the_page() -> None:
    told = Checkup(diagnosis()).draw(Moment(reading_at("08:00"), ZoneInfo("UTC"), "ar"))

    assert len(asdict(told)["facts"]) == 7
