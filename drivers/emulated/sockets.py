"""Where emulated chips are plugged in: one computer has one set of sockets, as in life."""

from dataclasses import dataclass, field
from typing import Protocol


class Chip(Protocol):
    """What can be plugged into an SPI bus."""

    def transfer(self, octets: list[int]) -> list[int]:
        """Exchange as many bytes as are sent."""
        ...


class Wire(Protocol):
    """What an output pin is wired to."""

    def __call__(self, *, high: bool) -> None:
        """Feel the pin's new level."""
        ...


@dataclass(slots=True)
class Sockets:
    """What is plugged in: chips by bus and device, wires by the pin's place on the board.

    A bus that is `locked` belongs to a group that this process is not in.
    """

    chips: dict[tuple[int, int], Chip] = field(default_factory=dict)
    pins: dict[int, Wire] = field(default_factory=dict)
    locked: set[tuple[int, int]] = field(default_factory=set)
    outputs: set[int] = field(default_factory=set)
    numbering: int | None = None


SOCKETS = Sockets()
