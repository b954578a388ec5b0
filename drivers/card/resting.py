"""Cards that lie on the reader: each is told once, however long it lies there."""

from drivers.card.reader import CardUid

MISSES = 3
"""A card at the edge of the field is missed now and then; it is gone after so many in a row."""


class Resting:
    """The cards that were read and have not been missed often enough to be gone."""

    def __init__(self) -> None:
        self._misses: dict[CardUid, int] = {}

    def cards(self) -> tuple[CardUid, ...]:
        """All of them; first the one that was heard of the longest time ago."""
        return tuple(self._misses)

    def came(self, card: CardUid) -> bool:
        """Note that a card is there; whether it was not before."""
        is_new = self._misses.pop(card, None) is None
        self._misses[card] = 0
        return is_new

    def missed(self, *cards: CardUid) -> None:
        """Note that cards did not answer when they were looked for."""
        for card in cards:
            misses = self._misses.pop(card) + 1
            if misses < MISSES:
                self._misses[card] = misses
