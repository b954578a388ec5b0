from datetime import UTC, datetime

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.people import services
from gateway.people.errors import (
    CredentialBlocked,
    CredentialHeld,
    KeptByErp,
    UnknownCredential,
    UnknownPerson,
    WrongCredential,
    WrongPerson,
)
from gateway.people.models import Credential, Person
from gateway.people.queries import RosterChange, roster_since, roster_version
from gateway.people.values import PersonDetails, Upserted
from kiosk.protocol.messages import Method, PersonKind
from tests.gateway.factories import make_person

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 7, 8, tzinfo=UTC)
CARD = "04A2B3C4"


def told(external_id: str = "S1", name: str = "Mia Keller") -> PersonDetails:
    given, _, family = name.partition(" ")
    return PersonDetails(PersonKind.STUDENT, given, family, external_id=external_id)


def held() -> list[tuple[int | None, str]]:
    return list(Credential.objects.order_by("id").values_list("person_id", "value"))


def changes(version: int) -> RosterChange:
    return roster_since(version)


def names() -> list[str]:
    return [str(person) for person in Person.objects.order_by("external_id")]


def test_a_person_entered_by_hand_is_told_to_kiosks() -> None:
    mia = services.add_person(told())

    assert [(person.id, person.name) for person in changes(0).people] == [(mia, "Mia K.")]


def test_an_external_id_belongs_to_one_person() -> None:
    services.add_person(told())

    with pytest.raises(WrongPerson, match="external id 'S1'"):
        services.add_person(told(name="Ben Young"))

    assert names() == ["Mia Keller"]


def test_a_correction_is_told_to_kiosks() -> None:
    mia = services.add_person(told())
    before = roster_version()

    services.update_person(person_id=mia, details=told(name="Mia Lang"))

    assert [person.name for person in changes(before).people] == ["Mia L."]


def test_a_correction_that_changes_nothing_is_not_told() -> None:
    mia = services.add_person(told())
    before = roster_version()

    services.update_person(person_id=mia, details=told())

    assert roster_version() == before


def test_what_the_erp_keeps_is_not_changed_by_hand() -> None:
    mia = services.upsert_person(told(), synchronised=True)

    with pytest.raises(KeptByErp, match="change it there"):
        services.update_person(person_id=mia, details=told(name="Mia Lang"))
    with pytest.raises(KeptByErp):
        services.deactivate_person(person_id=mia)

    assert names() == ["Mia Keller"]
    assert Person.objects.get().active


def test_a_leaver_the_erp_keeps_comes_back_by_its_word_alone() -> None:
    mia = services.upsert_person(told(), synchronised=True)
    services.deactivate_people([mia])

    with pytest.raises(KeptByErp):
        services.reactivate_person(person_id=mia)
    assert not Person.objects.get().active

    services.upsert_person(told(), synchronised=True)
    assert Person.objects.get().active


def test_who_is_active_already_need_not_come_back() -> None:
    mia = make_person()
    before = roster_version()

    services.reactivate_person(person_id=mia)

    assert roster_version() == before


def test_the_language_is_ours_even_of_a_person_the_erp_keeps() -> None:
    mia = services.upsert_person(told(), synchronised=True)
    german = PersonDetails(PersonKind.STUDENT, "Mia", "Keller", external_id="S1", language="de")

    services.update_person(person_id=mia, details=german)

    assert Person.objects.get().language == "de"


def test_an_unknown_person_cannot_be_corrected() -> None:
    with pytest.raises(UnknownPerson, match="there is no person 5"):
        services.update_person(person_id=5, details=told())


def test_a_person_who_left_is_forgotten_by_kiosks_and_comes_back_whole() -> None:
    mia = services.add_person(told())
    services.set_credential(person_id=mia, method=Method.CARD, value=CARD)
    before = roster_version()

    services.deactivate_person(person_id=mia)
    assert changes(before).removed == (mia,)
    before = roster_version()
    services.reactivate_person(person_id=mia)

    (person,) = changes(before).people
    assert [c.value for c in person.credentials] == [CARD]


