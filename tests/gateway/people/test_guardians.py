import pytest

from gateway.people.errors import UnknownGuardianship, UnknownPerson, WrongPerson
from gateway.people.guardians import add_guardian, children_of, remove_guardian
from gateway.people.models import Guardianship
from kiosk.protocol.messages import PersonKind
from tests.gateway.factories import make_person

pytestmark = pytest.mark.django_db


def make_father(kind: PersonKind = PersonKind.GUARDIAN) -> int:
    return make_person("Jan Keller", kind=kind)


@pytest.mark.parametrize("kind", [PersonKind.GUARDIAN, PersonKind.STAFF])
def test_a_guardian_answers_for_a_child(kind: PersonKind) -> None:
    father, mia, ben = make_father(kind), make_person(), make_person("Ben Keller")

    for child in (ben, mia):
        add_guardian(guardian_id=father, child_id=child)

    assert children_of(father) == (mia, ben)
    assert children_of(mia) == ()


def test_a_guardian_named_again_has_the_new_rank() -> None:
    father, mia = make_father(), make_person()

    for rank in (1, 3):
        add_guardian(guardian_id=father, child_id=mia, rank=rank)

    assert [row.rank for row in Guardianship.objects.all()] == [3]


def test_who_cannot_answer_for_anybody_is_refused() -> None:
    father, mia, ben = make_father(), make_person(), make_person("Ben Keller")

    for guardian, child in ((ben, mia), (father, father)):
        with pytest.raises(WrongPerson):
            add_guardian(guardian_id=guardian, child_id=child)
    with pytest.raises(WrongPerson, match="rank"):
        add_guardian(guardian_id=father, child_id=mia, rank=0)
    with pytest.raises(UnknownPerson):
        add_guardian(guardian_id=father, child_id=7777)

    assert Guardianship.objects.count() == 0


def test_a_guardian_who_was_taken_away_answers_for_nobody() -> None:
    father, mia = make_father(), make_person()
    add_guardian(guardian_id=father, child_id=mia)

    remove_guardian(guardian_id=father, child_id=mia)

    assert children_of(father) == ()
    with pytest.raises(UnknownGuardianship):
        remove_guardian(guardian_id=father, child_id=mia)
