"""Whole card numbers of which a reader gives a part alone."""

from sqlite_utils import Database

from drivers.card.numbers import Format, Part, completes
from drivers.card.reader import LENGTHS, CardUid

_KNOWN = """
    SELECT value FROM {schema}.credentials WHERE method = 'card' AND value LIKE ?1
    UNION SELECT value FROM {schema}.blocked WHERE method = 'card' AND value LIKE ?1
    LIMIT 20"""
"""All cards are looked through: 20,000 take a few milliseconds, and only where parts are read."""


class PartFinder:
    """Looks numbers up in a database to which the roster's is attached as `schema`."""

    def __init__(self, database: Database, *, schema: str) -> None:
        self._database = database
        self._known = _KNOWN.format(schema=schema)

    def whole(self, seen: CardUid, form: Format) -> CardUid | None:
        """The one card that may have been seen; None when none, or more than one, may."""
        if form.part is Part.WHOLE:
            return None
        rows = self._database.execute(self._known, (_like(seen, form.part),))
        found = [_card(value) for (value,) in rows]
        fitting = [each for each in found if each and completes(seen, form, known=each)]
        return fitting[0] if len(fitting) == 1 else None


def _like(seen: CardUid, part: Part) -> str:
    """What whole numbers look like; a part of three bytes has a zero in place of a fourth."""
    is_first = part in {Part.FIRST_3, Part.FIRST_4}
    given = str(seen)[: 2 * part.width] if is_first else str(seen)[-2 * part.width :]
    return f"{given}%" if is_first else f"%{given}"


def _card(value: str) -> CardUid | None:
    octets = bytes.fromhex(value)
    return CardUid(octets) if len(octets) in LENGTHS else None
