from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from drivers.camera.picamera2 import Picamera2Camera
from drivers.camera.turned import TurnedCamera
from drivers.card.late import LateReader
from drivers.card.mfrc522 import Mfrc522Reader
from drivers.errors import DeviceAway
from kiosk import settings
from kiosk.hardware import fit
from kiosk.settings import (
    ButtonPart,
    BuzzerPart,
    CameraKind,
    CameraPart,
    Hardware,
    KioskSettings,
    Lamp,
    Mfrc522,
    Pcsc,
    Wedge,
)


def real(**parts: object) -> KioskSettings:
    return KioskSettings(kiosk="gate", site="main", hardware=Hardware.REAL, **parts)  # type: ignore[arg-type]  # parts of the test


@pytest.mark.covers("DES-01")
def test_each_section_of_the_settings_is_a_device() -> None:
    fitted = fit(
        real(
            mfrc522=Mfrc522(), wedge=Wedge(name="RFID"), pcsc=Pcsc(), camera=CameraPart(),
            lamp=Lamp(), buzzer=BuzzerPart(), button=ButtonPart(),
        )
    )  # fmt: skip

    assert {name: type(reader) for name, reader in fitted.readers.items()} == {
        "card-reader": Mfrc522Reader,
        "usb-reader": LateReader,
        "pcsc-reader": LateReader,
    }
    assert isinstance(fitted.camera, Picamera2Camera)
    assert [output.name for output in fitted.outputs] == ["lamp", "buzzer"]
    assert fitted.button is not None


@pytest.mark.parametrize("kind", CameraKind)
def test_a_camera_of_either_kind_may_hang_upside_down(kind: CameraKind) -> None:
    fitted = fit(real(camera=CameraPart(kind=kind, upside_down=True)))

    assert isinstance(fitted.camera, TurnedCamera)


def test_a_usb_reader_told_by_its_numbers_may_have_any_name() -> None:
    assert Wedge(vendor=0xFFFF, product=0x0035).called == ""
    assert Wedge(vendor=0xFFFF, name="Sycreader").called == "Sycreader"
    assert Wedge().called == "RFID"


def test_a_usb_reader_that_nothing_is_told_of_is_refused() -> None:
    with pytest.raises(ValidationError, match="name or its USB vendor number"):
        Wedge(name="")


@pytest.mark.parametrize("name", ["usb-reader", "pcsc-reader"])
def test_a_reader_that_is_not_there_is_away_and_stops_nothing(name: str, tmp_path: Path) -> None:
    nothing = "no such reader"
    settings = real(wedge=Wedge(name=nothing), pcsc=Pcsc(name=nothing), data=tmp_path)

    with pytest.raises(DeviceAway):
        fit(settings).readers[name].read(timedelta(milliseconds=1))


def test_what_no_section_names_is_not_there() -> None:
    fitted = fit(real(camera=CameraPart(kind=CameraKind.V4L2)))

    assert (dict(fitted.readers), fitted.outputs, fitted.button) == ({}, (), None)


def test_a_kiosk_that_could_read_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="name at least one of mfrc522"):
        real()


def test_pins_that_belong_to_the_card_reader_are_refused() -> None:
    with pytest.raises(ValueError, match="25"):
        fit(real(mfrc522=Mfrc522(), lamp=Lamp(red=25)))


def test_the_settings_of_the_manual_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(
        'kiosk = "gate"\nsite = "main"\nhardware = "real"\n'
        "[mfrc522]\nreset_pin = 22\n[camera]\n[lamp]\nred = 5\n"
    )

    found = settings.read(file)

    assert found.mfrc522 == Mfrc522()
    assert found.lamp == Lamp(red=5)


def test_one_pin_cannot_serve_two_devices() -> None:
    with pytest.raises(ValueError, match="button: pin BCM 23 already serves buzzer"):
        fit(real(camera=CameraPart(), buzzer=BuzzerPart(pin=23), button=ButtonPart(pin=23)))


@pytest.mark.parametrize(
    ("reset_pin", "why"),
    [(11, "lamp.red: pin BCM 17 already serves mfrc522.reset_pin"), (17, "no GPIO")],
)
def test_the_readers_reset_has_a_pin_of_its_own(reset_pin: int, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        fit(real(mfrc522=Mfrc522(reset_pin=reset_pin), lamp=Lamp()))


def test_the_readers_reset_may_be_elsewhere() -> None:
    assert fit(real(mfrc522=Mfrc522(reset_pin=37), lamp=Lamp())).outputs
