"""The link to the gateway: sends what is journalled until it is confirmed, keeps what it hears."""

import base64
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Event
from uuid import UUID

import structlog

from drivers.clock.clock import Clock
from kiosk import health, site
from kiosk.database import Damaged, closing_on_error
from kiosk.devices import Devices
from kiosk.link.broker import BrokerEvent, BrokerLine, Connected, Disconnected, Heard
from kiosk.link.hearing import Change, Confirmed, GatewayIs, Kept, Meaning, NotUnderstood
from kiosk.link.relay import Errand, Relay
from kiosk.link.state import LinkState
from kiosk.link.store import Store, open_store
from kiosk.protocol.messages import MOST_TRACKS, PhotoTaken, SiteSettings, TrackMade, Tracks
from kiosk.protocol.remarks import Remarks
from kiosk.protocol.topics import KioskTopics
from kiosk.sealkey import seal_key
from kiosk.settings import KioskSettings

log = structlog.get_logger()

PAUSE = timedelta(seconds=1)
CHECKS_APART = timedelta(hours=1)
"""How often the whole journal is read: a card may forget what nobody has asked for yet."""
BEATS_APART = timedelta(seconds=1)
"""Two heartbeats are at least this far apart, however much happens."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The journal holds a new track."""

    seq: int


LinkEvent = BrokerEvent | Recorded | Errand


