from collections.abc import Sequence

import pytest

from gateway.attendance.models import Mark, Track
from gateway.fleet.models import Hole, Install, Kiosk
from gateway.fleet.queries import kiosk_lines
from gateway.ingest.models import SetAside
from gateway.ingest.parsing import Aside, Told
from gateway.ingest.services import Batch, hear, keep_batch, settle
from kiosk.protocol.messages import ClockAnchor, TrackMade
from tests.gateway.school import BOOT, Door, at, make_school

pytestmark = pytest.mark.django_db


def keep(door: Door, *tracks: TrackMade, asides: Sequence[Aside] = ()) -> Batch:
    told = [Told(door.id, door.install, track) for track in tracks]
    return keep_batch(told=told, asides=asides, now=at("09:00"))


def upto(batch: Batch, door: Door) -> int:
    return batch.upto[door.id, door.install]


@pytest.mark.covers("BEY-02")
def test_what_was_committed_is_acknowledged() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)

    batch = keep(door, door.sees(mia, "07:50"), door.sees(mia, "08:50"))

    assert upto(batch, door) == 2
    assert len(batch.kept) == 2


@pytest.mark.covers("BEY-02")
def test_a_batch_heard_twice_is_acknowledged_again_and_kept_once() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    track = door.sees(mia, "07:50")
    keep(door, track)

    again = keep(door, track)

    assert upto(again, door) == 1
    assert again.kept == ()
    assert Track.objects.count() == 1


def test_a_hole_is_reported_with_its_numbers_and_holds_the_acknowledgement_back() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    first, lost, also_lost, fourth = (door.sees(mia, f"0{n}:50") for n in range(4))

    batch = keep(door, first, fourth)

    assert upto(batch, door) == 1
    assert Hole.objects.values_list("first", "last").get() == (2, 3)
    assert upto(keep(door, also_lost), door) == 1
    assert upto(keep(door, lost), door) == 4
    assert not Hole.objects.filter(closed_at=None).exists()


def test_a_hole_is_seen_by_staff() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    door.seq = 4
    track = door.sees(mia, "07:50")
    hear(heartbeat=door.beats("07:51"), now=at("07:51"))

    keep(door, track)

    assert kiosk_lines(now=at("08:00"))[0].holes == ((1, 4),)


def test_numbers_below_what_the_kiosk_still_holds_are_lost_and_said_to_be() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    door.seq = 4
    track = door.sees(mia, "07:50")
    beat = door.beats("07:51").model_copy(update={"first_seq": 5})

    hear(heartbeat=beat, now=at("07:51"))

    assert upto(keep(door, track), door) == 5
    assert kiosk_lines(now=at("08:00"))[0].lost == ((1, 4),)


def test_a_bad_track_is_set_aside_and_counts_as_received() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    first = door.sees(mia, "07:50")
    bad = Aside("t", b"x", "made_at: wrong", door.id, door.install, 2)
    door.seq = 2
    third = door.sees(mia, "08:50")

    batch = keep(door, first, third, asides=[bad])

    assert upto(batch, door) == 3
    assert SetAside.objects.get().reason == "made_at: wrong"


def test_the_same_bad_message_is_kept_once_and_counted() -> None:
    make_school()
    bad = Aside("t", b"x", "not a JSON object")

    for _ in range(3):
        keep_batch(told=(), asides=[bad], now=at("09:00"))

    assert SetAside.objects.get().times == 3


def test_tracks_of_a_kiosk_nobody_knows_are_set_aside_and_not_acknowledged() -> None:
    school = make_school()
    [mia] = school.pupils(1)
    stranger = Door("stranger")

    batch = keep(stranger, stranger.sees(mia, "07:50"))

    assert batch.upto == {}
    assert "no kiosk is called stranger" in SetAside.objects.get().reason


def test_a_number_given_to_two_tracks_is_an_incident_that_holds_nothing_up() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    keep(door, door.sees(mia, "07:50"))
    door.seq = 0
    twin = door.sees(mia, "08:50")
    after = door.sees(mia, "09:50")

    batch = keep(door, twin, after)

    assert upto(batch, door) == 2
    assert Track.objects.count() == 2
    assert "number 1 was given to another track" in SetAside.objects.get().reason


def test_two_tracks_of_one_identity_are_an_incident_that_holds_nothing_up() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    track = door.sees(mia, "07:50")
    twin = door.sees(mia, "08:50").model_copy(update={"id": track.id})
    keep(door, track)

    batch = keep(door, twin)

    assert upto(batch, door) == 2
    assert "another track has the identity" in SetAside.objects.get().reason


def test_an_anchor_in_a_heartbeat_repairs_the_tracks_of_its_boot() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    keep(door, door.sees(mia, "03:00", trusted=False))
    anchor = ClockAnchor(boot_id=BOOT, utc=at("08:05"), uptime_ms=3_600_000)
    beat = door.beats("08:06").model_copy(update={"anchors": (anchor,)})

    hear(heartbeat=beat, now=at("08:06"))

    assert Track.objects.get().at == at("08:05")
    assert Mark.objects.get().late_minutes == 5


def test_a_heartbeat_heard_twice_changes_nothing() -> None:
    door = make_school().kiosk()
    beat = door.beats("08:00")

    first, second = (hear(heartbeat=beat, now=at("08:00")) for _ in range(2))

    assert first == second == 0
    assert Install.objects.count() == 1
    assert Kiosk.objects.get().last_heard_at == at("08:00")


def test_what_staff_settled_is_settled_once() -> None:
    make_school()
    keep_batch(told=(), asides=[Aside("t", b"x", "why")], now=at("09:00"))
    row = SetAside.objects.get()

    answers = [settle(set_aside_id=row.pk, by="office", now=at("09:30")) for _ in range(2)]

    assert answers == [True, False]


@pytest.mark.fault
def test_a_track_that_the_store_cannot_keep_is_set_aside_and_holds_nothing_up() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    odd = door.sees(mia, "07:50").model_copy(update={"late_minutes": 2**70})

    batch = keep(door, odd, door.sees(mia, "08:50"))

    assert upto(batch, door) == 2
    assert Track.objects.count() == 1
    assert "the gateway cannot follow it" in SetAside.objects.get().reason
