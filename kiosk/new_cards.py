"""What becomes of a card that is held up to be enrolled. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.card.numbers import Format, explanations, learn
from drivers.card.reader import CardUid, is_random
from kiosk.protocol.remarks import NotEnrolled
from kiosk.visit import Presented


@dataclass(frozen=True, slots=True)
class Read:
    """A card as the reader read it. `typed` is empty where the reader does not type.

    `form` is how it was read, None where it is not known how this reader types.
    """

    card: CardUid
    typed: str = ""
    form: Format | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The number the card is enrolled with, and what its reader's typing turned out to be."""

    card: CardUid
    form: Format | None


def judge(
    read: Read, found: Presented, *, number: CardUid | None, cards: Iterable[CardUid]
) -> Taken | NotEnrolled:
    """Take the card, or say why not.

    `found` is what the roster knows of it, `number` its number where staff told it, `cards` what
    the person has already. A card that a typing reader shows in other words is recognised by
    these, and is enrolled with its whole number: nothing that was not read is made up.
    """
    if found.is_blocked:
        return NotEnrolled.BLOCKED
    if number is not None:
        return _named(read, number)
    own = next((each for each in cards if _is_in_other_words(read, each)), None)
    if own is not None:
        return _taught(read, own)
    if found.holder is not None:
        return NotEnrolled.HELD
    return NotEnrolled.RANDOM if is_random(read.card) else Taken(read.card, read.form)


def _named(read: Read, number: CardUid) -> Taken | NotEnrolled:
    """What becomes of the card where its number was told."""
    if not _may_be(read, number):
        return NotEnrolled.ANOTHER
    return NotEnrolled.RANDOM if is_random(number) else _taught(read, number)


def _taught(read: Read, known: CardUid) -> Taken:
    """The known card, and what it teaches of the reader that typed it."""
    return Taken(known, learn(read.typed, known, so_far=read.form) or read.form)


def _may_be(read: Read, known: CardUid) -> bool:
    """Whether the card that was read is the one with this number."""
    return read.card == known or bool(read.typed and explanations(read.typed, known))


def _is_in_other_words(read: Read, known: CardUid) -> bool:
    """Whether it is this card, but nobody would have known it by how it was read."""
    is_read_right = read.form is not None and read.card == known
    return not is_read_right and bool(read.typed and explanations(read.typed, known))
