from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway.people import services
from gateway.people.importing import ImportReport
from gateway.people.models import Credential, Person
from gateway.people.queries import roster_version
from gateway.people.values import PersonDetails
from gateway.timetable.importing import import_people
from gateway.timetable.models import Enrolment
from kiosk.protocol.messages import Method, PersonKind
from tests.gateway.factories import make_division, make_person, make_site, make_year_group

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 7, 8, tzinfo=UTC)
HEADER = "external_id,given_name,family_name,kind,year_group,card,site"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def imported(file: Path, *lines: str, header: str = HEADER) -> ImportReport:
    file.write_text("\n".join([header, *lines]))
    return import_people(file, now=NOW, progress=lambda _done, _total: None)


def said(report: ImportReport) -> list[str]:
    return [str(problem) for problem in report.problems]


def test_a_file_brings_people_with_cards_and_year_groups(file: Path) -> None:
    group = make_year_group(make_division(make_site()), "Year 7")

    report = imported(
        file, "S1,Mia,Keller,student,Year 7,04A2B3C4,", "T1,Tom,Teacher,Staff,,04A2B3C5,"
    )

    assert report == ImportReport(lines=2, created=2, enrolled=1, cards=2)
    assert set(Person.objects.values_list("external_id", "kind", "credentials__value")) == {
        ("S1", "student", "04A2B3C4"),
        ("T1", "staff", "04A2B3C5"),
    }
    assert list(Enrolment.objects.values_list("year_group", "starts_on")) == [
        (group.pk, date(2026, 9, 7))
    ]


def test_a_file_imported_again_changes_nothing(file: Path) -> None:
    make_year_group(make_division(make_site()), "Year 7")
    imported(file, "S1,Mia,Keller,student,Year 7,04A2B3C4,")
    before = roster_version()

    report = imported(file, "S1,Mia,Keller,student,Year 7,04A2B3C4,")

    assert report == ImportReport(lines=1, unchanged=1)
    assert roster_version() == before


def test_a_corrected_name_and_a_new_year_group_are_taken_over(file: Path) -> None:
    division = make_division(make_site())
    make_year_group(division, "Year 7")
    make_year_group(division, "Year 8")
    imported(file, "S1,Mia,Keller,student,Year 7,,")

    report = imported(file, "S1,Mia,Lang,student,year 8,,")

    assert report == ImportReport(lines=1, changed=1, enrolled=1)
    assert [str(person) for person in Person.objects.all()] == ["Mia Lang"]


def test_with_problems_nothing_is_changed_and_each_is_named_with_its_line(file: Path) -> None:
    make_year_group(make_division(make_site()), "Year 7")
    holder = make_person("Zoe", external_id="S9")
    services.set_credential(person_id=holder, method=Method.CARD, value="04A2B3C9")
    services.block_credential(method=Method.CARD, value="04A2B3C8", because="lost", now=NOW)

    report = imported(
        file,
        "S1,Mia,Keller,student,Year 7,04A2B3C4,",
        "S1,Mia,Keller,student,Year 7,,",
        "S2,,,student,Year 7,,",
        "S3,Ben,Young,pupil,Year 7,,",
        "S4,Ann,Young,student,Year 77,,",
        "S5,Tom,Teacher,staff,Year 7,,",
        "S6,Eva,Young,student,,04A2B3C4,",
        "S7,Ida,Young,student,,04A2B3C9,",
        "S8,Uma,Young,student,,04A2B3C8,",
        ",Leo,Young,student,,,",
        "S10,Max,Young,student,,1.2E+11,",
    )

    assert said(report) == [
        "line 3, external_id: 'S1' stands in line 2 already",
        "line 4: a person needs a given name or a family name",
        "line 5, kind: Input should be 'student', 'staff', 'guardian' or 'visitor'",
        "line 6, year_group: there is no year group 'Year 77'; there are Year 7",
        "line 7, year_group: only students belong to a year group, and this is a staff",
        "line 8, card: '04A2B3C4' stands in line 2 already",
        f"line 9, card: 04A2B3C9 is held by person {holder}: take it from there first",
        "line 10, card: 04A2B3C8 is blocked: unblock it first",
        "line 11, external_id: is empty",
        (
            "line 12, card: '1.2E+11' was turned into a rounded number by a spreadsheet: "
            "format the column as text and enter the card number again"
        ),
    ]
    assert Person.objects.count() == 1
    assert Credential.objects.count() == 2


def test_a_year_group_that_two_sites_have_needs_the_site(file: Path) -> None:
    for slug in ("north", "south"):
        make_year_group(make_division(make_site(slug)), "Year 7")

    report = imported(file, "S1,Mia,Keller,student,Year 7,,", "S2,Ben,Young,student,Year 7,,South")

    assert said(report) == [
        "line 2, year_group: 'Year 7' exists more than once (north, south): name the site too"
    ]


def test_where_the_erp_keeps_a_person_only_the_card_is_taken(file: Path) -> None:
    mia = PersonDetails(PersonKind.STUDENT, "Mia", "Keller", external_id="S1")
    services.upsert_people([mia], synchronised=True)

    report = imported(file, "S1,Mia,Keller,student,Year 9,04A2B3C4,")

    assert report == ImportReport(lines=1, unchanged=1, cards=1)


def test_what_differs_from_the_erp_is_a_problem(file: Path) -> None:
    mia = PersonDetails(PersonKind.STUDENT, "Mia", "Keller", external_id="S1")
    services.upsert_people([mia], synchronised=True)

    report = imported(file, "S1,Mia,Lang,student,,,")

    assert said(report) == ["line 2: the ERP keeps this person and says otherwise: change it there"]


def test_columns_nobody_knows_are_named(file: Path) -> None:
    report = imported(file, "S1,Mia,34", header="id,first name,shoe size")

    assert report == ImportReport(lines=1, ignored=("shoe size",), created=1)


def test_the_address_and_the_language_are_checked(file: Path) -> None:
    report = imported(
        file, "S1,Mia,mia,d", "S2,Ben,ben@school.example,de", header="id,first name,mail,lang"
    )

    assert said(report) == [
        "line 2, email: 'mia' is no e-mail address",
        "line 2, language: String should have at least 2 characters",
    ]


def test_progress_is_told_up_to_the_last_line(file: Path) -> None:
    told: list[tuple[int, int]] = []
    file.write_text("\n".join(["id,first name", *(f"S{n},P{n}" for n in range(1_001))]))

    import_people(file, now=NOW, progress=lambda done, total: told.append((done, total)))

    assert told == [(500, 1_001), (1_000, 1_001), (1_001, 1_001)]


def test_twenty_thousand_people_are_imported_whole(file: Path) -> None:
    make_year_group(make_division(make_site()), "Year 7")
    lines = (f"S{n},Given{n},Family{n},student,Year 7,{n:08X}," for n in range(20_000))

    report = imported(file, *lines)

    assert report == ImportReport(lines=20_000, created=20_000, enrolled=20_000, cards=20_000)
