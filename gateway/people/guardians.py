"""Who answers for whom, and who of them is told first."""

from django.db import transaction

from gateway.people.errors import UnknownGuardianship, UnknownPerson, WrongPerson
from gateway.people.models import Guardianship, Person
from kiosk.protocol.messages import PersonKind

MOST_RANK = 99


@transaction.atomic
def add_guardian(*, guardian_id: int, child_id: int, rank: int = 1) -> Guardianship:
    """The guardian answers for the child from now on; said again, only the rank changes.

    One of the staff may be a guardian too. Raises UnknownPerson, and WrongPerson where the one
    is no guardian or the other no student.
    """
    _refuse_unless(guardian_id, PersonKind.GUARDIAN, PersonKind.STAFF)
    _refuse_unless(child_id, PersonKind.STUDENT)
    if not 1 <= rank <= MOST_RANK:
        raise WrongPerson(f"a guardian's rank lies between 1, told first, and {MOST_RANK}")
    kept, _ = Guardianship.objects.update_or_create(
        guardian_id=guardian_id, child_id=child_id, defaults={"rank": rank}
    )
    return kept


@transaction.atomic
def remove_guardian(*, guardian_id: int, child_id: int) -> None:
    """The guardian does not answer for the child any more. Raises UnknownGuardianship."""
    kept = Guardianship.objects.filter(guardian_id=guardian_id, child_id=child_id)
    deleted, _ = kept.delete()
    if not deleted:
        raise UnknownGuardianship(f"person {guardian_id} does not answer for person {child_id}")


def children_of(guardian_id: int) -> tuple[int, ...]:
    """Whom this person answers for, in the order of their numbers."""
    wards = Guardianship.objects.filter(guardian_id=guardian_id).order_by("child_id")
    return tuple(wards.values_list("child_id", flat=True))


def _refuse_unless(person_id: int, *kinds: PersonKind) -> None:
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise UnknownPerson(f"there is no person {person_id}")
    if person.kind not in kinds:
        raise WrongPerson(f"person {person_id} is {person.kind}, not {kinds[0].value}")
