"""A kiosk's journal broke: what was lost of it is known, and holds nothing else up."""

from uuid import UUID

import pytest

from gateway.fleet.models import Install
from gateway.fleet.queries import heard, kiosk_lines, losses
from gateway.ingest.models import SetAside
from gateway.ingest.remarks import keep_remarks
from gateway.ingest.services import hear
from kiosk.protocol.messages import TrackMade
from kiosk.protocol.remarks import JournalLost, Remarks
from tests.gateway.ingest.test_services import keep, upto
from tests.gateway.school import Door, School, at, make_school

pytestmark = [pytest.mark.django_db, pytest.mark.fault]
SECOND_LIFE = UUID(int=2)


def tracks(school: School, door: Door, count: int) -> list[TrackMade]:
    """Tracks 1 to `count` of a door, made and not yet sent."""
    pupils = school.pupils(count)
    return [door.sees(person, "07:50") for person in pupils]


def lose(door: Door, first: int, last: int) -> None:
    """Let the kiosk tell that it cannot read these numbers of its first life any more."""
    remark = JournalLost(id=UUID(int=9), install=door.install, first=first, last=last)
    keep_remarks(said=Remarks(kiosk=door.id, remarks=(remark,)), now=at("08:10"))


def begin_anew(door: Door, *, salvaged: int = 0) -> None:
    """Hear a second life of the kiosk's journal, in which nothing was recorded yet."""
    new = {"install": SECOND_LIFE, "first_seq": 0, "last_seq": 0, "salvaged": salvaged}
    hear(heartbeat=door.beats("08:05").model_copy(update=new), now=at("08:05"))


def lost(school: School) -> tuple[tuple[int, int], ...]:
    return kiosk_lines(school.site.pk, now=at("08:15"))[0].lost


def test_lost_numbers_are_shown_and_counted_as_losses() -> None:
    school = make_school()
    door = school.kiosk()
    first, *_ = tracks(school, door, 5)
    keep(door, first)

    lose(door, 2, 5)

    assert lost(school) == ((2, 5),)
    assert losses(school.site.pk, since=at("00:00")) == {door.id: 4}


def test_what_follows_lost_numbers_is_no_longer_held_up_by_them() -> None:
    school = make_school()
    door = school.kiosk()
    first, _, _, fourth, fifth = tracks(school, door, 5)
    assert upto(keep(door, first, fourth), door) == 1

    lose(door, 2, 3)

    assert Install.objects.get(install=door.install).upto == 4
    assert upto(keep(door, fifth), door) == 5
    assert lost(school) == ((2, 3),)


def test_a_number_that_had_come_is_not_lost() -> None:
    school = make_school()
    door = school.kiosk()
    first, _, third, *_ = tracks(school, door, 4)
    keep(door, first, third)

    lose(door, 1, 4)

    assert lost(school) == ((2, 2), (4, 4))


def test_a_loss_told_twice_is_one() -> None:
    school = make_school()
    door = school.kiosk()
    tracks(school, door, 3)

    lose(door, 1, 3)
    lose(door, 1, 3)

    assert losses(school.site.pk, since=at("00:00")) == {door.id: 3}


@pytest.mark.parametrize(("first", "last"), [(3, 2), (1, 2**60)])
def test_a_loss_that_cannot_be_is_set_aside(first: int, last: int) -> None:
    school = make_school()
    door = school.kiosk()

    lose(door, first, last)

    assert "cannot be lost" in SetAside.objects.get().reason
    assert lost(school) == ()


def test_a_new_life_of_the_journal_makes_what_has_not_come_a_loss_until_it_comes() -> None:
    school = make_school()
    door = school.kiosk()
    made = tracks(school, door, 5)
    keep(door, made[0], made[2])
    hear(heartbeat=door.beats("08:00"), now=at("08:00"))

    begin_anew(door)
    before = lost(school)
    keep(door, made[1], made[3])

    assert before == ((2, 2), (4, 5))
    assert lost(school) == ((5, 5),)
    assert losses(school.site.pk, since=at("00:00")) == {door.id: 1}


def test_what_is_salvaged_counts_as_received_only_when_it_came() -> None:
    school = make_school()
    door = school.kiosk()
    made = tracks(school, door, 3)
    hear(heartbeat=door.beats("08:00"), now=at("08:00"))
    begin_anew(door)

    assert upto(keep(door, made[0]), door) == 1
    assert upto(keep(door, *made[1:]), door) == 3
    assert lost(school) == ()


def test_nobody_is_absent_while_salvaged_tracks_are_still_to_come() -> None:
    school = make_school()
    door = school.kiosk()

    begin_anew(door, salvaged=3)
    waiting = heard(school.site.pk)[door.id]
    begin_anew(door)

    assert waiting is None
    assert heard(school.site.pk)[door.id] == at("08:05")
