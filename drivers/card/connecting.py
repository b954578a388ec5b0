"""Opens the card reader's antenna, or says in plain words why that cannot be."""

from typing import TYPE_CHECKING

from drivers.card.pace import Pace
from drivers.card.place import Place
from drivers.errors import DeviceAway

if TYPE_CHECKING:
    from drivers.card.antenna import Antenna


def connected(place: Place, pace: Pace) -> "Antenna":
    """The antenna at `place`. Raises DeviceAway with what to do about it."""
    try:
        from drivers.card.antenna import Antenna  # noqa: PLC0415 - needs a Pi's pins
    except (ImportError, RuntimeError) as missing:
        raise DeviceAway(
            f"the card reader's libraries cannot be used here ({missing}):"
            " on a Raspberry Pi, install Muster with the extra `hardware`"
        ) from missing
    try:
        return Antenna(place, pace)
    except FileNotFoundError as missing:
        raise DeviceAway(
            f"there is no {place}: switch SPI on with `sudo raspi-config nonint do_spi 0`,"
            " and start the Pi anew"
        ) from missing
    except PermissionError as refused:
        raise DeviceAway(
            f"{place} may not be opened: add the kiosk's user to the groups spi and gpio"
        ) from refused
    except _refusals() as failed:
        raise DeviceAway(f"{place} or its reset pin cannot be used: {failed}") from failed


def _refusals() -> tuple[type[Exception], ...]:
    """What bus and pins raise; rpi-lgpio, in RPi.GPIO's place, lets lgpio's own through."""
    known = (OSError, ValueError, RuntimeError)
    try:
        from lgpio import error  # noqa: PLC0415 - only where it is installed
    except ImportError:
        return known
    return (*known, error)