def test_many_are_created_changed_or_left_alone_at_once() -> None:
    services.upsert_people([told("S1"), told("S2", "Ben Young")])

    upserted = services.upsert_people([told("S1"), told("S2", "Ben Old"), told("S3", "Zoe Adams")])

    ids = {str(person.external_id): person.pk for person in Person.objects.all()}
    assert upserted == Upserted(created=1, changed=1, unchanged=1, ids=ids)
    assert names() == ["Mia Keller", "Ben Old", "Zoe Adams"]


def test_only_what_changed_is_told_to_kiosks() -> None:
    services.upsert_people([told("S1"), told("S2", "Ben Young")])
    before = roster_version()

    services.upsert_people([told("S1"), told("S2", "Ben Old")])
    assert [person.name for person in changes(before).people] == ["Ben O."]
    before = roster_version()
    services.upsert_people([told("S1"), told("S2", "Ben Old")])

    assert roster_version() == before


def test_who_is_named_again_is_active_again() -> None:
    mia = services.upsert_person(told())
    services.deactivate_people([mia])

    services.upsert_people([told()])

    assert Person.objects.get().active


def test_the_erp_takes_over_a_person_entered_before() -> None:
    services.add_person(told())

    services.upsert_people([told()], synchronised=True)

    assert Person.objects.get().synchronised


def test_a_file_that_differs_from_the_erp_changes_nobody() -> None:
    services.upsert_people([told("S1")], synchronised=True)

    with pytest.raises(KeptByErp):
        services.upsert_people([told("S2", "Ben Young"), told("S1", "Mia Lang")])

    assert names() == ["Mia Keller"]


def test_a_file_that_agrees_with_the_erp_leaves_it_master() -> None:
    services.upsert_people([told()], synchronised=True)

    upserted = services.upsert_people([told()])

    assert upserted.unchanged == 1
    assert Person.objects.get().synchronised


def test_one_told_twice_or_without_external_id_is_refused() -> None:
    with pytest.raises(WrongPerson, match="told twice"):
        services.upsert_people([told(), told()])
    with pytest.raises(WrongPerson, match="needs an external id"):
        services.upsert_people([PersonDetails(PersonKind.STUDENT, "Mia", "Keller")])

    assert not Person.objects.exists()