class Link:
    """Lives in a thread of its own; the deciding loop only ever drops a word in its inbox.

    `tell` hears how the link is, `changed` what of the gateway's word is new, `doubt` which
    life of the journal does not read.
    """

    def __init__(
        self,
        settings: KioskSettings,
        clock: Clock,
        *,
        devices: Devices,
        tell: Callable[[LinkState], None],
        changed: Callable[[Change], None],
        doubt: Callable[[UUID | None], None] = lambda _: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._devices = devices
        self._tell = tell
        self._changed = changed
        self._doubt = doubt
        self._topics = KioskTopics(settings.kiosk)
        self._inbox: SimpleQueue[LinkEvent | None] = SimpleQueue()
        self._line = BrokerLine(settings, put=self._inbox.put)
        self._is_connected = False
        self._gateway: GatewayIs | None = None
        self._last = 0
        self._install: UUID | None = None
        self._check_due = clock.uptime() + CHECKS_APART
        self._beat_due: timedelta | None = None
        self._beat_at = timedelta(0)
        self._relays = {errand: Relay() for errand in Errand}
        self._state = LinkState(online=False, confirmed=0, last=0)

    def recorded(self, seq: int) -> None:
        """Tell the link of a new track. Never waits."""
        self._inbox.put(Recorded(seq))

    def bring(self, errand: Errand) -> None:
        """Tell the link that there is something new to carry. Never waits."""
        self._inbox.put(errand)

    @property
    def trouble(self) -> str:
        """Why the broker is away, or what it refused; empty while all is well."""
        return self._line.trouble

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
        """Work with the files until they fail or are made anew; then they are opened again."""
        try:
            store = self._open()
        except (sqlite3.Error, OSError) as closed:
            self._fail(closed, stop, install=None)
            return
        try:
            while not stop.is_set() and store.is_current():
                self._turn(store)
        except (sqlite3.Error, OSError) as failed:
            self._fail(failed, stop, install=store.backlog.install)
        finally:
            store.close()

    def _fail(self, why: Exception, stop: Event, *, install: UUID | None) -> None:
        log.error("link_database_failed", reason=str(why))
        if isinstance(why, Damaged):
            self._doubt(install)
        stop.wait(PAUSE.total_seconds())

    def _open(self) -> Store:
        """Open the files; what a file made anew lacks is asked for again."""
        store = open_store(self._settings, self._clock)
        with closing_on_error(store):
            store.tidy(self._clock.read())
        install, last = store.backlog.install, store.backlog.span().last
        self._last = max(self._last, last) if install == self._install else last
        self._install = install
        for relay in self._relays.values():
            relay.rewind()
        if self._is_connected:
            self._line.listen()
            self._beat_soon(at_once=True)
        return store

    def _turn(self, store: Store) -> None:
        for event in self._events(store):
            self._take(store, event)
        now = self._clock.uptime()
        if store.window.tire(now=now):
            log.info("tracks_unconfirmed", upto=store.window.confirmed, last=self._last)
        store.leftovers.tire(now=now)
        if now >= self._check_due:
            self._check_due = now + CHECKS_APART
            store.backlog.check()
            store.tidy(self._clock.read())
        self._send(store, now=now)
        self._carry(store, now=now)
        if self._is_connected and self._beat_due is not None and now >= self._beat_due:
            self._beat(store, now=now)
        self._report(store)

    def _events(self, store: Store) -> Iterator[LinkEvent | None]:
        """Everything there is, at least one thing unless time is up.

        What comes after one that fails stays in the inbox: that the line is up is told once.
        """
        try:
            yield self._inbox.get(timeout=self._leisure(store).total_seconds())
            for _ in range(self._inbox.qsize()):
                yield self._inbox.get_nowait()
        except Empty:
            return

    def _leisure(self, store: Store) -> timedelta:
        if not self._is_connected:
            return PAUSE
        now = self._clock.uptime()
        wakes = (relay.wakes_at for relay in self._relays.values())
        awaited = (self._beat_due, store.window.wakes_at, *store.leftovers.wakes(), *wakes)
        due = [at - now for at in awaited if at is not None]
        return min(max(min(due, default=PAUSE), timedelta(0)), PAUSE)

    def _take(self, store: Store, event: LinkEvent | None) -> None:
        match event:
            case Recorded(seq):
                self._last = max(self._last, seq)
            case Errand():
                self._relays[event].more()
            case Heard(topic, payload):
                self._hear(store, topic, payload)
            case Connected():
                self._is_connected = True
                self._beat_soon()
            case Disconnected():
                self._is_connected, self._gateway = False, None

    def _hear(self, store: Store, topic: str, payload: bytes) -> None:
        try:
            self._follow(store, store.ear.hear(topic, payload))
        except NotUnderstood as wrong:
            log.error("message_dropped", reason=str(wrong))

    def _follow(self, store: Store, meaning: Meaning) -> None:
        match meaning:
            case Confirmed(install, upto) if install != store.backlog.install:
                store.leftovers.confirm(install, upto, now=self._clock.uptime())
                if not store.leftovers.count:
                    self._beat_soon()
            case Confirmed(_, upto):
                had = store.window.confirmed
                store.window.confirm(upto, now=self._clock.uptime())
                if upto >= self._last > had:
                    self._beat_soon()
            case GatewayIs():
                self._meet(store, meaning)
            case Change.ROSTER_MISSED | Change.FACES_MISSED:
                self._beat_soon()
            case Kept(what, ids):
                self._let_go(store, what, ids)
            case Change():
                self._changed(meaning)

    def _meet(self, store: Store, gateway: GatewayIs) -> None:
        """A gateway not met on this line, or that was away, is told all unconfirmed again."""
        known, self._gateway = self._gateway, gateway
        if gateway.online and gateway != known:
            store.window.rewind()
            store.leftovers.rewind()
            for relay in self._relays.values():
                relay.rewind()
            store.ear.missed_something()
            self._beat_soon(at_once=True)

    def _send(self, store: Store, *, now: timedelta) -> None:
        if not self._is_online():
            return
        for install, tracks in store.leftovers.next(now=now):
            self._publish(install, tracks)
        while (after := store.window.next_after(self._last)) is not None:
            tracks = store.backlog.after(after, most=MOST_TRACKS)
            if not tracks:
                self._last = store.backlog.span().last
                return
            self._publish(store.backlog.install, tracks)
            store.window.sent(tracks[-1].seq, now=now)

    def _publish(self, install: UUID, tracks: tuple[TrackMade, ...]) -> None:
        message = Tracks(kiosk=self._settings.kiosk, install=install, tracks=tracks)
        self._line.publish(self._topics.tracks, message.model_dump_json())

    def _carry(self, store: Store, *, now: timedelta) -> None:
        """What else there is goes after the tracks it may speak of, never before them."""
        if not self._is_online() or store.window.confirmed < self._last:
            return
        for errand, relay in self._relays.items():
            if relay.may_send(now=now):
                load = self._remarks if errand is Errand.REMARKS else self._photo
                relay.sent(load(store), now=now)

    def _remarks(self, store: Store) -> tuple[UUID, ...]:
        remarks = store.remarks.oldest()
        if remarks:
            message = Remarks(kiosk=self._settings.kiosk, remarks=remarks)
            self._line.publish(self._topics.remarks, message.model_dump_json())
        return tuple(each.id for each in remarks)

    def _photo(self, store: Store) -> tuple[UUID, ...]:
        still = store.photos.oldest()
        if still is None:
            return ()
        sealed = base64.b64encode(still.sealed).decode()
        message = PhotoTaken(
            kiosk=self._settings.kiosk, track=still.track, made_at=still.made_at, sealed=sealed
        )
        self._line.publish(self._topics.photos, message.model_dump_json())
        return (still.track,)

    def _let_go(self, store: Store, what: Errand, ids: tuple[UUID, ...]) -> None:
        box = store.remarks if what is Errand.REMARKS else store.photos
        box.forget(ids)
        self._relays[what].kept(ids)

    def _is_online(self) -> bool:
        """Connected, and the gateway has said that it takes tracks."""
        return self._gateway is not None and self._gateway.online

    def _beat_soon(self, *, at_once: bool = False) -> None:
        soon = timedelta(0) if at_once else self._beat_at + BEATS_APART
        self._beat_due = soon if self._beat_due is None else min(self._beat_due, soon)

    def _beat(self, store: Store, *, now: timedelta) -> None:
        standing = health.Standing(
            confirmed=store.window.confirmed,
            roster_version=store.ear.roster_version(),
            heard_upto=store.ear.heard_upto(),
            caught_up=store.ear.is_caught_up,
            remarks=store.remarks.count(),
            photos=store.photos.count(),
            faces_version=store.ear.faces_version(),
            salvaged=store.leftovers.count,
        )
        heartbeat = health.heartbeat(
            self._settings,
            reading=self._clock.read(),
            backlog=store.backlog,
            standing=standing,
            devices=self._devices.reports(),
            seal_key=self._seal_key(store),
        )
        self._line.publish(self._topics.heartbeat, heartbeat.model_dump_json())
        self._beat_at = now
        self._beat_due = now + self._settings.heartbeat

    def _seal_key(self, store: Store) -> str:
        """The kiosk's public key; none where faces are of no use and none are held."""
        told = site.noted(store.database, SiteSettings)
        is_used = told is not None and (told.face.confirm or told.face.identify)
        if not is_used and not store.ear.faces_version():
            return ""
        return base64.b64encode(seal_key(self._settings.data).public).decode()

    def _report(self, store: Store) -> None:
        salvaged = store.leftovers.count
        state = LinkState(self._is_online(), store.window.confirmed, self._last, salvaged)
        if state != self._state:
            self._state = state
            self._tell(state)
