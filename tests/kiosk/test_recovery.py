"""The SD card breaks a file: the kiosk goes on, and what can be read of it is not lost."""

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest

from kiosk import site
from kiosk.backlog import Backlog
from kiosk.journal import FILE, Journal, open_journal
from kiosk.protocol.messages import TrackMade
from kiosk.protocol.remarks import JournalLost
from kiosk.recovery import Life
from kiosk.remarks import RemarkBook
from kiosk.visit import Outcome
from tests.kiosk.broken import BREAKS, Break, break_wal, damage, delete, overwrite
from tests.kiosk.conftest import OpenDoor
from tests.kiosk.made import Door, entry

pytestmark = pytest.mark.fault
TRACKS = 120


@dataclass(frozen=True, slots=True)
class Card:
    """A kiosk's folder on an SD card that breaks while the kiosk is off."""

    folder: Path
    install: UUID
    made: tuple[UUID, ...]
    rows: tuple[tuple[object, ...], ...]

    @classmethod
    def filled(cls, folder: Path) -> "Card":
        """A hundred tracks, half of them in the WAL alone, for the power went."""
        site.open_site(folder).close()
        journal = open_journal(folder)
        journal.database.execute("PRAGMA synchronous=OFF")
        made = tuple(entry(number=number) for number in range(1, TRACKS + 1))
        for track in made:
            journal.record(track)
            if track.person == TRACKS // 2:
                journal.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        rows = tuple(journal.database.execute("SELECT * FROM tracks ORDER BY seq").fetchall())
        with_the_power_gone(folder / FILE, journal)
        return cls(folder, journal.install, tuple(track.id for track in made), rows)

    @property
    def path(self) -> Path:
        return self.folder / FILE

    def copied(self, folder: Path) -> "Card":
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return replace(self, folder=folder)

    def tidied(self) -> "Card":
        """The kiosk was stopped in good order: there is no WAL."""
        self.open().close()
        return self

    def confirm(self, upto: int) -> None:
        """Let the gateway have confirmed so many."""
        with closing(site.open_site(self.folder)) as database:
            site.confirm(database, self.install, upto)

    def open(self, known: Life | None = None) -> Journal:
        """The journal as a kiosk finds it when it starts."""
        site.open_site(self.folder).close()
        return open_journal(self.folder, known=known)

    def is_whole(self) -> bool:
        """Whether every track would be sent as it was made."""
        return tuple(self.salvaged().values()) == self.made

    def salvaged(self) -> dict[int, UUID]:
        """What the link would send under the old install, from the first number on."""
        with closing(Backlog(self.folder)) as backlog:
            return {t.seq: t.id for t in every(backlog, self.install)}

    def losses(self) -> list[tuple[UUID, int, int]]:
        """What the gateway is told to be lost."""
        told = RemarkBook(self.folder).oldest()
        return [(r.install, r.first, r.last) for r in told if isinstance(r, JournalLost)]

    def missing(self) -> set[int]:
        return {n for _, first, last in self.losses() for n in range(first, last + 1)}


def with_the_power_gone(path: Path, journal: Journal) -> None:
    """Close the journal and leave the WAL behind, as when the power goes."""
    names = [path, path.with_name(f"{FILE}-wal")]
    kept = [(name, name.read_bytes()) for name in names]
    journal.close()
    for name, content in kept:
        name.write_bytes(content)


def every(backlog: Backlog, install: UUID) -> Iterator[TrackMade]:
    last = 0
    while tracks := backlog.salvaged_after(install, last, most=100):
        last = tracks[-1].seq
        yield from tracks


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Card:
    return Card.filled(tmp_path_factory.mktemp("filled"))


@pytest.fixture
def after_power_cut(filled: Card, tmp_path: Path) -> Card:
    return filled.copied(tmp_path / "kiosk")


@pytest.fixture
def card(after_power_cut: Card) -> Card:
    return after_power_cut.tidied()


@pytest.mark.parametrize("how", [BREAKS["header"], BREAKS["pages"], BREAKS["truncated"]])
def test_a_broken_journal_is_kept_and_another_life_begins(card: Card, how: Break) -> None:
    how(card.path)

    journal = card.open()

    assert journal.install != card.install
    assert journal.record(entry()) == 1
    assert (card.folder / f"{FILE}.broken-1").exists()
    journal.close()


@pytest.mark.parametrize("how", BREAKS.values(), ids=BREAKS)
def test_each_number_is_salvaged_or_confirmed_or_said_to_be_lost(card: Card, how: Break) -> None:
    card.confirm(20)
    how(card.path)

    card.open(known=Life(card.install, TRACKS)).close()

    salvaged = card.salvaged()
    assert all(card.made[seq - 1] == id_ for seq, id_ in salvaged.items())
    assert {*range(1, 21), *salvaged, *card.missing()} == set(range(1, TRACKS + 1))
    assert card.missing().isdisjoint({*range(1, 21), *salvaged})


def test_a_journal_without_header_loses_nothing(card: Card) -> None:
    BREAKS["header"](card.path)

    card.open().close()

    assert card.is_whole()
    assert card.losses() == []


def test_a_wal_without_header_loses_nothing_and_no_number_is_given_out_twice(
    after_power_cut: Card,
) -> None:
    card = after_power_cut
    break_wal(card.path)

    journal = card.open()

    assert journal.install != card.install
    assert card.is_whole()
    journal.close()


