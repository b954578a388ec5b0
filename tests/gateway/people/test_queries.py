from datetime import UTC, date, datetime

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.people import services
from gateway.people.models import RosterClock
from gateway.people.queries import Holder, RosterChange, holders, roster_since, roster_version
from gateway.people.values import PersonDetails
from gateway.timetable import services as timetable
from kiosk.protocol.messages import Credential, Method, PersonKind, RosterPart, RosterPerson
from tests.gateway.factories import (
    make_division,
    make_person,
    make_site,
    make_student,
    make_year_group,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 7, 8, tzinfo=UTC)


def card(number: int) -> str:
    return f"{number:08X}"


def told_in(change: RosterChange) -> list[object]:
    return [*change.people, *change.removed, *change.blocked, *change.unblocked]


def test_the_holders_of_what_is_known_are_found_and_the_rest_left_out() -> None:
    mia = make_person()
    services.set_credential(person_id=mia, method=Method.CARD, value=card(1))
    services.set_credential(person_id=mia, method=Method.QR, value=card(2))
    services.block_credential(method=Method.CARD, value=card(3), because="lost", now=NOW)

    found = holders([("card", card(n)) for n in (1, 2, 3, 4)])

    assert found == {
        ("card", card(1)): Holder(person_id=mia, blocked=False),
        ("card", card(3)): Holder(person_id=None, blocked=True),
    }


def test_nothing_asked_is_nothing_found_without_a_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        assert holders([]) == {}


@pytest.mark.parametrize("many", [1, 3])
def test_holders_are_found_in_one_query(
    many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mia = make_person()
    for number in range(many):
        services.set_credential(person_id=mia, method=Method.CARD, value=card(number))

    with django_assert_num_queries(1):
        assert len(holders([("card", card(n)) for n in range(many)])) == many


def test_a_kiosk_that_knows_nothing_is_told_everything() -> None:
    group = make_year_group(make_division(make_site()))
    mia = make_student("Mia Keller", year_group=group, card=card(1))
    services.block_credential(method=Method.CARD, value=card(2), because="lost", now=NOW)

    assert roster_since(0) == RosterChange(
        base=0,
        version=roster_version(),
        complete=True,
        people=(
            RosterPerson(
                id=mia,
                kind=PersonKind.STUDENT,
                name="Mia K.",
                year_group=group.pk,
                credentials=(Credential(method=Method.CARD, value=card(1)),),
            ),
        ),
        removed=(),
        blocked=(Credential(method=Method.CARD, value=card(2)),),
        unblocked=(),
    )


def test_a_kiosk_that_knows_everything_is_told_nothing() -> None:
    make_person()
    newest = roster_version()

    change = roster_since(newest)

    assert (change.base, change.version, change.complete) == (newest, newest, True)
    assert told_in(change) == []


def test_a_kiosk_that_begins_anew_hears_nothing_of_the_past() -> None:
    mia = make_person()
    services.deactivate_person(person_id=mia)
    services.block_credential(method=Method.CARD, value=card(1), because="lost", now=NOW)
    services.unblock_credential(method=Method.CARD, value=card(1))

    change = roster_since(0)

    assert told_in(change) == []
    assert change.version == roster_version()


def test_a_kiosk_ahead_of_a_restored_gateway_begins_anew() -> None:
    mia = make_person()

    change = roster_since(1000)

    assert (change.base, [person.id for person in change.people]) == (0, [mia])


def test_a_large_roster_comes_in_parts_each_from_the_version_before_it() -> None:
    services.upsert_people(
        [PersonDetails(PersonKind.STUDENT, f"P{n}", "", external_id=f"{n}") for n in range(5)]
    )
    services.block_credential(method=Method.CARD, value=card(1), because="lost", now=NOW)

    parts = [roster_since(0, most=2)]
    while not parts[-1].complete:
        parts.append(roster_since(parts[-1].version, most=2))

    assert [part.base for part in parts] == [0, parts[0].version, parts[1].version]
    assert [len(part.people) for part in parts] == [2, 2, 1]
    assert [len(part.blocked) for part in parts] == [0, 0, 1]
    assert parts[-1].version == roster_version()


def test_a_change_made_between_two_parts_is_in_a_later_one() -> None:
    people = [make_person(f"P{n}") for n in range(3)]
    first = roster_since(0, most=2)

    services.deactivate_person(person_id=people[0])
    second = roster_since(first.version, most=2)

    assert [person.id for person in first.people] == people[:2]
    assert ([person.id for person in second.people], second.removed) == ([people[2]], (people[0],))


def test_a_version_not_yet_committed_is_not_told() -> None:
    mia = make_person("Mia")
    make_person("Ben")
    RosterClock.objects.update(version=1)

    change = roster_since(0)

    assert ([person.id for person in change.people], change.version) == ([mia], 1)


def test_a_past_enrolment_names_no_year_group() -> None:
    mia = make_student(year_group=make_year_group(make_division(make_site())))

    timetable.end_enrolments([mia], last_day=date(2026, 9, 30))

    assert [person.year_group for person in roster_since(0).people] == [None]


@pytest.mark.parametrize("many", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_roster(
    many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    group = make_year_group(make_division(make_site()))
    for number in range(many):
        make_student(f"P{number}", year_group=group, card=card(number))

    with django_assert_num_queries(6):
        assert len(roster_since(0).people) == many


def test_what_is_told_fits_the_wire() -> None:
    make_person()
    change = roster_since(0)

    part = RosterPart(
        base=change.base, version=change.version, people=change.people, removed=change.removed
    )

    assert RosterPart.model_validate_json(part.model_dump_json()) == part
