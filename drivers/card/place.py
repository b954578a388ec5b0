"""Where on the Pi a card reader is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Its SPI bus and device, and its reset pin as counted on the board."""

    bus: int = 0
    device: int = 0
    speed_hz: int = 1_000_000
    reset_pin: int = 22

    def __str__(self) -> str:
        return f"/dev/spidev{self.bus}.{self.device}"

    @property
    def silence(self) -> str:
        """What to say, and what to do, when no reader answers there."""
        return (
            f"the card reader at {self} does not answer, or lost its settings: if it does not"
            " come back, check its plug and its wiring (3.3 V, ground, SDA, SCK, MOSI, MISO, RST)"
        )
