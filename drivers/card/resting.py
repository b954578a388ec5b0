"""Cards that lie on the reader: each is told once, however long it lies there."""

from drivers.card.reader import CardUid

MISSES = 3
"""A card at the edge of the field is missed now and then; it is gone after so many in a row."""


class Resting:
    """The cards that were read and have not been missed often enough to be gone."""

    def __init__(self) -> None:
        self._misses: dict[CardUid, int] = {}

    def __bool__(self) -> bool:
        return bool(self._misses)

    def cards(self) -> tuple[CardUid, ...]:
        """All of them, in the order in which they came."""
        return tuple(self._misses)

    def came(self, card: CardUid) -> bool:
        """Note that a card is there; whether it was not before."""
        is_new = card not in self._misses
        self._misses[card] = 0
        return is_new

    def missed(self, card: CardUid) -> None:
        """Note that a card did not answer when it was looked for."""
        self._misses[card] += 1
        if self._misses[card] >= MISSES:
            del self._misses[card]
