"""The deciding loop: one queue, one thread, one answer at a time."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from queue import Empty, SimpleQueue
from uuid import UUID

import structlog

from drivers.clock.clock import Clock, Reading
from kiosk import database as files, journal
from kiosk.desk import Desk
from kiosk.health import Supervisor
from kiosk.lamps import Lamps
from kiosk.link.link import Link
from kiosk.link.relay import Errand
from kiosk.recovery import Life
from kiosk.screen.board import Board
from kiosk.screen.enrolment import MODE, CardAwaited
from kiosk.settings import KioskSettings
from kiosk.visit import Answer, Outcome, Sighting, SiteRules

log = structlog.get_logger()

TICK = timedelta(seconds=1)
PROBES_APART = timedelta(seconds=30)
WRITES_APART = timedelta(minutes=1)
"""A look after the journal writes only when nothing was written for so long, to spare the card."""

PROBES_APART_WHEN_FAILED = timedelta(seconds=5)
CLEANUPS_APART = timedelta(minutes=10)
ENROLMENTS = frozenset({Outcome.ENROLLED, Outcome.NOT_ENROLLED})

Onlooker = Callable[[Sighting, Answer], None]
"""Takes what was seen and answered. It never waits, and raises nothing."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody could not read the journal; `install` is its life, None when that is not known."""

    install: UUID | None


class Word(StrEnum):
    """What else than a sighting the loop can hear."""

    RULES_CHANGED = "rules_changed"
    ENROLMENT_CHANGED = "enrolment_changed"
    ENROLMENT_CANCELLED = "enrolment_cancelled"
    STOP = "stop"


