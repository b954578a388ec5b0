"""The ingest role: messages in, one transaction a batch, acknowledgements out."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from django.db import DatabaseError, close_old_connections

from gateway.errors import Rejected
from gateway.fleet.services import set_online
from gateway.ingest.failures import is_transient, shown
from gateway.ingest.inbox import Inbox, Letter
from gateway.ingest.parsing import Aside, Parsed, parse
from gateway.ingest.photos import take_photo
from gateway.ingest.remarks import keep_remarks
from gateway.ingest.services import hear, keep_batch
from gateway.ingest.telling import Teller
from kiosk.protocol.messages import Heartbeat, KioskState

log = structlog.get_logger()

MOST_TRACKS_A_BATCH = 400
"""More would hold the store longer than it makes each track cheaper."""
STILL_WEIGHS = 20
"""A still is a file that must be on the disk: tracks behind it should not wait for many."""
TICK_S = 1.0
PAUSE_S = 1.0
"""How long to wait before a batch is tried again when the store is away."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Listener:
    """Drains what is there, never lingers for more, and never loses what it took.

    A message is acknowledged to the broker, and a track to its kiosk, only after the
    commit. While the store is away the batch is kept and tried again.
    """

    def __init__(
        self,
        inbox: Inbox,
        *,
        beat: Callable[[], None] = lambda: None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._inbox = inbox
        self._beat = beat
        self._clock = clock
        self._teller = Teller(inbox.publish)
        self._tick_due = clock()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set."""
        self._inbox.open()
        try:
            while not stop.is_set():
                self.turn(stop)
        finally:
            self._inbox.close()

    def turn(self, stop: threading.Event) -> None:
        """Take what has come, at most one batch, and say what is due."""
        letters, parsed = self._drain()
        if self._kept(parsed, stop):
            for letter in letters:
                self._inbox.acknowledge(letter)
        self._tick()

    def _kept(self, parsed: Sequence[Parsed], stop: threading.Event) -> bool:
        """Keep the batch, however often it takes; False when asked to stop before that."""
        while not stop.is_set():
            try:
                self._keep(parsed)
            except DatabaseError as away:
                self._store_away(away)
                stop.wait(PAUSE_S)
            else:
                return True
        return False

    def _drain(self) -> tuple[list[Letter], list[Parsed]]:
        letters: list[Letter] = []
        parsed: list[Parsed] = []
        tracks = 0
        letter = self._inbox.next(TICK_S)
        while letter is not None:
            letters.append(letter)
            parsed.append(parse(letter.arrived))
            tracks += _weight(parsed[-1])
            letter = self._inbox.next(0) if tracks < MOST_TRACKS_A_BATCH else None
        return letters, parsed

    def _keep(self, parsed: Sequence[Parsed]) -> None:
        now = self._clock()
        batch = Parsed.of(parsed)
        if batch.told or batch.asides:
            kept = keep_batch(told=batch.told, asides=batch.asides, now=now)
            self._teller.upto(kept.upto)
            self._teller.tracks(kept.kept, now=now)
            _report(batch.asides)
        for said in parsed:
            try:
                self._follow(said, now)
            except Exception as failed:
                if is_transient(failed):
                    raise
                _give_up(said, failed, now)

    def _follow(self, said: Parsed, now: datetime) -> None:
        if said.heartbeat is not None:
            self._hear(said.heartbeat, now)
        if said.state is not None:
            self._note_state(said.state)
        if said.remarks is not None:
            ids = keep_remarks(said=said.remarks, now=now)
            self._teller.remarks_kept(said.remarks.kiosk, ids)
        if said.photo is not None and take_photo(said=said.photo, now=now):
            self._teller.photos_kept(said.photo.kiosk, (said.photo.track,))

    def _hear(self, heartbeat: Heartbeat, now: datetime) -> None:
        try:
            upto = hear(heartbeat=heartbeat, now=now)
        except Rejected as refusal:
            topic = f"muster/v1/kiosk/{heartbeat.kiosk}/up/heartbeat"
            aside = Aside(topic, b"heartbeat", str(refusal), heartbeat.kiosk)
            keep_batch(told=(), asides=(aside,), now=now)
        else:
            self._teller.answer(heartbeat, upto=upto, now=now)

    def _note_state(self, state: KioskState) -> None:
        set_online(kiosk_id=state.kiosk, online=state.online)
        log.info("kiosk_online" if state.online else "kiosk_offline", kiosk=state.kiosk)

    def _tick(self) -> None:
        now = self._clock()
        if self._inbox.take_reconnected():
            self._teller.forget()
            self._tick_due = now
        if now < self._tick_due <= now + timedelta(seconds=TICK_S):
            return  # else it is due, or the clock was set back
        self._tick_due = datetime.fromtimestamp(now.timestamp() + TICK_S, UTC)
        try:
            self._teller.tick(now=now)
        except DatabaseError as away:
            self._store_away(away)
            return
        except Exception:
            log.exception("telling_failed")
        self._beat()

    def _store_away(self, away: DatabaseError) -> None:
        log.warning("store_away", reason=(str(away).splitlines() or [type(away).__name__])[0])
        close_old_connections()


def _weight(parsed: Parsed) -> int:
    """For how many tracks it counts in a batch."""
    return STILL_WEIGHS if parsed.photo is not None else max(1, len(parsed.told))


def _give_up(said: Parsed, failed: Exception, now: datetime) -> None:
    """Set aside what fails every time: nothing that follows may wait for it."""
    told = said.heartbeat or said.state or said.remarks or said.photo
    if told is None:
        return
    log.error("message_failed", kiosk=told.kiosk, reason=shown(failed))
    topic = f"muster/v1/kiosk/{told.kiosk}/up/{type(told).__name__}"
    keep_batch(told=(), asides=(Aside(topic, b"", shown(failed), told.kiosk),), now=now)


def _report(asides: Sequence[Aside]) -> None:
    for aside in asides:
        log.warning("message_set_aside", topic=aside.topic, reason=aside.reason)
