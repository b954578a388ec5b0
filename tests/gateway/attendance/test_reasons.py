import pytest

from gateway.attendance import queries, rolls
from gateway.attendance.errors import ForeignTrack
from gateway.attendance.models import ReasonGiven
from gateway.attendance.reasons import keep_reason, reasons_of_day
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.fleet.models import Kiosk
from gateway.people.models import Person
from kiosk.protocol.messages import TrackMade
from kiosk.protocol.remarks import LateReason
from tests.gateway.school import MONDAY, Door, School, at, make_kiosk, make_school

pytestmark = pytest.mark.django_db


class Morning:
    """A school with a kiosk at which Mia is late."""

    def __init__(self) -> None:
        self.school: School = make_school()
        self.door: Door = self.school.kiosk()
        self.mia: Person = self.school.pupils(1)[0]
        self.track: TrackMade = self.door.sees(self.mia, "09:05")

    def hear_track(self) -> None:
        heard = Heard(self.door.id, self.school.site.pk, self.door.install, self.track)
        record_tracks(heard=[heard], now=at("09:06"))

    def say(self, reason: LateReason, *, kiosk: str = "") -> None:
        door = Kiosk.objects.get(pk=kiosk or self.door.id)
        keep_reason(track=self.track.id, kiosk=door, reason=reason, now=at("09:06"))

    def said(self) -> list[str]:
        day = queries.day_of(self.mia.pk, MONDAY)
        assert day is not None
        return [track.late_reason for part in day.sites for track in part.tracks]


def test_what_somebody_said_stands_beside_the_track() -> None:
    morning = Morning()
    morning.hear_track()

    morning.say(LateReason.TRAFFIC)

    assert morning.said() == ["traffic"]


def test_a_reason_that_comes_before_its_track_is_kept_for_it() -> None:
    morning = Morning()

    morning.say(LateReason.FAMILY)
    morning.hear_track()

    assert morning.said() == ["family"]


def test_the_first_word_counts_however_often_it_is_heard() -> None:
    morning = Morning()
    morning.hear_track()

    for reason in (LateReason.FAMILY, LateReason.FAMILY, LateReason.OTHER):
        morning.say(reason)

    assert morning.said() == ["family"]


@pytest.mark.fault
def test_a_kiosk_speaks_of_its_own_tracks_alone() -> None:
    morning = Morning()
    make_kiosk(morning.school.site, "other")
    morning.hear_track()

    with pytest.raises(ForeignTrack):
        morning.say(LateReason.OTHER, kiosk="other")

    assert not ReasonGiven.objects.exists()


@pytest.mark.fault
def test_what_another_kiosk_said_too_early_is_not_believed() -> None:
    morning = Morning()
    make_kiosk(morning.school.site, "other")

    morning.say(LateReason.OTHER, kiosk="other")
    morning.hear_track()

    assert morning.said() == [""]
    assert reasons_of_day(morning.school.site.pk, MONDAY) == {}


def test_the_day_and_the_roll_show_what_was_said() -> None:
    morning = Morning()
    morning.hear_track()
    morning.say(LateReason.TRANSPORT)

    states = queries.person_states(morning.school.site.pk, MONDAY)
    roll = rolls.roll_of(morning.school.session.pk, now=at("09:00"))

    assert {s.person_id: s.late_reason for s in states}[morning.mia.pk] == "transport"
    assert {line.person_id: line.late_reason for line in roll}[morning.mia.pk] == "transport"
