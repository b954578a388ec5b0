from pathlib import Path

import pytest

from gateway.people import services
from gateway.people.importing import ImportReport, import_cards
from gateway.people.models import Credential
from gateway.people.tables import Problem
from kiosk.protocol.messages import Method
from tests.gateway.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cards.csv"


def imported(file: Path, *lines: str) -> ImportReport:
    file.write_text("\n".join(["external_id,card", *lines]))
    return import_cards(file, progress=lambda _done, _total: None)


def test_everybody_gets_her_card(file: Path) -> None:
    mia, ben = make_person("Mia", external_id="S1"), make_person("Ben", external_id="S2")

    report = imported(file, "S1,04:a2:b3:c4", "S2,04A2B3C5")

    assert report == ImportReport(lines=2, cards=2)
    assert set(Credential.objects.values_list("person_id", "value")) == {
        (mia, "04A2B3C4"),
        (ben, "04A2B3C5"),
    }


def test_a_file_imported_again_changes_nothing(file: Path) -> None:
    make_person(external_id="S1")
    imported(file, "S1,04A2B3C4")

    assert imported(file, "S1,04A2B3C4") == ImportReport(lines=1, cards=0, unchanged=1)


def test_with_one_problem_nobody_gets_a_card(file: Path) -> None:
    make_person(external_id="S1")

    report = imported(file, "S1,04A2B3C4", "S9,04A2B3C5")

    assert report.problems == (Problem(3, "external_id", "nobody has the external id 'S9'"),)
    assert not Credential.objects.exists()


def test_one_person_may_have_several_cards(file: Path) -> None:
    make_person(external_id="S1")

    assert imported(file, "S1,04A2B3C4", "S1,04A2B3C5").cards == 2


def test_a_card_that_is_somebody_else_s_is_named(file: Path) -> None:
    mia = make_person("Mia", external_id="S1")
    make_person("Ben", external_id="S2")
    services.set_credential(person_id=mia, method=Method.CARD, value="04A2B3C4")

    report = imported(file, "S2,04A2B3C4")

    assert [str(problem) for problem in report.problems] == [
        f"line 2, card: 04A2B3C4 is held by person {mia}: take it from there first"
    ]


def test_lines_without_what_is_needed_are_all_named(file: Path) -> None:
    report = imported(file, ",04A2B3C4", "S1,", "S1,12")

    assert [(p.line, p.column) for p in report.problems] == [
        (2, "external_id"),
        (3, "card"),
        (4, "card"),
    ]
    assert report.problems[1].what == "is empty"
