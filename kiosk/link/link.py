"""The link to the gateway: sends what is journalled until it is confirmed, keeps what it hears."""

import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Event

import structlog
from sqlite_utils import Database

from drivers.clock.clock import Clock
from kiosk import health, site
from kiosk.backlog import Backlog
from kiosk.link.broker import BrokerEvent, BrokerLine, Connected, Disconnected, Heard
from kiosk.link.hearing import Change, Confirmed, Ear, GatewayIs, Meaning, NotUnderstood
from kiosk.link.sending import Window
from kiosk.link.state import LinkState
from kiosk.protocol.messages import MOST_TRACKS, Tracks
from kiosk.protocol.topics import KioskTopics
from kiosk.settings import KioskSettings

log = structlog.get_logger()

PAUSE = timedelta(seconds=1)
BEATS_APART = timedelta(seconds=1)
"""Two heartbeats are at least this far apart, however much happens."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The journal holds a new track."""

    seq: int


@dataclass(slots=True)
class _Store:
    """What the link reads and writes; it belongs to the link's thread."""

    backlog: Backlog
    ear: Ear
    window: Window
    database: Database

    def close(self) -> None:
        """Let go of both files."""
        self.backlog.close()
        self.database.close()


class Link:
    """Lives in a thread of its own; the deciding loop only ever drops a word in its inbox.

    `tell` hears how the link is, `rules_changed` that the site's settings are new.
    """

    def __init__(
        self,
        settings: KioskSettings,
        clock: Clock,
        *,
        tell: Callable[[LinkState], None],
        rules_changed: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._tell = tell
        self._rules_changed = rules_changed
        self._topics = KioskTopics(settings.kiosk)
        self._inbox: SimpleQueue[BrokerEvent | Recorded | None] = SimpleQueue()
        self._line = BrokerLine(settings, put=self._inbox.put)
        self._is_connected = False
        self._gateway: GatewayIs | None = None
        self._last = 0
        self._beat_due: timedelta | None = None
        self._beat_at = timedelta(0)
        self._state = LinkState(online=False, confirmed=0, last=0)

    def recorded(self, seq: int) -> None:
        """Tell the link of a new track. Never waits."""
        self._inbox.put(Recorded(seq))

    def wake(self) -> None:
        """Let the link look whether it should stop."""
        self._inbox.put(None)

    def run(self, stop: Event) -> None:
        """Connect, and work until `stop` is set and `wake` was called."""
        self._line.start(stop)
        try:
            while not stop.is_set():
                self._work(stop)
        finally:
            self._line.leave()

    def _work(self, stop: Event) -> None:
        """Work with the databases until they fail; a failed one is opened again."""
        try:
            store = self._open()
        except (sqlite3.Error, OSError) as closed:
            log.warning("link_waits_for_database", reason=str(closed))
            stop.wait(PAUSE.total_seconds())
            return
        try:
            while not stop.is_set():
                self._turn(store)
        except (sqlite3.Error, OSError) as failed:
            log.error("link_database_failed", reason=str(failed))
            stop.wait(PAUSE.total_seconds())
        finally:
            store.close()

    def _open(self) -> _Store:
        folder = self._settings.data
        backlog = Backlog(folder)
        try:
            database = site.open_site(folder)
        except BaseException:
            backlog.close()
            raise
        confirmed = site.confirmed(database, backlog.install)
        ear = Ear(
            database,
            kiosk=self._settings.kiosk,
            site_id=self._settings.site,
            install=backlog.install,
        )
        window = Window(confirmed=confirmed, jitter=random.SystemRandom().random)
        self._last = max(self._last, backlog.span().last)
        site.forget_tracks(database, now=self._clock.read().utc)
        return _Store(backlog, ear, window, database)

    def _turn(self, store: _Store) -> None:
        for event in self._events(store):
            self._take(store, event)
        now = self._clock.read().uptime
        if store.window.tire(now=now):
            log.info("tracks_unconfirmed", upto=store.window.confirmed, last=self._last)
        self._send(store, now=now)
        if self._is_connected and self._beat_due is not None and now >= self._beat_due:
            self._beat(store, now=now)
        self._report(store)

    def _events(self, store: _Store) -> list[BrokerEvent | Recorded | None]:
        """Everything there is, at least one thing unless time is up."""
        try:
            found = [self._inbox.get(timeout=self._leisure(store).total_seconds())]
            while not self._inbox.empty():
                found.append(self._inbox.get_nowait())
        except Empty:
            return []
        return found

    def _leisure(self, store: _Store) -> timedelta:
        if not self._is_connected:
            return PAUSE
        now = self._clock.read().uptime
        due = [at - now for at in (self._beat_due, store.window.wakes_at) if at is not None]
        return min(max(min(due, default=PAUSE), timedelta(0)), PAUSE)

    def _take(self, store: _Store, event: BrokerEvent | Recorded | None) -> None:
        match event:
            case Recorded(seq):
                self._last = max(self._last, seq)
            case Heard(topic, payload):
                self._hear(store, topic, payload)
            case Connected():
                self._is_connected = True
                self._beat_soon()
            case Disconnected():
                self._is_connected, self._gateway = False, None

    def _hear(self, store: _Store, topic: str, payload: bytes) -> None:
        try:
            self._follow(store, store.ear.hear(topic, payload))
        except NotUnderstood as wrong:
            log.error("message_dropped", reason=str(wrong))

    def _follow(self, store: _Store, meaning: Meaning) -> None:
        match meaning:
            case Confirmed(upto):
                had = store.window.confirmed
                store.window.confirm(upto, now=self._clock.read().uptime)
                if upto >= self._last > had:
                    self._beat_soon()
            case GatewayIs():
                self._meet(store, meaning)
            case Change.ROSTER_MISSED:
                self._beat_soon()
            case Change.RULES:
                self._rules_changed()

    def _meet(self, store: _Store, gateway: GatewayIs) -> None:
        """A gateway not met on this line, or that was away, is told all unconfirmed again."""
        known, self._gateway = self._gateway, gateway
        if gateway.online and gateway != known:
            store.window.rewind()
            store.ear.missed_something()
            self._beat_soon(at_once=True)

    def _send(self, store: _Store, *, now: timedelta) -> None:
        if not self._is_online():
            return
        while (after := store.window.next_after(self._last)) is not None:
            tracks = store.backlog.after(after, most=MOST_TRACKS)
            if not tracks:
                return
            install = store.backlog.install
            message = Tracks(kiosk=self._settings.kiosk, install=install, tracks=tracks)
            self._line.publish(self._topics.tracks, message.model_dump_json())
            store.window.sent(tracks[-1].seq, now=now)

    def _is_online(self) -> bool:
        """Connected, and the gateway has said that it takes tracks."""
        return self._gateway is not None and self._gateway.online

    def _beat_soon(self, *, at_once: bool = False) -> None:
        soon = timedelta(0) if at_once else self._beat_at + BEATS_APART
        self._beat_due = soon if self._beat_due is None else min(self._beat_due, soon)

    def _beat(self, store: _Store, *, now: timedelta) -> None:
        heartbeat = health.heartbeat(
            self._settings,
            reading=self._clock.read(),
            backlog=store.backlog,
            confirmed=store.window.confirmed,
            roster_version=store.ear.roster_version(),
            heard_upto=store.ear.heard_upto(),
            caught_up=store.ear.is_caught_up,
        )
        self._line.publish(self._topics.heartbeat, heartbeat.model_dump_json())
        self._beat_at = now
        self._beat_due = now + self._settings.heartbeat

    def _report(self, store: _Store) -> None:
        state = LinkState(self._is_online(), store.window.confirmed, self._last)
        if state != self._state:
            self._state = state
            self._tell(state)
