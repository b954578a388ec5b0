"""Moves the roster's version on, so that kiosks hear of what changed."""

from collections.abc import Collection

from django.db import connection

from gateway.bulk import MOST_PARAMETERS
from gateway.errors import GatewayError
from gateway.people.models import Person

_ADVANCE = """INSERT INTO people_rosterclock (id, version) VALUES (1, %s)
    ON CONFLICT (id) DO UPDATE SET version = people_rosterclock.version + excluded.version
    RETURNING version"""


class OutsideTransaction(GatewayError):
    """A roster version must be taken in the transaction that makes its change true."""


def advance(by: int = 1) -> int:
    """Take `by` new versions and answer the first of them.

    Holds every other change of the roster back until the transaction ends, so that whoever
    reads a version has all changes up to it. Raises OutsideTransaction.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction("move the roster on inside the transaction that changes it")
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [by])
        (version,) = cursor.fetchone()
    return int(version) - by + 1


def lock() -> None:
    """Hold every other change of the roster back until the transaction ends."""
    advance(0)


def hold(person_ids: Collection[int]) -> None:
    """Let nobody else change, fold or mark these persons until the transaction ends.

    Whoever holds several takes them in this one order, so that nobody waits in a ring.
    SQLite has one writer at a time and needs no lock.
    """
    if connection.features.has_select_for_update:
        rows = Person.objects.filter(pk__in=person_ids).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))


def stamp(person_ids: Collection[int]) -> None:
    """Tell kiosks of these persons anew, each under a version of its own."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return
    first = advance(len(wanted))
    hold(wanted)
    stamped = list(zip(wanted, range(first, first + len(wanted)), strict=True))
    size = MOST_PARAMETERS // 2
    for start in range(0, len(stamped), size):
        _write(stamped[start : start + size])


def _write(stamped: list[tuple[int, int]]) -> None:
    values = ", ".join(["(%s, %s)"] * len(stamped))
    table = Person._meta.db_table  # noqa: SLF001 - Django's documented API
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET roster_version = told.column2 "  # noqa: S608 - names are ours
            f"FROM (VALUES {values}) AS told WHERE {table}.id = told.column1",
            [number for pair in stamped for number in pair],
        )
