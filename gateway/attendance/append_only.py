"""The store itself refuses to change or delete what was said about marks, and the seals over it.

SQLite forgets a table's triggers when a migration remakes the table: such a migration ends
with `refuse_changes`.
"""

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("attendance_markrevision", "attendance_seal")
REFUSAL = "the audit trail is append-only: add a revision instead"
_FUNCTION = f"""CREATE OR REPLACE FUNCTION attendance_append_only() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END
    $$ LANGUAGE plpgsql"""


def refuse_changes(store: BaseDatabaseWrapper = connection) -> None:
    """From now on no row of these tables can be changed or deleted. Twice is once."""
    with transaction.atomic(using=store.alias), store.cursor() as cursor:
        for statement in (*_removing(store), *_adding(store)):
            cursor.execute(statement)


def allow_changes(store: BaseDatabaseWrapper = connection) -> None:
    """For migrations back, and for tests that empty all tables."""
    with transaction.atomic(using=store.alias), store.cursor() as cursor:
        for statement in _removing(store):
            cursor.execute(statement)


def unguarded(store: BaseDatabaseWrapper = connection) -> tuple[str, ...]:
    """The tables whose rows the store would let somebody change."""
    with store.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
            if store.vendor == "postgresql"
            else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        there = {name for (name,) in cursor.fetchall()}
    return tuple(t for t in TABLES if not set(_names(t, store)) <= there)


def _adding(store: BaseDatabaseWrapper) -> list[str]:
    if store.vendor != "postgresql":
        return [
            f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            for table in TABLES
            for deed in ("UPDATE", "DELETE")
        ]
    call = "EXECUTE FUNCTION attendance_append_only()"
    return [_FUNCTION] + [
        f"CREATE TRIGGER {table}_no_{name} BEFORE {deeds} ON {table} FOR EACH {each} {call}"
        for table in TABLES
        for name, deeds, each in (
            ("change", "UPDATE OR DELETE", "ROW"),
            ("truncate", "TRUNCATE", "STATEMENT"),
        )
    ]


def _removing(store: BaseDatabaseWrapper) -> list[str]:
    on = store.vendor == "postgresql"
    return [
        f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if on else "")
        for table in TABLES
        for name in _names(table, store)
    ]


def _names(table: str, store: BaseDatabaseWrapper) -> tuple[str, ...]:
    deeds = ("change", "truncate") if store.vendor == "postgresql" else ("update", "delete")
    return tuple(f"{table}_no_{deed}" for deed in deeds)
