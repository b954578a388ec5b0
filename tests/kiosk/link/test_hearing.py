from pathlib import Path
from uuid import UUID

import pytest
from sqlite_utils import Database

from kiosk import site
from kiosk.faces.shelf import FaceShelf
from kiosk.identify import roster
from kiosk.link.hearing import Change, Confirmed, Ear, GatewayIs, NotUnderstood
from kiosk.protocol import topics
from kiosk.protocol.messages import FacesPart, GatewayState, RosterPart, Upto
from kiosk.protocol.sealing import new_key
from kiosk.protocol.wire import Message
from tests.kiosk.faces.people import BEN, MIA, part
from tests.kiosk.made import at, clock_at, site_settings, site_track, site_tracks
from tests.kiosk.neighbours import KIOSK, SITE, person

INSTALL, FORMER = UUID(int=1), UUID(int=3)
OWN, SHARED = topics.KioskTopics(KIOSK), topics.SiteTopics(SITE)


@pytest.fixture
def ear(site_file: Database, tmp_path: Path) -> Ear:
    return Ear(
        site_file,
        faces=FaceShelf(tmp_path),
        clock=clock_at("08:00"),
        kiosk=KIOSK,
        site_id=SITE,
        installs=frozenset({INSTALL, FORMER}),
    )


def said(message: Message) -> bytes:
    return message.model_dump_json().encode()


def test_a_confirmation_is_kept(ear: Ear, site_file: Database) -> None:
    meaning = ear.hear(OWN.upto, said(Upto(install=INSTALL, upto=40)))

    assert meaning == Confirmed(INSTALL, 40)
    assert site.confirmed(site_file, INSTALL) == 40


def test_a_confirmation_of_what_was_salvaged_is_kept_too(ear: Ear, site_file: Database) -> None:
    meaning = ear.hear(OWN.upto, said(Upto(install=FORMER, upto=7)))

    assert meaning == Confirmed(FORMER, 7)
    assert site.confirmed(site_file, FORMER) == 7


def test_a_confirmation_for_another_life_of_this_kiosk_means_nothing(
    ear: Ear, site_file: Database
) -> None:
    meaning = ear.hear(OWN.upto, said(Upto(install=UUID(int=2), upto=40)))

    assert meaning is Change.NOTHING
    assert site.confirmed(site_file, INSTALL) == 0


def test_the_gateways_state_is_told(ear: Ear) -> None:
    state = GatewayState(run=UUID(int=5), online=False)

    assert ear.hear(topics.GATEWAY_STATE, said(state)) == GatewayIs(online=False, run=UUID(int=5))


def test_a_roster_part_is_taken_over(ear: Ear) -> None:
    part = RosterPart(base=0, version=3, people=(person(17),))

    assert ear.hear(OWN.roster, said(part)) is Change.ROSTER
    assert ear.roster_version() == 3


def test_a_part_that_does_not_follow_on_is_missed(ear: Ear) -> None:
    assert ear.hear(OWN.roster, said(RosterPart(base=5, version=6))) is Change.ROSTER_MISSED
    assert ear.roster_version() == 0


def test_a_part_heard_twice_means_nothing_the_second_time(ear: Ear, site_file: Database) -> None:
    ear.hear(OWN.roster, said(RosterPart(base=0, version=1, people=(person(17),))))
    more = said(RosterPart(base=1, version=2, people=(person(18),)))
    ear.hear(OWN.roster, more)

    assert ear.hear(OWN.roster, more) is Change.NOTHING
    assert len(roster.cards(site_file, search="", most=9)) == 2


def test_tracks_told_while_catching_up_do_not_hide_what_was_missed(ear: Ear) -> None:
    ear.hear(SHARED.tracks, said(site_tracks(site_track("08:20"), committed="08:20")))

    assert ear.heard_upto() is None


def test_what_was_missed_is_heard_and_then_what_follows(ear: Ear) -> None:
    ear.hear(OWN.catch_up, said(site_tracks(site_track("08:10"), committed="08:15")))
    ear.hear(SHARED.tracks, said(site_tracks(site_track("08:20"), committed="08:20")))
    assert ear.heard_upto() == at("08:20")

    ear.missed_something()
    ear.hear(SHARED.tracks, said(site_tracks(site_track("08:40"), committed="08:40")))
    assert ear.heard_upto() == at("08:20")


def test_new_rules_are_told(ear: Ear) -> None:
    settings = site_settings().model_dump_json().encode()

    assert ear.hear(SHARED.settings, settings) is Change.RULES


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        (OWN.upto, b"", "JSON"),
        (OWN.upto, b"\xff\xfe", "JSON"),
        (OWN.upto, b'{"v":1,"install":"x","upto":1}', "install"),
        (OWN.upto, b'{"v":2,"install":"7d8f1c52-3b0a-4a60-9c84-0f3a1f3f9a11","upto":1}', "v"),
        (OWN.roster, b'{"v":1,"base":0}', "version"),
        ("muster/v1/elsewhere", b"{}", "no message travels"),
    ],
)
@pytest.mark.fault
def test_a_message_that_cannot_be_read_is_not_understood(
    ear: Ear, topic: str, payload: bytes, why: str
) -> None:
    with pytest.raises(NotUnderstood, match=why):
        ear.hear(topic, payload)


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        (SHARED.tracks, site_tracks(site_track("08:00")).model_copy(update={"site": "other"})),
        (SHARED.settings, site_settings(site="other")),
        (SHARED.settings, site_settings(zone="Europe/Nowhere")),
    ],
)
@pytest.mark.fault
def test_what_is_not_for_this_site_changes_nothing(
    ear: Ear, site_file: Database, topic: str, message: Message
) -> None:
    with pytest.raises(NotUnderstood):
        ear.hear(topic, said(message))

    assert site_file["site_tracks"].count == site_file["notes"].count == 0


def test_faces_are_put_on_the_shelf_still_sealed(ear: Ear, tmp_path: Path) -> None:
    told = part(MIA, BEN, public=new_key().public, version=3)

    assert ear.hear(OWN.faces, said(told)) is Change.FACES
    assert [face.person for face in FaceShelf(tmp_path).faces()] == [MIA, BEN]
    assert ear.faces_version() == 3


def test_a_face_that_is_no_base64_is_not_understood(ear: Ear) -> None:
    told = part(MIA, public=new_key().public, version=3)
    odd = told.model_copy(update={"faces": (told.faces[0].model_copy(update={"sealed": "A"}),)})

    with pytest.raises(NotUnderstood):
        ear.hear(OWN.faces, said(odd))

    assert ear.faces_version() == 0


def test_the_word_that_all_faces_still_hold_changes_nothing(ear: Ear) -> None:
    ear.hear(OWN.faces, said(part(MIA, public=new_key().public, version=3)))

    assert ear.hear(OWN.faces, said(FacesPart(base=3, version=3))) is Change.NOTHING


def test_faces_heard_late_change_nothing_and_missed_ones_are_asked_for(ear: Ear) -> None:
    ear.hear(OWN.faces, said(part(MIA, public=new_key().public, version=3)))

    assert ear.hear(OWN.faces, said(FacesPart(base=1, version=2, removed=(MIA,)))) is Change.NOTHING
    assert ear.hear(OWN.faces, said(FacesPart(base=4, version=5))) is Change.FACES_MISSED
    assert ear.faces_version() == 3
