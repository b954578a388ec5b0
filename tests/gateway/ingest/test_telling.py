import json
from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.attendance.models import Track
from gateway.attendance.recording import Heard, Kept
from gateway.attendance.services import record_tracks, resolve_unknown
from gateway.ingest import telling
from gateway.ingest.telling import Teller
from gateway.people.models import Person
from gateway.people.services import set_credential
from kiosk.protocol.messages import Method, Shown, SiteTracks
from tests.gateway.school import Door, School, at, make_school

pytestmark = pytest.mark.django_db

CARD = "04A2B1C9"


class Listening:
    """A teller, and what it says on one topic."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.said: list[SiteTracks] = []
        self.teller = Teller(self._publish)

    def _publish(self, topic: str, payload: bytes, _retain: bool) -> None:
        if topic == self.topic:
            self.said.append(SiteTracks.model_validate(json.loads(payload)))


def hear(school: School, door: Door, person: Person | None, clock: str) -> Sequence[Kept]:
    shown = Shown.SIGNED_IN if person else Shown.UNKNOWN
    track = door.sees(person, clock, shown=shown, card="" if person else CARD)
    heard = [Heard(door.id, school.site.pk, door.install, track)]
    return record_tracks(heard=heard, now=at(clock))


def test_what_was_learnt_while_the_store_was_busy_is_told_once() -> None:
    school, here = make_school(), Listening("muster/v1/site/main/down/tracks")
    [mia] = school.pupils(1)
    hear(school, school.kiosk(), None, "07:50")
    set_credential(person_id=mia.pk, method=Method.CARD, value=CARD)
    here.teller.tick(now=at("08:00:05"))

    resolve_unknown(method="card", value=CARD, now=at("08:00:03"))

    for clock in ("08:00:06", "08:00:07", "08:00:20"):
        here.teller.tick(now=at(clock))
    assert [[track.person for track in message.tracks] for message in here.said] == [[mia.pk]]


def test_what_was_committed_is_told_without_asking_the_store() -> None:
    school, here = make_school(), Listening("muster/v1/site/main/down/tracks")
    [mia] = school.pupils(1)
    here.teller.tick(now=at("07:49"))
    kept = hear(school, school.kiosk(), mia, "07:50")

    with CaptureQueriesContext(connection) as asked:
        here.teller.tracks(kept, now=at("07:50"))

    assert [track.person for message in here.said for track in message.tracks] == [mia.pk]
    assert len(asked) == 0


def test_only_the_last_part_of_a_catch_up_says_that_nothing_is_missing() -> None:
    school, here = make_school(), Listening("muster/v1/kiosk/gate/down/tracks")
    door, pupils = school.kiosk(), school.pupils(3)
    for place, pupil in enumerate(pupils):
        hear(school, door, pupil, f"07:5{place}")
    first = Track.objects.earliest("at")
    copies = [_copy(first, seq) for seq in range(10, 10 + telling.PORTION)]
    Track.objects.bulk_create(copies)

    here.teller.answer(door.beats("08:00"), upto=3, now=at("08:00"))

    assert [len(message.tracks) for message in here.said] == [telling.PORTION, 3]
    assert [m.committed_at for m in here.said] == [at("07:50"), at("08:00")]


def _copy(track: Track, seq: int) -> Track:
    fields = {f.attname: getattr(track, f.attname) for f in Track._meta.concrete_fields}
    told = {"id": Door("x").sees(None, "07:50").id, "seq": seq}
    return Track(**fields | told)
