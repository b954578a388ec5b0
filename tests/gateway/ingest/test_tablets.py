from dataclasses import dataclass
from datetime import timedelta

import pytest

from gateway.attendance.models import Mark, PersonDay, Track
from gateway.attendance.recording import Heard
from gateway.attendance.services import record_tracks
from gateway.fleet import tablets as fleet
from gateway.fleet.models import Install, Tablet
from gateway.ingest.queries import changed_tracks, late_news
from gateway.ingest.tablets import Answer, Outcome, plain, scanned, tap, typed
from gateway.people import badges
from gateway.people.badges import Terms
from gateway.people.models import Badge, Person
from gateway.people.services import block_credential, deactivate_person, set_credential
from kiosk.protocol.badge_reading import Refusal
from kiosk.protocol.messages import Method
from tests.gateway.school import MONDAY, Door, School, at, card_of, make_school

pytestmark = pytest.mark.django_db

IN, OUT = Outcome.SIGNED_IN, Outcome.SIGNED_OUT


@dataclass
class Scene:
    """A school with one student and one tablet."""

    school: School
    tablet: Tablet
    mia: Person

    def scan(self, text: str, clock: str) -> Answer:
        return tap(self.tablet, scanned(plain(text), now=at(clock)), now=at(clock))

    def type(self, text: str, clock: str) -> Answer:
        return tap(self.tablet, typed(plain(text), now=at(clock)), now=at(clock))

    def hear(self, door: Door, clock: str) -> None:
        """A kiosk tells of a tap of Mia's."""
        track = door.sees(self.mia, clock)
        heard = Heard(door.id, self.school.site.pk, door.install, track)
        record_tracks(heard=[heard], now=track.made_at)

    def tracks(self) -> list[tuple[int, str, int | None]]:
        rows = Track.objects.filter(kiosk=self.tablet.pk).order_by("seq")
        return [(row.seq, row.shown, row.person_id) for row in rows]


@pytest.fixture
def scene() -> Scene:
    school = make_school()
    [mia] = school.pupils(1)
    set_credential(person_id=mia.pk, method=Method.QR, value="M-1-17")
    kiosk_id = fleet.add_tablet(site_id=school.site.pk, name="Reception")
    tablet = Tablet.objects.select_related("kiosk__site").get(pk=kiosk_id)
    return Scene(school, tablet, mia)


@pytest.mark.covers("BEY-14", "QR-02", "TRK-01")
def test_a_code_signs_in_and_out_like_at_any_kiosk(scene: Scene) -> None:
    answers = [scene.scan("M-1-17", clock).outcome for clock in ("07:50", "12:00", "13:00")]

    assert answers == [IN, OUT, IN]
    assert scene.tracks() == [
        (1, "signed_in", scene.mia.pk),
        (2, "signed_out", scene.mia.pk),
        (3, "signed_in", scene.mia.pk),
    ]
    assert PersonDay.objects.get().movements == 3


@pytest.mark.covers("BEY-14", "TRK-02")
def test_odd_and_even_span_tablets_and_kiosks(scene: Scene) -> None:
    scene.hear(scene.school.kiosk(), "07:50")

    answer = scene.scan("M-1-17", "12:00")

    assert answer.outcome is OUT


def test_a_repeat_is_answered_and_not_recorded(scene: Scene) -> None:
    scene.hear(scene.school.kiosk(), "07:50:00")

    answer = scene.scan("M-1-17", "07:50:59")

    assert (answer.outcome, answer.since) == (Outcome.ALREADY_IN, at("07:50"))
    assert scene.tracks() == []


@pytest.mark.covers("QR-03")
def test_a_late_code_is_told_how_late_and_marked_with_its_exact_time(scene: Scene) -> None:
    answer = scene.scan("M-1-17", "08:17:42")

    assert answer.late_minutes == 17
    assert Track.objects.get().at == at("08:17:42")
    mark = Mark.objects.get(person=scene.mia)
    assert (mark.base, mark.late_minutes) == ("present", 17)


def test_numbers_have_no_holes_and_are_known_as_received(scene: Scene) -> None:
    for minute in range(5):
        scene.scan(f"nobody-{minute}", f"08:0{minute}")
        scene.scan("M-1-17", f"09:0{minute}")

    install = Install.objects.get(kiosk=scene.tablet.pk)
    assert [seq for seq, _, _ in scene.tracks()] == list(range(1, 11))
    assert (install.install, install.upto) == (scene.tablet.install, 10)


