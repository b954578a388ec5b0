import pytest

from gateway.attendance.errors import UnknownFlag, WrongFlag
from gateway.attendance.flags import FlagLine, clear_flag, flags_of, set_flag
from gateway.attendance.models import Flag
from gateway.attendance.values import FlagKind
from gateway.people.errors import UnknownPerson
from gateway.timetable.errors import UnknownOffering
from tests.gateway.classes import make_offering
from tests.gateway.factories import make_person, make_site
from tests.gateway.school import at

pytestmark = pytest.mark.django_db


def flag(person: int, text: str = "nuts", *, offering: int | None = None) -> int:
    return set_flag(
        person_id=person,
        kind=FlagKind.MEDICAL_ALERT,
        text=text,
        by="nurse",
        now=at("08:00"),
        offering_id=offering,
    )


def test_a_flag_says_who_set_it_and_when() -> None:
    mia = make_person()

    number = flag(mia)

    alert = FlagKind.MEDICAL_ALERT
    assert flags_of(mia) == (FlagLine(number, alert, "nuts", None, at("08:00"), "nurse", None, ""),)


def test_a_flag_can_be_for_one_offering_alone() -> None:
    mia, algebra = make_person(), make_offering(make_site())

    flag(mia, offering=algebra.pk)

    assert [each.offering_id for each in flags_of(mia)] == [algebra.pk]


def test_setting_the_same_flag_twice_sets_it_once() -> None:
    mia = make_person()

    assert flag(mia) == flag(mia, " nuts ")

    assert Flag.objects.count() == 1


def test_a_cleared_flag_stays_as_a_record_of_who_cleared_it() -> None:
    mia = make_person()
    number = flag(mia)

    clear_flag(flag_id=number, by="office", now=at("09:00"))
    clear_flag(flag_id=number, by="admin", now=at("10:00"))

    assert flags_of(mia) == ()
    [line] = flags_of(mia, cleared=True)
    assert (line.cleared_at, line.cleared_by) == (at("09:00"), "office")


def test_a_flag_can_be_set_again_after_it_was_cleared() -> None:
    mia = make_person()
    first = flag(mia)
    clear_flag(flag_id=first, by="office", now=at("09:00"))

    second = flag(mia)

    assert [each.id for each in flags_of(mia)] == [second]
    assert second != first


@pytest.mark.parametrize("text", ["", "  ", "x" * 301, "a\x00b"])
def test_a_flag_without_a_text_that_can_be_kept_is_refused(text: str) -> None:
    mia = make_person()

    with pytest.raises(WrongFlag):
        flag(mia, text)

    assert not Flag.objects.exists()


def test_nothing_is_flagged_that_is_not_there() -> None:
    mia = make_person()

    with pytest.raises(UnknownPerson):
        flag(mia + 1)
    with pytest.raises(UnknownOffering):
        flag(mia, offering=99)
    with pytest.raises(UnknownFlag):
        clear_flag(flag_id=99, by="office", now=at("09:00"))

    assert not Flag.objects.exists()
