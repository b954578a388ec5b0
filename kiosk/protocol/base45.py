"""Bytes in the 45 signs that QR codes hold best (RFC 9285), strictly: one text for each."""

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_WORTH = (1, 45, 45 * 45)
_VALUES = {sign: value for value, sign in enumerate(SIGNS)}


class NotBase45(ValueError):
    """The text is nothing that `encode` makes."""


def encode(data: bytes) -> str:
    """Three signs for every two bytes, two for one that is left over."""
    signs: list[str] = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        rest, first = divmod(int.from_bytes(pair, "big"), 45)
        third, second = divmod(rest, 45)
        signs += SIGNS[first], SIGNS[second]
        if len(pair) == 2:
            signs.append(SIGNS[third])
    return "".join(signs)


def decode(text: str) -> bytes:
    """The bytes. Raises NotBase45."""
    try:
        values = [_VALUES[sign] for sign in text]
    except KeyError as foreign:
        raise NotBase45("a sign is none of the 45") from foreign
    octets = bytearray()
    for start in range(0, len(values), 3):
        octets += _octets(values[start : start + 3])
    return bytes(octets)


def _octets(values: list[int]) -> bytes:
    """The bytes of one group. Raises NotBase45 for one too large, or of one sign."""
    if len(values) < 2:
        raise NotBase45("a sign is left over")
    number = sum(value * worth for value, worth in zip(values, _WORTH, strict=False))
    try:
        return number.to_bytes(len(values) - 1, "big")
    except OverflowError as large:
        raise NotBase45("a group stands for no byte") from large