@pytest.mark.parametrize("written", ["{}", "{:d}"])
def test_a_card_typed_by_a_reader_finds_its_holder(scene: Scene, written: str) -> None:
    card = card_of(scene.mia)
    text = card if written == "{}" else str(int(card, 16))

    answer = scene.type(text, "07:50")

    assert (answer.outcome, answer.person) == (IN, scene.mia)
    assert Track.objects.get().credential == card


def test_a_number_that_may_be_two_peoples_is_nobodys(scene: Scene) -> None:
    [ben] = scene.school.pupils(1)
    for person, card in ((scene.mia, "0102030A"), (ben, "0A030201")):
        set_credential(person_id=person.pk, method=Method.CARD, value=card)

    assert scene.type("0102030A", "07:50").outcome is Outcome.UNKNOWN


def test_what_nobody_holds_is_reported_once_in_a_repeat_window(scene: Scene) -> None:
    outcomes = [scene.scan("who", clock).outcome for clock in ("08:00:00", "08:00:30", "08:01:00")]

    assert outcomes == [Outcome.UNKNOWN] * 3
    assert [shown for _, shown, _ in scene.tracks()] == ["unknown", "unknown"]


def test_a_blocked_card_is_refused_and_reported(scene: Scene) -> None:
    card = card_of(scene.mia)
    block_credential(method=Method.CARD, value=card, because="lost", now=at("07:00"))

    answer = scene.type(card, "07:50")

    assert (answer.outcome, answer.person) == (Outcome.BLOCKED, None)
    assert [shown for _, shown, _ in scene.tracks()] == ["blocked"]
    assert not PersonDay.objects.exists()


def test_who_left_is_known_no_more(scene: Scene) -> None:
    deactivate_person(person_id=scene.mia.pk)

    assert scene.scan("M-1-17", "07:50").outcome is Outcome.UNKNOWN


def badge_of(person: Person, *, hours: int = 24) -> Badge:
    now = at("06:00")
    [serial] = badges.issue_badges(
        [person.pk], Terms(expires_at=now + timedelta(hours=hours), by="office", now=now)
    )
    return Badge.objects.get(serial=serial)


@pytest.mark.covers("BEY-14", "QR-02")
def test_a_signed_badge_is_believed(scene: Scene) -> None:
    token = badges.token_of(badge_of(scene.mia), now=at("07:00"))

    answer = scene.scan(token, "07:50")

    assert (answer.outcome, answer.person) == (IN, scene.mia)
    assert token not in Track.objects.get().credential


def test_a_badge_that_has_expired_is_refused_in_words(scene: Scene) -> None:
    token = badges.token_of(badge_of(scene.mia, hours=1), now=at("06:00"))

    answer = scene.type(token, "07:50")

    assert (answer.outcome, answer.because) == (Outcome.UNKNOWN, Refusal.BADGE_EXPIRED)
    assert not PersonDay.objects.exists()


def test_a_revoked_badge_is_refused(scene: Scene) -> None:
    badge = badge_of(scene.mia)
    token = badges.token_of(badge, now=at("07:00"))
    badges.revoke_badge(serial=badge.serial, because="lost", now=at("07:10"))

    assert scene.scan(token, "07:50").outcome is Outcome.BLOCKED


@pytest.mark.covers("BEY-14")
def test_the_site_hears_of_a_tablets_tap_as_of_any(scene: Scene) -> None:
    scene.scan("M-1-17", "07:50")
    scene.hear(scene.school.kiosk(), "09:00")
    since, until = at("07:00"), at("10:00")

    news = late_news(scene.school.site.pk, since=since, until=until)
    missed = changed_tracks(scene.school.site.pk, since=since, until=until)

    assert [row.kiosk_id for row in news] == [scene.tablet.pk]
    assert [row.kiosk_id for row in missed] == [scene.tablet.pk, "gate"]


@pytest.mark.parametrize(
    ("said", "kept"), [("M-1\0-17\n", "M-1-17"), ("\ud800", ""), ("x" * 600, "x" * 512)]
)
def test_only_what_can_be_kept_is_looked_for(said: str, kept: str) -> None:
    assert plain(said) == kept


def test_days_are_those_of_the_site(scene: Scene) -> None:
    scene.scan("M-1-17", "00:30")

    assert PersonDay.objects.get().day == MONDAY
