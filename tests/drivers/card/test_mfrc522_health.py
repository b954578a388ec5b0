import logging
from datetime import timedelta
from random import Random
from threading import Event

import pytest
from structlog.testing import capture_logs

from drivers.card.mfrc522 import Mfrc522Reader
from drivers.card.place import Place
from drivers.card.reader import CardUid
from drivers.emulated.mfrc522_chip import HIGH, LOW
from drivers.emulated.mfrc522_core import Register
from drivers.emulated.sockets import SOCKETS
from drivers.errors import DeviceAway
from kiosk.devices import Devices
from kiosk.pulse import Pulse
from kiosk.visit import Sighting
from kiosk.watching import CardWatch, watch
from tests.drivers.card.desk import DOUBLE, ONE_POLL, SECOND, SHORT, Desk
from tests.kiosk.made import clock_at

NOTICED_WITHIN = 6 * SECOND
WIPES = 1000
SETTINGS = (
    Register.TX_CONTROL,
    Register.TX_ASK,
    Register.MODE,
    Register.T_MODE,
    Register.T_PRESCALER,
    Register.T_RELOAD_L,
)


@pytest.mark.fault
@pytest.mark.parametrize("floating", [LOW, HIGH])
def test_an_unplugged_reader_is_noticed(desk: Desk, floating: int) -> None:
    desk.chip.unplug(floating=floating)

    told = desk.told(polls=round(NOTICED_WITHIN / SECOND * 30))

    assert "DeviceAway" in told
    assert told[-1] == "DeviceAway"


@pytest.mark.fault
def test_an_unplugged_reader_works_again_once_it_is_plugged_in(desk: Desk) -> None:
    desk.chip.unplug()
    desk.told(polls=5)
    desk.hold(DOUBLE)
    desk.chip.plug_in()

    assert desk.read() == [DOUBLE]


@pytest.mark.fault
def test_a_reader_plugged_in_late_works(desk: Desk) -> None:
    late = Mfrc522Reader(Place(bus=1), pace=desk.time)
    with pytest.raises(DeviceAway, match=r"no /dev/spidev1\.0: switch SPI on"):
        late.read(ONE_POLL)
    desk.hold(SHORT)

    SOCKETS.chips[1, 0] = desk.chip
    told = late.read(SECOND)

    del SOCKETS.chips[1, 0]
    assert told == SHORT


@pytest.mark.fault
def test_a_reader_that_hangs_is_woken_by_its_reset_pin(desk: Desk) -> None:
    desk.chip.hang()

    assert desk.notices(within=NOTICED_WITHIN)

    desk.hold(DOUBLE)
    assert desk.read() == [DOUBLE]


@pytest.mark.fault
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_each_lost_setting_is_noticed(desk: Desk, setting: Register) -> None:
    desk.chip.wipe([setting])

    assert desk.notices(within=NOTICED_WITHIN)


@pytest.mark.fault
@pytest.mark.covers("BEY-02")
def test_a_thousand_wipes_are_all_noticed_and_mended(desk: Desk) -> None:
    random = Random(7)
    for number in range(WIPES):
        card = CardUid((0x10 << 24 | number).to_bytes(4, "big"))
        desk.chip.wipe(_some_settings(random))

        assert desk.notices(within=NOTICED_WITHIN)

        desk.hold(card)
        assert desk.read(within=timedelta(milliseconds=200)) == [card]
        desk.field.take_away()


def _some_settings(random: Random) -> list[Register]:
    """Registers to wipe; none means all of them."""
    return random.sample(SETTINGS, random.randint(0, len(SETTINGS)))


@pytest.mark.fault
def test_a_resting_card_is_not_told_again_because_the_reader_was_wiped(desk: Desk) -> None:
    desk.hold(DOUBLE)
    desk.read()
    desk.chip.wipe()

    assert set(desk.told(polls=300)) == {"DeviceAway"}


@pytest.mark.fault
def test_a_bus_that_fails_is_away_and_opened_again(desk: Desk) -> None:
    def fail() -> None:
        raise OSError("remote I/O error")

    desk.chip.plan(fail, after=3)
    with pytest.raises(DeviceAway, match="stopped working: remote I/O error"):
        desk.poll()
    desk.hold(SHORT)

    assert desk.read() == [SHORT]


@pytest.mark.fault
def test_what_is_said_of_a_silent_reader_says_what_to_do(desk: Desk) -> None:
    desk.chip.unplug()

    with pytest.raises(DeviceAway, match=r"/dev/spidev0\.0 does not answer.*check its plug"):
        desk.poll()


@pytest.mark.fault
def test_going_and_coming_back_are_each_said_once(desk: Desk) -> None:
    def back() -> None:
        desk.hold(DOUBLE)
        desk.chip.plug_in()

    desk.chip.unplug()
    desk.chip.plan(back, after=100)  # more than a poll and one attempt to mend take

    assert _watched(desk) == ["device_away", "device_back", str(DOUBLE)]


def _watched(desk: Desk) -> list[str]:
    """What the kiosk's log said until a card was seen, and the card."""
    stop, seen = Event(), list[str]()

    def put(sighting: Sighting) -> None:
        seen.append(sighting.value)
        stop.set()

    clock = clock_at("08:00")
    with capture_logs() as logs:
        watch(
            "card-reader",
            CardWatch(desk.reader, clock),
            put=put,
            unread=lambda: None,
            stop=stop,
            devices=Devices(),
            pulse=Pulse(clock),
        )
    return [str(entry["event"]) for entry in logs] + seen


@pytest.mark.fault
def test_the_library_leaves_no_log_handlers_behind(desk: Desk) -> None:
    for _ in range(3):
        desk.reader.close()
        desk.poll()

    assert logging.getLogger("mfrc522Logger").handlers == []


def test_closing_leaves_other_pins_alone(desk: Desk) -> None:
    SOCKETS.outputs.add(11)

    desk.reader.close()

    assert 11 in SOCKETS.outputs
    assert 22 not in SOCKETS.outputs
    SOCKETS.outputs.discard(11)
