import pytest
from django.db import transaction

from gateway.people import roster
from gateway.people.models import Person
from gateway.people.queries import roster_version
from tests.gateway.factories import make_person


@pytest.mark.django_db
def test_versions_are_given_out_once() -> None:
    assert [roster.advance(), roster.advance(3), roster.advance()] == [1, 2, 5]
    assert roster_version() == 5


@pytest.mark.django_db(transaction=True)
def test_a_version_taken_outside_a_transaction_is_refused() -> None:
    with pytest.raises(roster.OutsideTransaction):
        roster.advance()

    assert roster_version() == 0


@pytest.mark.django_db(transaction=True)
def test_a_version_of_a_change_that_failed_is_given_out_again() -> None:
    with transaction.atomic():
        roster.advance()
        transaction.set_rollback(True)

    assert roster_version() == 0


@pytest.mark.django_db
def test_each_person_told_anew_has_a_version_of_her_own() -> None:
    wanted = [make_person("Mia"), make_person("Ben"), make_person("Zoe")]

    roster.stamp([*wanted, wanted[0]])

    assert [Person.objects.get(pk=pk).roster_version for pk in wanted] == [4, 5, 6]
    assert roster_version() == 6
