"""What is wired to the kiosk, as its settings say. A device that is not there says so itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from drivers.button.button import Button
from drivers.camera.camera import Camera
from drivers.camera.turned import TurnedCamera
from drivers.card.late import LateReader
from drivers.card.numbers import Format
from drivers.card.reader import CardReader
from drivers.face.engine import FaceEngine
from drivers.feedback.feedback import Feedback
from drivers.pins import ON_BOARD, RESET, check_pins
from drivers.qr.decoder import QrDecoder
from kiosk.settings import CameraKind, CameraPart, Hardware as Wiring, KioskSettings, Pcsc, Wedge
from kiosk.simulated import SimulatedHardware
from kiosk.spelling import spelling_of


class Hardware(Protocol):
    """Everything a kiosk has; a camera, and the code reader with it, only where there is one."""

    @property
    def readers(self) -> Mapping[str, CardReader]:
        """The card readers by the names they are reported under."""
        ...

    @property
    def camera(self) -> Camera | None:
        """What looks at who stands there."""
        ...

    @property
    def decoder(self) -> QrDecoder:
        """What finds codes in its pictures."""
        ...

    @property
    def faces(self) -> FaceEngine:
        """What finds and measures faces in them; opened where a site wants faces."""
        ...

    @property
    def outputs(self) -> tuple[Feedback, ...]:
        """Lamp and buzzer."""
        ...

    @property
    def button(self) -> Button | None:
        """The staff's button."""
        ...


@dataclass(frozen=True, slots=True)
class Fitted:
    """Real devices. None is opened yet: each is when it is first used, and again after a fault."""

    readers: Mapping[str, CardReader]
    camera: Camera | None
    decoder: QrDecoder
    faces: FaceEngine
    outputs: tuple[Feedback, ...] = ()
    button: Button | None = None


def hardware_of(settings: KioskSettings) -> Hardware:
    """What the settings name: real devices, or none at all, played."""
    if settings.hardware is Wiring.SIMULATED:
        return SimulatedHardware()
    return fit(settings)


def fit(settings: KioskSettings) -> Fitted:
    """The devices of the settings' sections. Raises ValueError for pins that cannot be."""
    check_pins(_pins(settings))
    from drivers.face.apart import FaceEngineApart  # noqa: PLC0415 - real kiosks alone need it
    from drivers.qr.second_opinion import best_decoder  # noqa: PLC0415 - real kiosks alone need it

    return Fitted(
        readers=_readers(settings),
        camera=_camera(settings),
        decoder=best_decoder(),
        faces=FaceEngineApart(),
        outputs=_outputs(settings),
        button=_button(settings),
    )


def _pins(settings: KioskSettings) -> dict[str, int]:
    """Every pin of the header that the settings name, by its use."""
    found = _reset_pin(settings)
    if lamp := settings.lamp:
        found |= {"lamp.red": lamp.red, "lamp.green": lamp.green, "lamp.blue": lamp.blue}
    if settings.buzzer:
        found["buzzer"] = settings.buzzer.pin
    if settings.button:
        found["button"] = settings.button.pin
    return found


def _reset_pin(settings: KioskSettings) -> dict[str, int]:
    """The card reader's reset where it is not in its usual place, which nobody else may have."""
    at = settings.mfrc522.reset_pin if settings.mfrc522 else RESET
    if at not in ON_BOARD:
        raise ValueError(f"mfrc522.reset_pin: pin {at} of the board is power or ground, no GPIO")
    return {} if at == RESET else {"mfrc522.reset_pin": ON_BOARD[at]}


def _readers(settings: KioskSettings) -> Mapping[str, CardReader]:
    """By the names they are reported under."""
    readers: dict[str, CardReader] = {}
    if spi := settings.mfrc522:
        from drivers.card.mfrc522 import Mfrc522Reader  # noqa: PLC0415 - only where it is wired
        from drivers.card.place import Place  # noqa: PLC0415 - the same

        place = Place(spi.bus, spi.device, spi.speed_hz, spi.reset_pin)
        readers["card-reader"] = Mfrc522Reader(place)
    if usb := settings.wedge:
        form = spelling_of(settings).read
        readers["usb-reader"] = LateReader(lambda: _wedge(usb, form))
    if pcsc := settings.pcsc:
        readers["pcsc-reader"] = LateReader(lambda: _pcsc(pcsc))
    return readers


def _wedge(part: Wedge, form: Callable[[], Format | None]) -> CardReader:
    from drivers.card.wedge import Wanted, WedgeReader  # noqa: PLC0415 - needs its library

    return WedgeReader(Wanted(part.called, part.vendor, part.product), form=form)


def _pcsc(part: Pcsc) -> CardReader:
    from drivers.card.pcsc import PcscReader  # noqa: PLC0415 - the same

    return PcscReader(part.name)


def _camera(settings: KioskSettings) -> Camera | None:
    part = settings.camera
    if part is None:
        return None
    return TurnedCamera(_lens(part)) if part.upside_down else _lens(part)


def _lens(part: CameraPart) -> Camera:
    if part.kind is CameraKind.V4L2:
        from drivers.camera.v4l2 import Picture, V4l2Camera  # noqa: PLC0415 - only where wired

        picture = Picture(frames_per_second=part.frames_per_second)
        return V4l2Camera(str(part.device), picture=picture)
    from drivers.camera.picamera2 import Picamera2Camera, Streams  # noqa: PLC0415 - the same

    streams = Streams(frames_per_second=part.frames_per_second)
    return Picamera2Camera(part.number, streams=streams)


def _outputs(settings: KioskSettings) -> tuple[Feedback, ...]:
    from drivers.feedback.gpio import gpio_buzzer, gpio_lamp  # noqa: PLC0415 - only where wired

    outputs: list[Feedback] = []
    if lamp := settings.lamp:
        anode = lamp.common_anode
        outputs.append(
            gpio_lamp(red=lamp.red, green=lamp.green, blue=lamp.blue, common_anode=anode)
        )
    if buzzer := settings.buzzer:
        outputs.append(gpio_buzzer(pin=buzzer.pin, tonal=buzzer.tonal))
    return tuple(outputs)


def _button(settings: KioskSettings) -> Button | None:
    if settings.button is None:
        return None
    from drivers.button.gpio import GpioButton  # noqa: PLC0415 - only where it is wired

    return GpioButton(pin=settings.button.pin, hold=settings.button.hold)
