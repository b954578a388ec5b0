"""Contactless cards as ISO/IEC 14443-3 type A describes them, and the field they lie in."""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from functools import reduce
from itertools import zip_longest
from operator import or_, xor

from drivers.card.reader import CardUid

REQA, WUPA = 0x26, 0x52
SELECT_CODES = (0x93, 0x95, 0x97)
ANTICOLLISION, SELECT = 0x20, 0x70
CASCADE_TAG, CASCADE_BIT = 0x88, 0x04
_SHORT_FRAME_BITS = 7


def crc_a(octets: bytes) -> bytes:
    """The two bytes that follow a frame (ISO/IEC 14443-3, annex B)."""
    crc = 0x6363
    for octet in octets:
        mixed = octet ^ (crc & 0xFF)
        mixed = (mixed ^ (mixed << 4)) & 0xFF
        crc = (crc >> 8) ^ (mixed << 8) ^ (mixed << 3) ^ (mixed >> 4)
    return crc.to_bytes(2, "little")


HLTA = b"\x50\x00" + crc_a(b"\x50\x00")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reader's antenna picks up; `collision` is the first bit cards disagreed on."""

    octets: bytes
    collision: int | None = None


class State(Enum):
    """What a card that has power does next (ISO/IEC 14443-3, 6.3)."""

    IDLE = auto()
    READY = auto()
    ACTIVE = auto()
    HALT = auto()


class EmulatedCard:
    """One card. It keeps its state for as long as the field gives it power."""

    def __init__(self, uid: CardUid, *, atqa: bytes = b"", sak: int = 0x08) -> None:
        self.uid = uid
        self.state = State.IDLE
        self._parts = _cascade(uid.octets)
        self._atqa = atqa or bytes((0x04 | (len(self._parts) - 1) << 6, 0x00))
        self._sak = sak
        self._level = 0
        self._falls_back_to = State.IDLE

    def lose_power(self) -> None:
        """Forget everything: the card left the field, or the field went off."""
        self.state = self._falls_back_to = State.IDLE

    def hear(self, frame: bytes, *, bits: int) -> bytes | None:
        """Its answer to a frame of so many bits; None when it stays silent."""
        if bits == _SHORT_FRAME_BITS:
            return self._wake(frame[0])
        if self.state is State.READY:
            return self._be_chosen(frame)
        if self.state is State.ACTIVE and frame == HLTA:
            self.state = State.HALT
        elif self.state is State.ACTIVE:
            self._fall_back()
        return None

    def _wake(self, request: int) -> bytes | None:
        is_woken = self.state is State.HALT and request == WUPA
        if is_woken or (self.state is State.IDLE and request in (REQA, WUPA)):
            self._falls_back_to = self.state
            self.state, self._level = State.READY, 0
            return self._atqa
        self._fall_back()
        return None

    def _be_chosen(self, frame: bytes) -> bytes | None:
        code, part = SELECT_CODES[self._level], self._parts[self._level]
        if frame == bytes((code, ANTICOLLISION)):
            return part
        chosen = bytes((code, SELECT)) + part
        if frame != chosen + crc_a(chosen):
            self._fall_back()
            return None
        self._level += 1
        if self._level < len(self._parts):
            return _checked(CASCADE_BIT)
        self.state = State.ACTIVE
        return _checked(self._sak)

    def _fall_back(self) -> None:
        if self.state is not State.HALT:
            self.state = self._falls_back_to


def _checked(sak: int) -> bytes:
    return bytes((sak,)) + crc_a(bytes((sak,)))


def _cascade(uid: bytes) -> tuple[bytes, ...]:
    """The parts in which a number is told: four bytes each, and their check byte."""
    parts = []
    while len(uid) > 4:
        parts.append(bytes((CASCADE_TAG,)) + uid[:3])
        uid = uid[3:]
    return tuple(part + bytes((reduce(xor, part),)) for part in (*parts, uid))


class Field:
    """The space before the antenna, and the cards in it."""

    def __init__(self) -> None:
        self.cards: list[EmulatedCard] = []
        self.is_on = False
        self._spoils: deque[int | None] = deque()

    def put(self, *cards: EmulatedCard) -> None:
        """Hold cards before the antenna."""
        self.cards.extend(cards)

    def take_away(self) -> None:
        """Take all cards away."""
        for card in self.cards:
            card.lose_power()
        self.cards.clear()

    def switch(self, *, on: bool) -> None:
        """Give the cards power, or take it from them."""
        if not on and self.is_on:
            for card in self.cards:
                card.lose_power()
        self.is_on = on

    def spoil(self, *bits: int | None) -> None:
        """Turn over one bit in each of the next answers; None leaves one as it is."""
        self._spoils.extend(bits)

    def ask(self, frame: bytes, *, bits: int) -> Answer | None:
        """What all cards together answer to a frame; None for silence."""
        if not self.is_on:
            return None
        heard = [card.hear(frame, bits=bits) for card in self.cards]
        answers = [each for each in heard if each is not None]
        if not answers:
            return None
        return self._spoilt(_together(answers))

    def _spoilt(self, answer: Answer) -> Answer:
        bit = self._spoils.popleft() if self._spoils else None
        if bit is None:
            return answer
        octets = bytearray(answer.octets)
        octets[bit // 8 % len(octets)] ^= 1 << bit % 8
        return Answer(bytes(octets), answer.collision)


def _together(answers: list[bytes]) -> Answer:
    """Answers sent at the same time: where one card modulates, a one is heard."""
    heard = bytes(reduce(or_, octets) for octets in zip_longest(*answers, fillvalue=0))
    unlike = [each for each in answers if each != answers[0]]
    first = min((_first_difference(answers[0], each) for each in unlike), default=None)
    return Answer(heard, first)


def _first_difference(one: bytes, other: bytes) -> int:
    """The first bit, counted from the lowest of the first byte, in which two answers differ."""
    differing = int.from_bytes(one, "little") ^ int.from_bytes(other, "little")
    return (differing & -differing).bit_length() - 1