@pytest.mark.parametrize("many", [1, 3])
def test_many_are_written_in_as_many_statements_as_one(
    many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people = [told(f"S{n}") for n in range(many)]

    with django_assert_num_queries(5):
        services.upsert_people(people)


def test_a_card_is_given_as_the_reader_will_show_it() -> None:
    mia = make_person()

    services.set_credential(person_id=mia, method=Method.CARD, value="04:a2:b3:c4")
    services.set_credential(person_id=mia, method=Method.CARD, value=CARD)

    assert held() == [(mia, CARD)]


def test_a_card_another_person_holds_is_not_given_twice() -> None:
    mia, ben = make_person("Mia"), make_person("Ben")
    services.set_credential(person_id=mia, method=Method.CARD, value=CARD)

    with pytest.raises(CredentialHeld, match=f"person {mia} holds this card"):
        services.set_credential(person_id=ben, method=Method.CARD, value=CARD)

    assert held() == [(mia, CARD)]


def test_a_card_moves_from_one_person_to_another_and_kiosks_hear_both() -> None:
    mia, ben = make_person("Mia"), make_person("Ben")
    services.set_credential(person_id=mia, method=Method.CARD, value=CARD)
    before = roster_version()

    services.move_credential(person_id=ben, method=Method.CARD, value=CARD)

    assert held() == [(ben, CARD)]
    assert {p.id: len(p.credentials) for p in changes(before).people} == {mia: 0, ben: 1}


def test_a_card_cannot_be_moved_to_nobody() -> None:
    mia = make_person()
    services.set_credential(person_id=mia, method=Method.CARD, value=CARD)

    with pytest.raises(UnknownPerson):
        services.move_credential(person_id=mia + 1, method=Method.CARD, value=CARD)

    assert held() == [(mia, CARD)]


def test_a_wrong_card_number_is_refused() -> None:
    mia = make_person()

    with pytest.raises(WrongCredential):
        services.set_credential(person_id=mia, method=Method.CARD, value="hello")

    assert held() == []


def test_a_blocked_card_is_told_to_kiosks_and_stays_with_its_holder() -> None:
    mia = make_person()
    services.set_credential(person_id=mia, method=Method.CARD, value=CARD)
    before = roster_version()

    services.block_credential(method=Method.CARD, value=CARD, because="lost", now=NOW)

    assert [c.value for c in changes(before).blocked] == [CARD]
    assert held() == [(mia, CARD)]


def test_blocking_twice_is_blocking_once() -> None:
    services.block_credential(method=Method.CARD, value=CARD, because="lost", now=NOW)
    before = roster_version()

    services.block_credential(method=Method.CARD, value=CARD, because="again", now=NOW)

    assert roster_version() == before
    assert Credential.objects.get().blocked_because == "lost"


def test_a_blocked_card_is_given_to_nobody() -> None:
    mia = make_person()
    services.block_credential(method=Method.CARD, value=CARD, because="lost", now=NOW)

    with pytest.raises(CredentialBlocked, match="unblock it"):
        services.set_credential(person_id=mia, method=Method.CARD, value=CARD)

    assert held() == [(None, CARD)]


def test_an_unblocked_card_is_told_to_kiosks() -> None:
    services.block_credential(method=Method.CARD, value=CARD, because="lost", now=NOW)
    before = roster_version()

    services.unblock_credential(method=Method.CARD, value=CARD)

    assert [c.value for c in changes(before).unblocked] == [CARD]


def test_a_card_nobody_knows_cannot_be_unblocked_or_removed() -> None:
    with pytest.raises(UnknownCredential):
        services.unblock_credential(method=Method.CARD, value=CARD)
    with pytest.raises(UnknownCredential):
        services.remove_credential(method=Method.CARD, value=CARD)


def test_a_removed_card_is_nobody_s_and_kiosks_hear_of_it() -> None:
    mia = make_person()
    services.set_credential(person_id=mia, method=Method.CARD, value=CARD)
    before = roster_version()

    services.remove_credential(method=Method.CARD, value=CARD)

    assert held() == []
    assert [p.credentials for p in changes(before).people] == [()]


def test_a_card_nobody_holds_goes_to_whom_it_is_moved() -> None:
    mia = make_person()

    services.move_credential(person_id=mia, method=Method.CARD, value=CARD)

    assert held() == [(mia, CARD)]


def test_a_blocked_card_that_nobody_holds_stays_blocked_when_removed() -> None:
    services.block_credential(method=Method.CARD, value=CARD, because="lost", now=NOW)

    services.remove_credential(method=Method.CARD, value=CARD)

    assert held() == [(None, CARD)]


def test_unblocking_what_is_not_blocked_changes_nothing() -> None:
    services.set_credential(person_id=make_person(), method=Method.CARD, value=CARD)
    before = roster_version()

    services.unblock_credential(method=Method.CARD, value=CARD)

    assert roster_version() == before


def test_a_removed_card_that_was_blocked_stays_blocked() -> None:
    mia = make_person()
    services.set_credential(person_id=mia, method=Method.CARD, value=CARD)
    services.block_credential(method=Method.CARD, value=CARD, because="lost", now=NOW)

    services.remove_credential(method=Method.CARD, value=CARD)

    assert held() == [(None, CARD)]
    assert Credential.objects.get().blocked_at == NOW
