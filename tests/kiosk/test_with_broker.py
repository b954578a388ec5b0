"""A kiosk process, a real Mosquitto, and a gateway that says what the test tells it to."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from kiosk.protocol import topics
from kiosk.protocol.messages import Credential, Method, SiteTrack
from tests.kiosk.neighbours import (
    KIOSK,
    SITE,
    GatewayDouble,
    KioskProcess,
    Mosquitto,
    card_of,
    eventually,
    person,
    roster,
    running_kiosk,
)

pytestmark = pytest.mark.integration


@pytest.fixture
def kiosk(broker: Mosquitto, gateway: GatewayDouble, tmp_path: Path) -> Iterator[KioskProcess]:
    """A kiosk that knows persons 1 to 9."""
    with running_kiosk(tmp_path, broker_port=broker.port) as kiosk:
        eventually(lambda: gateway.heartbeats)
        gateway.say_roster(roster(*(person(number) for number in range(1, 10))))
        eventually(lambda: gateway.heartbeats[-1].roster_version == 1)
        yield kiosk


def queue_is_empty(gateway: GatewayDouble, last: int) -> bool:
    newest = gateway.heartbeats[-1]
    return (newest.last_seq, newest.queue) == (last, 0)


@pytest.mark.covers("DES-03", "TRK-01")
def test_a_tap_reaches_the_gateway_and_is_confirmed(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    shown = kiosk.tap_and_see(card_of(1))

    eventually(lambda: queue_is_empty(gateway, 1))
    ((_, track),) = gateway.tracks.items()
    assert (shown["icon"], shown["who"]) == ("in", "Person 1")
    assert (track.seq, track.person, track.shown) == (1, 1, "signed_in")
    eventually(lambda: kiosk.picture()["line_text"] == "Online")


def test_a_kiosk_says_that_it_is_there_and_the_broker_says_when_it_is_gone(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    eventually(lambda: gateway.states)
    assert json.loads(gateway.states[-1])["online"] is True

    kiosk.kill()

    eventually(lambda: json.loads(gateway.states[-1])["online"] is False)


def test_a_kiosk_asked_to_stop_says_goodbye_and_ends_cleanly(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    assert kiosk.stop() == 0

    eventually(lambda: json.loads(gateway.states[-1])["online"] is False)


def test_what_the_gateway_does_not_confirm_is_sent_again(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    gateway.confirms = False
    kiosk.tap(card_of(1))
    eventually(lambda: gateway.messages)

    gateway.confirms = True

    eventually(lambda: queue_is_empty(gateway, 1))
    assert gateway.messages[0].tracks == gateway.messages[1].tracks


def test_a_new_run_of_the_gateway_hears_everything_unconfirmed_at_once(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    gateway.confirms = False
    kiosk.tap(card_of(1))
    eventually(lambda: gateway.messages)
    gateway.tracks.clear()

    gateway.run, gateway.confirms = uuid4(), True
    gateway.say_state()

    eventually(lambda: gateway.seqs() == [1], within=2)


def test_a_gateway_that_is_away_is_sent_nothing_and_the_page_says_so(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    gateway.say_state(online=False)
    eventually(lambda: kiosk.picture()["line"] == "offline")

    kiosk.tap_and_see(card_of(1))

    eventually(lambda: kiosk.picture()["line_text"] == "Saved here · 1 waiting to be sent")
    assert gateway.messages == []


@pytest.mark.covers("DES-02")
@pytest.mark.fault
def test_taps_without_a_broker_are_sent_when_it_is_back(
    kiosk: KioskProcess, gateway: GatewayDouble, broker: Mosquitto
) -> None:
    broker.stop()
    shown = [kiosk.tap_and_see(card_of(number))["icon"] for number in range(1, 6)]
    assert shown == ["in"] * 5

    broker.start()

    eventually(lambda: gateway.seqs() == [1, 2, 3, 4, 5], within=40)


def test_a_restarted_kiosk_goes_on_where_it_stopped(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    gateway.confirms = False
    kiosk.tap_and_see(card_of(1))
    kiosk.kill()
    kiosk.start()
    gateway.confirms = True

    assert kiosk.tap_and_see(card_of(1))["icon"] == "already"
    kiosk.tap(card_of(2))

    eventually(lambda: gateway.seqs() == [1, 2])
    assert len({install for install, _ in gateway.tracks}) == 1


def test_a_gateway_restored_from_a_backup_is_told_what_it_lost(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    for number in range(1, 6):
        kiosk.tap(card_of(number))
    eventually(lambda: queue_is_empty(gateway, 5))
    install = gateway.heartbeats[-1].install
    for lost in (3, 4, 5):
        del gateway.tracks[install, lost]

    gateway.confirm(install, 2)

    eventually(lambda: gateway.seqs() == [1, 2, 3, 4, 5])
    eventually(lambda: queue_is_empty(gateway, 5))


def test_a_change_of_the_roster_is_known_at_once(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    card = Credential(method=Method.CARD, value=card_of(2))
    gateway.say_roster(
        roster(person(50, "New N."), base=1, version=2, removed=(1,), blocked=(card,))
    )
    eventually(lambda: gateway.heartbeats[-1].roster_version == 2)

    icons = [kiosk.tap_and_see(card_of(number))["icon"] for number in (50, 1, 2)]

    assert icons == ["in", "ask", "stop"]


def test_a_part_of_the_roster_that_was_missed_is_asked_for(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    before = len(gateway.heartbeats)

    gateway.say_roster(roster(person(50), base=7, version=8))

    eventually(lambda: len(gateway.heartbeats) > before, within=3)
    assert gateway.heartbeats[-1].roster_version == 1
    assert kiosk.tap_and_see(card_of(50))["icon"] == "ask"


@pytest.mark.covers("TRK-02")
def test_a_sign_in_at_another_kiosk_makes_the_next_tap_a_sign_out(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    earlier = datetime.now(UTC) - timedelta(minutes=2)
    heard = SiteTrack(id=uuid4(), person=1, kiosk="back-door", made_at=earlier)
    gateway.say_tracks(heard, catch_up=True)
    eventually(lambda: gateway.heartbeats[-1].heard_upto is not None)

    assert kiosk.tap_and_see(card_of(1))["icon"] == "out"


@pytest.mark.fault
def test_bad_messages_are_dropped_with_a_line_in_the_log_and_stop_nothing(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    own, shared = topics.KioskTopics(KIOSK), topics.SiteTopics(SITE)
    noise = random.Random(20261121)
    for topic in (own.upto, own.roster, own.catch_up, shared.tracks, shared.settings):
        for payload in (b"", b"{", b"[]", b'{"v": 9}', noise.randbytes(200)):
            gateway.say_raw(topic, payload)
    gateway.say_raw(topics.KioskTopics(KIOSK).all_down.replace("#", "else"), b"{}")

    assert kiosk.tap_and_see(card_of(1))["icon"] == "in"

    eventually(lambda: queue_is_empty(gateway, 1))
    assert kiosk.log.read_text().count("message_dropped") == 26


def test_no_name_and_no_card_number_is_in_the_log(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    kiosk.tap_and_see(card_of(1))
    kiosk.tap_and_see(card_of(99))
    eventually(lambda: queue_is_empty(gateway, 2))
    kiosk.stop()

    log = kiosk.log.read_text()
    assert "broker_connected" in log
    assert "Person" not in log
    assert card_of(1) not in log
    assert card_of(99) not in log


def test_a_backlog_is_drained_in_full_messages(
    kiosk: KioskProcess, gateway: GatewayDouble, broker: Mosquitto
) -> None:
    gateway.say_state(online=False)
    eventually(lambda: kiosk.picture()["line"] == "offline")
    for number in range(100, 350):
        kiosk.tap(card_of(number))
    eventually(lambda: kiosk.picture()["line_text"].startswith("Saved here · 250"))

    gateway.say_state()

    eventually(lambda: gateway.seqs() == list(range(1, 251)))
    assert len(gateway.messages) <= 5


def test_a_second_kiosk_in_the_same_folder_does_not_start(
    kiosk: KioskProcess, gateway: GatewayDouble
) -> None:
    second = KioskProcess(kiosk.folder.parent, broker_port=1, kiosk=KIOSK)

    with pytest.raises(AssertionError, match="not within"):
        second.start_within(2)

    assert second.process is not None
    assert second.process.wait(timeout=10) == 3
    assert "another kiosk works in" in second.log.read_text()


@pytest.mark.fault
def test_kills_at_random_moments_lose_and_double_nothing(
    kiosk: KioskProcess, gateway: GatewayDouble, broker: Mosquitto
) -> None:
    seed = 20261121
    print(f"seed {seed}")
    chance = random.Random(seed)
    shown = 0
    for number in range(1, 61):
        kiosk.tap_and_see(card_of(1000 + number))
        shown += 1
        if chance.random() < 0.15:
            kiosk.tap(card_of(5000 + number))
            kiosk.kill()
            kiosk.start()
        if chance.random() < 0.05:
            broker.stop()
            broker.start()

    eventually(lambda: len(told_of(gateway)) >= shown, within=60)
    eventually(lambda: gateway.heartbeats[-1].queue == 0, within=60)
    seqs = gateway.seqs()
    assert seqs == list(range(1, len(seqs) + 1))
    cards = [track.credential for track in gateway.tracks.values()]
    assert len(cards) == len(set(cards))
    assert {card_of(1000 + number) for number in range(1, 61)} <= set(cards)


def told_of(gateway: GatewayDouble) -> set[str]:
    return {track.credential for track in list(gateway.tracks.values())}