class Loop:
    """Decides. Nothing it is handed stops it: what cannot be recorded is shown as such."""

    def __init__(
        self,
        settings: KioskSettings,
        clock: Clock,
        *,
        board: Board,
        lamps: Lamps,
        supervisor: Supervisor,
        settle: Callable[[SiteRules], None],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._board = board
        self._lamps = lamps
        self._supervisor = supervisor
        self._settle = settle
        self._heard: SimpleQueue[Sighting | Word | Doubt] = SimpleQueue()
        self._known: Life | None = None
        self._desk: Desk | None = None
        self._link: Link | None = None
        self._onlookers: list[Onlooker] = []
        self._probe_due = timedelta(0)
        self._write_due = timedelta(0)
        self._cleanup_due = timedelta(0)

    def tell(self, link: Link) -> None:
        """Tell `link` of every new track from now on."""
        self._link = link

    def show(self, onlooker: Onlooker) -> None:
        """Let `onlooker` know of every new track from now on, once its person was answered."""
        self._onlookers.append(onlooker)

    def see(self, sighting: Sighting) -> None:
        """Put a sighting in the queue. Never waits; safe from every thread."""
        self._heard.put(sighting)

    def rules_changed(self) -> None:
        """Say that the site's settings are new. Never waits; safe from every thread."""
        self._heard.put(Word.RULES_CHANGED)

    def enrolment_changed(self) -> None:
        """Say that the gateway asks for another card. Never waits; safe from every thread."""
        self._heard.put(Word.ENROLMENT_CHANGED)

    def cancel_enrolment(self) -> None:
        """Say that staff wait for no card any more. Never waits; safe from every thread."""
        self._heard.put(Word.ENROLMENT_CANCELLED)

    def journal_doubted(self, install: UUID | None) -> None:
        """Say that the journal does not read. Never waits; safe from every thread."""
        self._heard.put(Doubt(install))

    def stop(self) -> None:
        """Let the loop end once it has answered who is waiting."""
        self._heard.put(Word.STOP)

    def run(self) -> None:
        """Decide until told to stop."""
        heard: Sighting | Word | Doubt | None = None
        while heard is not Word.STOP:
            self.tick()
            self._supervisor.ready()
            heard = self._next()
            if isinstance(heard, Sighting):
                self._serve(heard)
            elif isinstance(heard, Doubt):
                self._replace_journal(heard)
            elif heard is Word.RULES_CHANGED:
                self._read_rules()
            elif heard is Word.ENROLMENT_CHANGED:
                self._read_enrolment()
            elif heard is Word.ENROLMENT_CANCELLED:
                self._cancel_enrolment()
        self._supervisor.stopping()
        self._close()

    def tick(self) -> None:
        """Take old names off, and look after the journal now and then."""
        reading = self._clock.read()
        self._board.forget(now=reading.uptime)
        self._say_awaited(reading)
        if reading.uptime < self._probe_due:
            return
        try:
            self._look_after_journal(reading)
        except (sqlite3.Error, OSError) as failed:
            self._failed(failed)
            self._board.report_health(can_record=False, clock_trusted=reading.trusted)

    def _next(self) -> Sighting | Word | Doubt | None:
        try:
            return self._heard.get(timeout=self._leisure().total_seconds())
        except Empty:
            return None

    def _leisure(self) -> timedelta:
        """Until the next tick, or until a name has to leave the screen."""
        forgetting = self._board.next_forgetting()
        if forgetting is None:
            return TICK
        return min(TICK, max(forgetting - self._clock.uptime(), timedelta(0)))

    def _serve(self, sighting: Sighting) -> None:
        """Record, and only then show. Whatever fails, the person is told the truth."""
        try:
            answer = self._answer(sighting)
        except Exception as failed:  # noqa: BLE001 - nothing may stop the loop that decides
            self._failed(failed)
            answer = Answer(Outcome.NOT_RECORDED, sighting.reading.utc)
        self._board.show(answer, now=self._clock.uptime())
        self._lamps.show(answer.outcome)
        if answer.seq is not None and self._link is not None:
            self._link.recorded(answer.seq)
        if answer.outcome in ENROLMENTS and self._link is not None:
            self._link.bring(Errand.REMARKS)
        if answer.track is not None:
            for onlooker in self._onlookers:
                onlooker(sighting, answer)

    def _answer(self, sighting: Sighting) -> Answer:
        """Decide and record; over a journal that is found damaged, in the one that follows it."""
        try:
            answer = self._open().answer(sighting)
        except sqlite3.DatabaseError as failed:
            if not files.is_damage(failed):
                raise
            self._failed(failed)
            answer = self._open().answer(sighting)
        if answer.seq is not None:
            self._known = Life(self._open().install, answer.seq)
            self._write_due = sighting.reading.uptime + WRITES_APART
        return answer

    def _replace_journal(self, doubt: Doubt) -> None:
        """Set aside the journal that somebody could not read, unless that was another one."""
        try:
            if doubt.install == self._open().install:
                self._close()
                files.set_aside(self._settings.data / journal.FILE, why="it does not read")
            self._close()
            self._open()
        except (sqlite3.Error, OSError) as failed:
            self._failed(failed)

    def _look_after_journal(self, reading: Reading) -> None:
        """See that the journal takes writes; note the time, and clean up, while at it."""
        desk = self._open()
        if reading.uptime >= self._write_due:
            desk.check_writable()
            self._write_due = reading.uptime + WRITES_APART
        desk.note_time(reading)
        if reading.uptime >= self._cleanup_due and not desk.clean_up(reading):
            self._cleanup_due = reading.uptime + CLEANUPS_APART
        self._probe_due = reading.uptime + PROBES_APART
        self._supervisor.alive()
        self._board.report_health(can_record=True, clock_trusted=desk.knows_time(reading))

    def _read_rules(self) -> None:
        try:
            desk = self._open()
            desk.read_rules()
        except (sqlite3.Error, OSError) as failed:
            self._failed(failed)
        else:
            self._settle(desk.rules)

    def _read_enrolment(self) -> None:
        try:
            self._open().read_enrolment(self._clock.read())
        except (sqlite3.Error, OSError) as failed:
            self._failed(failed)

    def _cancel_enrolment(self) -> None:
        try:
            is_cancelled = self._open().enrolling.cancel(self._clock.uptime())
        except (sqlite3.Error, OSError) as failed:
            self._failed(failed)
        else:
            if is_cancelled and self._link is not None:
                self._link.bring(Errand.REMARKS)

    def _say_awaited(self, reading: Reading) -> None:
        """Show whose card is waited for, for as long as it is."""
        wanted = self._desk.enrolling.awaited(reading.uptime) if self._desk else None
        if wanted is None:
            self._board.take_down(MODE)
        else:
            self._board.put_up(CardAwaited(wanted.name))

    def _open(self) -> Desk:
        """The desk; after a failure it is opened anew."""
        if self._desk is None:
            self._desk = Desk(self._settings, known=self._known)
            self._desk.read_enrolment(self._clock.read())
            self._settle(self._desk.rules)
        return self._desk

    def _failed(self, failure: Exception) -> None:
        log.error("cannot_record", reason=f"{type(failure).__name__}: {failure}")
        if self._desk is not None:
            with suppress(sqlite3.Error, OSError):
                self._desk.rescue()
        self._close()
        self._probe_due = self._clock.uptime() + PROBES_APART_WHEN_FAILED
        self._write_due = timedelta(0)

    def _close(self) -> None:
        desk, self._desk = self._desk, None
        if desk is not None:
            with suppress(sqlite3.Error):
                desk.close()