def test_a_wal_whose_file_is_gone_is_read_before_sqlite_deletes_it(after_power_cut: Card) -> None:
    card = after_power_cut
    delete(card.path)

    journal = card.open(known=Life(card.install, TRACKS))

    assert set(range(TRACKS // 2 + 1, TRACKS + 1)) <= set(card.salvaged())
    assert card.missing() <= set(range(1, TRACKS // 2 + 1))
    journal.close()


def test_a_damaged_index_is_found_though_every_row_still_reads(card: Card) -> None:
    with closing(sqlite3.connect(card.path)) as database:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'movements_of_person'"
        (page,) = database.execute(query).fetchone()
    overwrite(card.path, (page - 1) * 4096 + 2048, b"\xa5" * 1024)

    card.open().close()

    assert card.is_whole()


def test_a_sound_journal_stays_what_it_is(card: Card) -> None:
    card.confirm(TRACKS)

    journal = card.open(known=Life(card.install, TRACKS))

    assert (journal.install, journal.last_seq()) == (card.install, TRACKS)
    assert list(card.folder.glob("*.broken-*")) == []
    journal.close()


def test_numbers_the_gateway_knows_and_the_journal_does_not_are_never_given_out_again(
    card: Card,
) -> None:
    card.confirm(TRACKS + 5)

    journal = card.open()

    assert journal.install != card.install
    journal.close()


def test_what_was_salvaged_outlives_a_second_breakdown(card: Card) -> None:
    BREAKS["header"](card.path)
    second = card.open()
    second.record(entry())
    second.close()
    BREAKS["header"](card.path)
    (card.folder / f"{FILE}.broken-1").unlink()

    third = card.open()

    assert card.is_whole()
    with closing(Backlog(card.folder)) as backlog:
        assert backlog.former() == {card.install: TRACKS, second.install: 1}
    third.close()


def test_a_loss_is_told_once(card: Card) -> None:
    BREAKS["pages"](card.path)
    card.open(known=Life(card.install, TRACKS)).close()
    told = RemarkBook(card.folder)
    told.forget(remark.id for remark in told.oldest())

    card.open().close()

    assert card.losses() == []


@pytest.mark.covers("BEY-01")
@pytest.mark.parametrize("how", BREAKS.values(), ids=BREAKS)
def test_who_signed_in_before_signs_out_after_with_no_network_at_all(
    open_door: OpenDoor, how: Break
) -> None:
    door = open_door()
    for number in range(1, 30):
        door.tap(number, "08:00")
    door.desk.close()
    how(door.folder / FILE)
    salvaged = people_read(door)

    outcomes = {number: door.tap(number, "15:00").outcome for number in salvaged}

    assert outcomes == dict.fromkeys(salvaged, Outcome.SIGNED_OUT)


def people_read(door: Door) -> set[int]:
    """Whose tracks the new journal has of the old one."""
    door.restart()
    with closing(Backlog(door.folder)) as backlog:
        return {
            track.person
            for install in backlog.former()
            for track in every(backlog, install)
            if track.person
        }


def test_a_breakdown_does_not_reset_the_repeat_guard(open_door: OpenDoor) -> None:
    door = open_door()
    door.tap(1, "08:00:00")
    door.desk.close()
    BREAKS["header"](door.folder / FILE)
    door.restart()

    assert door.tap(1, "08:00:30").outcome is Outcome.ALREADY_IN


@pytest.mark.covers("BEY-01", "BEY-02")
@pytest.mark.parametrize("part", range(8))
def test_random_damage_loses_nothing_that_can_be_read_and_repeats_no_number(
    filled: Card, part: int
) -> None:
    for seed in range(part, 200, 8):
        with tempfile.TemporaryDirectory() as folder:
            check_damage(filled.copied(Path(folder)), seed)


def check_damage(card: Card, seed: int) -> None:
    """The kiosk opens whatever became of the file, and accounts for every number."""
    chance = random.Random(seed)
    confirmed = chance.randrange(TRACKS)
    card.confirm(confirmed)
    for _ in range(chance.choice((1, 1, 3))):
        damage(card.path, chance)
    readable = readable_by_sql(card)

    journal = card.open(known=Life(card.install, TRACKS))
    number, last = journal.record(entry()), journal.last_seq()

    if journal.install == card.install:
        assert number == last == TRACKS + 1, seed
    else:
        salvaged = card.salvaged()
        whole = {seq for seq, id_ in salvaged.items() if card.made[seq - 1] == id_}
        assert readable <= whole, seed
        assert {*range(1, confirmed + 1), *salvaged, *card.missing()} >= {*range(1, TRACKS + 1)}
    journal.close()


def readable_by_sql(card: Card) -> set[int]:
    """The numbers of the tracks that SQLite itself still reads, in a copy, one at a time."""
    with tempfile.TemporaryDirectory() as folder:
        for file in card.folder.glob(f"{FILE}*"):
            (Path(folder) / file.name).write_bytes(file.read_bytes())
        with closing(sqlite3.connect(Path(folder) / FILE)) as database:
            return {seq for seq in range(1, TRACKS + 1) if is_read(database, card, seq)}


def is_read(database: sqlite3.Connection, card: Card, seq: int) -> bool:
    row = None
    with suppress(sqlite3.DatabaseError):
        row = database.execute("SELECT * FROM tracks WHERE seq = ?", (seq,)).fetchone()
    return bool(row == card.rows[seq - 1])
