from datetime import timedelta
from threading import Event, Thread

import pytest

from drivers.camera.simulated import SimulatedCamera, in_colour
from drivers.clock.simulated import SimulatedClock
from drivers.errors import DeviceAway, DeviceMisread
from drivers.qr.simulated import SimulatedQrDecoder, frame_of
from kiosk.devices import Devices
from kiosk.eyes import FIRST_PAUSE, LAST_PAUSE, MOST_CHARACTERS, RESTING, Eyes, Pauses
from kiosk.protocol.messages import DeviceReport, Method
from kiosk.pulse import PATIENCE, Pulse
from kiosk.visit import Sighting
from tests.kiosk.made import clock_at
from tests.kiosk.neighbours import eventually

NOTHING = timedelta(0)
A_FRAME = timedelta(milliseconds=66)
WELL = (DeviceReport(name="camera", ok=True),)


class Looking:
    """Eyes over a simulated camera, and what they saw."""

    def __init__(self) -> None:
        self.clock: SimulatedClock = clock_at("08:00")
        self.camera, self.decoder = SimulatedCamera(), SimulatedQrDecoder()
        self.devices, self.pulse = Devices(), Pulse(self.clock)
        self.seen: list[Sighting] = []
        self.eyes = Eyes(
            self.camera,
            self.decoder,
            self.clock,
            put=self.seen.append,
            devices=self.devices,
            pulse=self.pulse,
        )

    def show(self, *codes: str, after: timedelta = NOTHING) -> list[str]:
        """What one picture with `codes` brings."""
        before = len(self.seen)
        self.clock.advance(after)
        self.camera.show(frame_of(*codes))
        self.eyes.look()
        return [sighting.value for sighting in self.seen[before:]]

    def fail(self, why: str) -> timedelta:
        """How long the camera is left alone after it failed."""
        self.camera.fail(DeviceAway(why))
        return self.eyes.look()


def test_a_code_becomes_a_sighting_of_the_pictures_moment() -> None:
    looking = Looking()

    looking.show("M-1-17")

    assert looking.seen == [Sighting(Method.QR, "M-1-17", looking.clock.read())]


def test_a_code_is_seen_once_for_as_long_as_it_is_held() -> None:
    looking = Looking()

    seen = [looking.show("M-1-17", after=A_FRAME) for _ in range(60)]

    assert seen == [["M-1-17"], *[[]] * 59]


def test_a_code_missed_in_a_few_pictures_is_still_held() -> None:
    looking = Looking()
    looking.show("M-1-17")
    looking.show(after=A_FRAME)

    assert looking.show("M-1-17", after=A_FRAME) == []


def test_a_code_that_was_away_is_seen_again() -> None:
    looking = Looking()
    looking.show("M-1-17")

    assert looking.show("M-1-17", after=RESTING) == ["M-1-17"]


def test_two_codes_in_one_picture_are_two_sightings() -> None:
    assert Looking().show("M-1-17", "M-1-18") == ["M-1-17", "M-1-18"]


def test_a_code_too_long_to_be_told_is_cut() -> None:
    assert Looking().show("x" * 3000) == ["x" * MOST_CHARACTERS]


def test_an_empty_picture_is_no_sighting() -> None:
    assert Looking().show() == []


def test_a_picture_that_cannot_be_decoded_is_passed_over() -> None:
    looking = Looking()
    looking.decoder.fail(DeviceMisread("torn"))

    assert looking.show("M-1-17") == []
    assert looking.show("M-1-17") == ["M-1-17"]
    assert looking.devices.reports() == WELL


def test_pictures_are_shared_in_colour_only_while_somebody_wants_it() -> None:
    looking, frame = Looking(), frame_of("M-1-17")
    moment = looking.clock.read().uptime

    looking.show("M-1-17")
    assert looking.eyes.album.still_at(moment, within=A_FRAME) is None

    looking.eyes.album.want_colour("photo")
    looking.show("M-1-17")
    assert looking.eyes.album.still_at(moment, within=A_FRAME) == in_colour(frame)


@pytest.mark.fault
def test_a_camera_that_stays_away_is_asked_ever_more_seldom() -> None:
    looking = Looking()

    pauses = [looking.fail("unplugged").total_seconds() for _ in range(8)]

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert looking.devices.reports() == (DeviceReport(name="camera", ok=False, why="unplugged"),)


@pytest.mark.fault
def test_only_a_picture_shows_that_a_camera_is_back() -> None:
    looking = Looking()
    looking.fail("unplugged")

    looking.eyes.look()
    assert not looking.devices.reports()[0].ok

    assert looking.show("M-1-17") == ["M-1-17"]
    assert looking.devices.reports() == WELL


def test_a_camera_that_sees_nothing_yet_is_well() -> None:
    looking = Looking()

    assert looking.eyes.look() == NOTHING
    assert looking.devices.reports() == WELL


def test_pauses_are_short_again_when_the_camera_worked_for_a_while() -> None:
    pauses = Pauses()
    pauses.after_failure()
    pauses.seen(NOTHING)
    assert pauses.after_failure() == 2 * FIRST_PAUSE

    pauses.seen(NOTHING)
    pauses.seen(LAST_PAUSE)
    assert pauses.after_failure() == FIRST_PAUSE


@pytest.mark.fault
def test_a_worker_that_waits_for_its_camera_ends_at_once_and_closes_it() -> None:
    looking, stop = Looking(), Event()
    looking.camera.fail(DeviceAway("unplugged"))
    running = Thread(target=looking.eyes.run, args=(stop,))
    running.start()
    eventually(looking.devices.reports)

    stop.set()

    running.join(timeout=20)
    assert looking.camera.is_closed
    assert looking.pulse.hanging() == ()


def test_a_worker_that_ended_in_silence_is_missed() -> None:
    looking, stop = Looking(), Event()
    running = Thread(target=looking.eyes.run, args=(stop,))
    running.start()
    eventually(looking.devices.reports)
    stop.set()
    running.join(timeout=20)

    looking.clock.advance(2 * PATIENCE)

    assert looking.pulse.hanging() == ("camera",)
