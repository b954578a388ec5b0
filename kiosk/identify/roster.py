"""Who holds which credential: the gateway's roster, as far as this kiosk has heard it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from kiosk.database import transaction
from kiosk.protocol.messages import Credential, Method, PersonKind, RosterPart, RosterPerson
from kiosk.visit import Holder, Presented

_HELD = """
    SELECT p.id, p.kind, p.name, p.language, p.year_group, EXISTS (
        SELECT 1 FROM {schema}.blocked b WHERE b.method = ?1 AND b.value = ?2)
    FROM {schema}.credentials c JOIN {schema}.people p ON p.id = c.person
    WHERE c.method = ?1 AND c.value = ?2"""
_PERSON = "SELECT id, kind, name, language, year_group FROM {schema}.people WHERE id = ?"
_BLOCKED = "SELECT EXISTS (SELECT 1 FROM {schema}.blocked WHERE method = ? AND value = ?)"
_CARDS_OF = "SELECT value FROM {schema}.credentials WHERE person = ? AND method = 'card'"
_CARDS = """
    SELECT c.value, p.name FROM credentials c JOIN people p ON p.id = c.person
    WHERE c.method = 'card' AND p.name LIKE ? ESCAPE '\\' ORDER BY p.name, c.value LIMIT ?"""
_ADD_PERSON = "INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?, ?)"
_ADD_CREDENTIAL = "INSERT OR REPLACE INTO credentials VALUES (?, ?, ?)"
_BLOCK = "INSERT OR IGNORE INTO blocked VALUES (?, ?)"
_UNBLOCK = "DELETE FROM blocked WHERE method = ? AND value = ?"


@dataclass(frozen=True, slots=True)
class CardHeld:
    """A card of the roster and its holder's name, for the tray of the simulated reader."""

    card: str
    name: str


def create(database: Database) -> None:
    """Make the roster's tables where they are missing."""
    database.conn.executescript("""
        CREATE TABLE IF NOT EXISTS people (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL,
            language TEXT NOT NULL, year_group INTEGER);
        CREATE TABLE IF NOT EXISTS credentials (
            method TEXT NOT NULL, value TEXT NOT NULL, person INTEGER NOT NULL,
            PRIMARY KEY (method, value)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS credentials_of_person ON credentials (person);
        CREATE TABLE IF NOT EXISTS blocked (
            method TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (method, value)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS roster_version (version INTEGER NOT NULL);
        INSERT INTO roster_version SELECT 0 WHERE NOT EXISTS (SELECT * FROM roster_version);
    """)


class Finder:
    """Looks credentials up in a database to which the roster's is attached as `schema`."""

    def __init__(self, database: Database, *, schema: str) -> None:
        self._database = database
        self._held = _HELD.format(schema=schema)
        self._person = _PERSON.format(schema=schema)
        self._blocked = _BLOCKED.format(schema=schema)
        self._cards_of = _CARDS_OF.format(schema=schema)

    def find(self, method: Method, value: str) -> Presented:
        """Who holds the credential, and whether it is blocked; a name's is the person's number."""
        if method is Method.NAME:
            holder = self.person(int(value)) if value.isdecimal() else None
            return Presented(holder, is_blocked=False)
        key = (method.value, value)
        held = self._database.execute(self._held, key).fetchone()
        if held is None:
            (blocked,) = self._database.execute(self._blocked, key).fetchone()
            return Presented(None, is_blocked=bool(blocked))
        person, kind, name, language, year_group, blocked = held
        held_by = Holder(person, PersonKind(kind), name, language, year_group)
        return Presented(held_by, is_blocked=bool(blocked))

    def person(self, person: int) -> Holder | None:
        """The person of this number; None when the roster has not told of them."""
        row = self._database.execute(self._person, (person,)).fetchone()
        if row is None:
            return None
        number, kind, name, language, year_group = row
        return Holder(number, PersonKind(kind), name, language, year_group)

    def cards_of(self, person: int) -> tuple[str, ...]:
        """The numbers of the person's cards."""
        return tuple(value for (value,) in self._database.execute(self._cards_of, (person,)))


def version(database: Database) -> int:
    """The roster version this kiosk holds; 0 when it holds none."""
    return int(database.execute("SELECT version FROM roster_version").fetchone()[0])


def cards(database: Database, *, search: str, most: int) -> tuple[CardHeld, ...]:
    """Cards whose holder's name contains `search`, by name."""
    plain = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = database.execute(_CARDS, (f"%{plain}%", most))
    return tuple(CardHeld(*row) for row in rows)


def apply(database: Database, part: RosterPart) -> bool:
    """Take over what changed, all or nothing; False, and nothing, when it does not follow on.

    A person in `people` replaces what was held of that person, credentials and all.
    """
    with transaction(database):
        if part.base == 0:
            _forget_everybody(database)
        elif part.base != version(database):
            return False
        _remove(database, part.removed)
        _put(database, part.people)
        database.conn.executemany(_UNBLOCK, _keys(part.unblocked))
        database.conn.executemany(_BLOCK, _keys(part.blocked))
        database.execute("UPDATE roster_version SET version = ?", (part.version,))
    return True


def _forget_everybody(database: Database) -> None:
    for table in ("people", "credentials", "blocked"):
        database.execute(f"DELETE FROM {table}")  # noqa: S608 - names are ours


def _remove(database: Database, people: Iterable[int]) -> None:
    ids = [(person,) for person in people]
    database.conn.executemany("DELETE FROM credentials WHERE person = ?", ids)
    database.conn.executemany("DELETE FROM people WHERE id = ?", ids)


def _put(database: Database, people: tuple[RosterPerson, ...]) -> None:
    _remove(database, (each.id for each in people))
    persons = ((p.id, p.kind.value, p.name, p.language, p.year_group) for p in people)
    database.conn.executemany(_ADD_PERSON, persons)
    held = (
        (shown.method.value, shown.value, each.id) for each in people for shown in each.credentials
    )
    database.conn.executemany(_ADD_CREDENTIAL, held)


def _keys(credentials: Iterable[Credential]) -> list[tuple[str, str]]:
    return [(each.method.value, each.value) for each in credentials]
