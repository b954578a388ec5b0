"""How the link to the gateway is, as the rest of the kiosk hears of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkState:
    """What the screen says of the link."""

    online: bool
    confirmed: int
    last: int
    salvaged: int = 0

    @property
    def queue(self) -> int:
        """Tracks saved here and not yet confirmed."""
        return max(0, self.last - self.confirmed) + self.salvaged
