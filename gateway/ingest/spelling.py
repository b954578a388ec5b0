"""What somebody may mean who types a number, or whose reader does. Pure."""

from kiosk.protocol.messages import Method

HEX = frozenset("0123456789ABCDEF")
USUAL, POSSIBLE = (4, 7, 10), (5, 6, 8, 9)
"""Bytes of a card's number: as cards send them, and as some systems write them down."""
BETWEEN = str.maketrans("", "", " :-")


def spellings(typed: str) -> tuple[tuple[Method, str], ...]:
    """The credentials that `typed` can stand for, the likeliest first.

    A reader that types gives a card's number in hex or in decimal, its first or its last byte
    first; whatever else was typed is what a QR code or a badge says.
    """
    text = typed.strip()
    number = text.translate(BETWEEN).upper()
    octets = [*_from_hex(number, USUAL), *_from_decimal(number), *_from_hex(number, POSSIBLE)]
    both_ways = [way.hex().upper() for each in octets for way in (each, each[::-1])]
    cards = [(Method.CARD, card) for card in dict.fromkeys(both_ways)]
    return (*cards, (Method.QR, text))


def _from_hex(number: str, sizes: tuple[int, ...]) -> list[bytes]:
    is_card = HEX.issuperset(number) and len(number) in {2 * size for size in sizes}
    return [bytes.fromhex(number)] if is_card else []


def _from_decimal(number: str) -> list[bytes]:
    """The number in the fewest bytes a card usually has."""
    if not (number.isascii() and number.isdecimal()) or len(number) > len(str(2**80)):
        return []
    value = int(number)
    fitting = (size for size in USUAL if value < 1 << 8 * size)
    return [value.to_bytes(size, "big") for size in list(fitting)[:1]]
