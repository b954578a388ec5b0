"""Many rows in few statements, loud on everything but a true repeat, the same on both stores.

Django's `bulk_create(ignore_conflicts=True)` swallows NOT NULL violations on SQLite and
costs five times the time of the statement itself, so the rooms that write thousands of rows
a second say it in SQL.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models

T = TypeVar("T")

MOST_PARAMETERS = 30_000
"""SQLite 3.32 takes 32,766 parameters a statement, PostgreSQL 65,535."""
MOST_ROWS = 100
"""A statement of a round size is the same text again and again, which SQLite keeps prepared."""


def insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    on_conflict: str = "",
    returning: str = "",
) -> list[tuple[Any, ...]]:
    """Insert `rows` of the named fields; answers what `returning` names of the rows written.

    `on_conflict` is SQL that follows ON CONFLICT, such as `(id) DO NOTHING`. Aware
    datetimes, UUIDs and dates are stored as Django stores them; enums as their value.
    """
    if not rows:
        return []
    fields = [model._meta.get_field(name) for name in columns]  # noqa: SLF001 - Django's documented API
    names = ", ".join(f'"{field.column}"' for field in fields)  # type: ignore[union-attr]  # concrete fields
    head = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES '  # noqa: SLF001, S608 - names are ours
    tail = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    tail += f" RETURNING {returning}" if returning else ""
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for chunk in portions(rows, MOST_ROWS):
            one = "(" + ", ".join(["%s"] * len(columns)) + ")"
            cursor.execute(head + ", ".join([one] * len(chunk)) + tail, _prepared(fields, chunk))
            if returning:
                found.extend(cursor.fetchall())
    return found


def _prepared(fields: Sequence[Any], rows: Sequence[Sequence[Any]]) -> list[Any]:
    """All values in one list, each column converted in one go."""
    values = list(chain.from_iterable(rows))
    for place, field in enumerate(fields):
        if convert := _converter(field):
            column = slice(place, None, len(fields))
            values[column] = _converted(convert, values[column])
    return values


def _converted(convert: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """Each value converted; a run of one and the same value, such as `now`, only once."""
    stored: list[Any] = []
    last, last_stored = None, None
    for value in values:
        if value is not last:
            last, last_stored = value, None if value is None else convert(value)
        stored.append(last_stored)
    return stored


def _converter(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    """How the store wants this field's values; None where it takes them as they are.

    Foreign keys are converted as the key they point to.
    """
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.DateTimeField) and not connection.features.supports_timezones:
        return _naive_utc
    if isinstance(target, models.UUIDField) and not connection.features.has_native_uuid_field:
        return attrgetter("hex")
    return None


def _naive_utc(instant: datetime) -> str:
    """As Django writes instants into a store that knows no zones."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def portions(everything: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The sequence in parts of at most `size`, in order."""
    for start in range(0, len(everything), size):
        yield everything[start : start + size]
