import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from gateway.people.models import Person
from gateway.people.searching import Found, find_active, folded
from kiosk.protocol.messages import PersonKind
from tests.gateway.factories import make_person

pytestmark = pytest.mark.django_db


def named(*names: str) -> None:
    for name in names:
        make_person(name)


def names(text: str) -> list[str]:
    return [each.name for each in find_active(text)]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Müller", "muller"),
        ("GROSS Groß", "gross gross"),
        ("Łukasz Sørensen", "lukasz sorensen"),
        ("Zoë Nuñez Çelik", "zoe nunez celik"),
        ("مُحَمَّد", "محمد"),
    ],
)
def test_accents_and_capitals_do_not_count(text: str, plain: str) -> None:
    assert folded(text) == plain


@pytest.mark.parametrize("text", ["muller", "MÜLLER", "zoë mul", "Müller Zo", "ülle"])
def test_a_name_is_found_however_it_is_spelled(text: str) -> None:
    named("Zoë Müller", "Mia Keller")

    assert names(text) == ["Zoë Müller"]


@pytest.mark.parametrize("name", ["Łukasz Groß", "Çağla Şahin", "محمد علي"])
def test_both_stores_fold_as_we_do(name: str) -> None:
    named(name)

    assert names(folded(name)) == [name]


def test_somebody_is_found_by_their_email_address() -> None:
    mia = make_person("Mia Keller")
    Person.objects.filter(pk=mia).update(email="Mia.K@example.org")

    assert find_active("mia.k@EXAMPLE.org") == (
        Found(mia, "Mia Keller", "Mia.K@example.org", PersonKind.STUDENT, provisional=False),
    )


@pytest.mark.parametrize("text", ["k@example.org", "mia.k@example", "example", "mia k@", "@"])
def test_parts_of_an_address_find_nobody_and_so_spell_none_out(text: str) -> None:
    mia = make_person("Mia Keller")
    Person.objects.filter(pk=mia).update(email="mia.k@example.org")

    assert names(text) == []


def test_who_left_or_was_merged_is_not_found() -> None:
    mia, ben = make_person("Mia Keller"), make_person("Mia Young")
    Person.objects.filter(pk=mia).update(active=False)
    Person.objects.filter(pk=ben).update(merged_into=mia)

    assert names("mia") == []


@pytest.mark.parametrize("text", ["", " ", "m", "%%", "__", "a\x00", "'; --"])
def test_too_few_letters_and_signs_of_the_store_find_nobody(text: str) -> None:
    named("Mia Keller")

    assert names(text) == []


def test_a_search_is_one_question_and_its_answer_is_limited(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    named("Mia C", "Mia A", "Mia B")

    with django_assert_num_queries(1):
        found = find_active("mia", most=2)

    assert [each.name for each in found] == ["Mia A", "Mia B"]
