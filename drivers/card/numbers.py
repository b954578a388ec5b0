"""How a reader that types spells a card's number, and how its way is found out. Pure.

The same card is typed as 0379853489, 16A41AB1, B11AA416 or 164,06833: in decimal or in hex,
last byte first, or as facility and number (Wiegand's 26 bits, "3+5 digits"), and of a long
number often a part alone. A `Format` names one such way; it is learnt from one card whose
number another reader has told whole. No byte that was not typed is ever made up.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from drivers.card.reader import LENGTHS, CardUid


class Notation(StrEnum):
    """The figures a number is written in."""

    HEX = "hex"
    DECIMAL = "decimal"
    FACILITY = "facility"


class Part(StrEnum):
    """Which of a card's bytes the reader gives."""

    WHOLE = "whole"
    FIRST_4 = "first-4"
    LAST_4 = "last-4"
    FIRST_3 = "first-3"
    LAST_3 = "last-3"

    @property
    def width(self) -> int:
        """Bytes in the part; 0 for the whole, whose width is the card's."""
        return 0 if self is Part.WHOLE else int(self.value[-1])

    def of(self, octets: bytes) -> bytes:
        """The part of a whole number."""
        if self is Part.WHOLE:
            return octets
        return octets[: self.width] if self.value.startswith("first") else octets[-self.width :]


@dataclass(frozen=True, slots=True)
class Format:
    """One way of typing: `is_reversed` when the card's last byte is typed first.

    Facility and number have 24 bits between them, and so give three bytes of any card.
    """

    notation: Notation
    is_reversed: bool = False
    part: Part = Part.WHOLE

    def __post_init__(self) -> None:
        if self.notation is Notation.FACILITY and self.part.width != 3:
            raise ValueError("facility and number give three bytes: first-3 or last-3")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The format as `str` writes it, such as decimal-reversed:last-4. Raises ValueError."""
        way, _, part = text.partition(":")
        notation, _, order = way.partition("-")
        if order not in {"", "reversed"}:
            raise ValueError(f"{text!r} is no way to type a number: see the kiosk's hardware page")
        given = part or (Part.LAST_3 if notation == Notation.FACILITY else Part.WHOLE)
        return cls(Notation(notation), is_reversed=bool(order), part=Part(given))

    def __str__(self) -> str:
        order = "-reversed" if self.is_reversed else ""
        plain = Part.LAST_3 if self.notation is Notation.FACILITY else Part.WHOLE
        return f"{self.notation}{order}" + ("" if self.part is plain else f":{self.part}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A card the typed number may mean, and the format it would be typed in."""

    format: Format
    card: CardUid


FORMATS = (
    *(
        Format(notation, is_reversed, part)
        for part in Part
        for notation in (Notation.HEX, Notation.DECIMAL)
        for is_reversed in (False, True)
    ),
    *(
        Format(Notation.FACILITY, is_reversed, part)
        for part in (Part.LAST_3, Part.FIRST_3)
        for is_reversed in (False, True)
    ),
)
"""Every format there is; of two that explain a number alike, the likelier stands first."""

UNLEARNT = (
    *(each for each in FORMATS if each.part is Part.WHOLE),
    Format(Notation.FACILITY, part=Part.LAST_3),
    Format(Notation.HEX, part=Part.LAST_3),
)

_FACILITY = re.compile(r"([0-9]{1,3})[,-]([0-9]{1,5})|([0-9]{3})([0-9]{5})")
_DECIMAL = re.compile(r"[0-9]{5,25}")


def candidates(typed: str) -> tuple[Candidate, ...]:
    """The different cards a number may mean while the reader's format is not known.

    Empty when it is no card's number. The first is what an unlearnt reader is taken to mean:
    hex before decimal, decimal before facility, and never reversed, so that the same card is
    at least the same card each time.
    """
    found: dict[CardUid, Candidate] = {}
    for each in UNLEARNT:
        card = meant(typed, each)
        if card is not None and card not in found:
            found[card] = Candidate(each, card)
    return tuple(found.values())


def meant(typed: str, form: Format) -> CardUid | None:
    """The card's number, read in this format; None when it is not typed in it.

    A part of three bytes stands in a number of four, with a zero in the place of the byte
    that is not known; `completes` leaves that place out.
    """
    given = _octets(typed, form)
    if given is None or len(given) not in {3, *LENGTHS}:
        return None
    if len(given) == 3:
        given = b"\0" + given if form.part is Part.LAST_3 else given + b"\0"
    return CardUid(given)


def completes(seen: CardUid, form: Format, *, known: CardUid) -> bool:
    """Whether `known` may be the card of which a reader of this format gave `seen`."""
    if form.part.width == 3:
        return form.part.of(seen.octets) == form.part.of(known.octets)
    return form.part.of(known.octets) == seen.octets


def explanations(typed: str, known: CardUid) -> tuple[Format, ...]:
    """The formats in which a reader shown the card `known` types this.

    Parts that say no more of this card than the whole are left out.
    """
    return tuple(
        each
        for each in FORMATS
        if len(known.octets) > each.part.width
        and _octets(typed, each) == each.part.of(known.octets)
    )


def learn(typed: str, known: CardUid, *, so_far: Format | None = None) -> Format | None:
    """The reader's format, shown by one card whose number is known.

    What was learnt before stays while it explains this card too. None when no format does,
    or when several do (a number that reads the same from both ends): learn from another card.
    """
    if so_far is not None and _octets(typed, so_far) == so_far.part.of(known.octets):
        return so_far
    found = explanations(typed, known)
    return found[0] if len(found) == 1 else None


def _octets(typed: str, form: Format) -> bytes | None:
    """The bytes a number in this format gives, in the card's order."""
    given = _READERS[form.notation](typed.strip(), form.part.width)
    return given[::-1] if given and form.is_reversed else given


def _from_hex(typed: str, width: int) -> bytes | None:
    figures = re.sub(r"[\s:-]", "", typed)
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", figures):
        return None
    octets = bytes.fromhex(figures)
    return octets if len(octets) == width or (not width and len(octets) in LENGTHS) else None


def _from_decimal(typed: str, width: int) -> bytes | None:
    """A long number has at most one byte of zeros in front: what is shorter is none."""
    if not re.fullmatch(_DECIMAL, typed):
        return None
    number = int(typed)
    fitting = (width,) if width else LENGTHS
    enough = next((each for each in fitting if number < 256**each), None)
    if enough is None or (enough > min(LENGTHS) and number < 256 ** (enough - 2)):
        return None
    return number.to_bytes(enough, "big")


def _from_facility(typed: str, _: int) -> bytes | None:
    found = _FACILITY.fullmatch(typed)
    if found is None:
        return None
    facility, number = (int(each) for each in found.groups() if each is not None)
    if facility > 255 or number > 65_535:
        return None
    return facility.to_bytes(1, "big") + number.to_bytes(2, "big")


_READERS = {
    Notation.HEX: _from_hex,
    Notation.DECIMAL: _from_decimal,
    Notation.FACILITY: _from_facility,
}
