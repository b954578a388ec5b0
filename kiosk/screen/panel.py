"""What may take the whole screen beside the clock and the answers: a panel of its own."""

from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from drivers.clock.clock import Reading


@dataclass(frozen=True, slots=True)
class Moment:
    """When, where and in which language the screen is drawn."""

    reading: Reading
    zone: ZoneInfo
    language: str


class Panel(Protocol):
    """One of the screen's modes. `mode` names it, and the page's script that shows it.

    An urgent panel stands above answers; any other gives way to them while they are shown.
    """

    @property
    def mode(self) -> str:
        """The mode's name, such as `enrolment`."""
        ...

    @property
    def urgent(self) -> bool:
        """Whether not even an answer may cover it."""
        ...

    def draw(self, moment: Moment) -> object:
        """What the page is told: a dataclass of texts, ready to be shown."""
        ...
