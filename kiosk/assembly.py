"""The whole kiosk, put together from its settings, started and ended in order."""

import fcntl
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from zoneinfo import ZoneInfo

from drivers.button.button import Button
from drivers.camera.camera import Camera
from drivers.clock.clock import Clock
from drivers.qr.decoder import QrDecoder
from kiosk import eyes, supervised
from kiosk.album import Album
from kiosk.app import Loop
from kiosk.devices import Devices
from kiosk.diagnosis import Diagnosis, own_address
from kiosk.eyes import Eyes
from kiosk.faces.worker import FaceWorker
from kiosk.hardware import Hardware
from kiosk.health import Supervisor, software
from kiosk.lamps import Lamps
from kiosk.link.hearing import Change
from kiosk.link.link import Link
from kiosk.link.relay import Errand
from kiosk.protocol.messages import Wanted
from kiosk.pulse import Pulse
from kiosk.rollcall import RollCall
from kiosk.screen.board import Board
from kiosk.screen.enrolment import FACE_MODE, FaceAwaited
from kiosk.screen.front import Front
from kiosk.screen.server import BEAT, Page, PageServer
from kiosk.screen.tray import Tray
from kiosk.settings import KioskSettings
from kiosk.simulated import SimulatedHardware
from kiosk.staff import StaffButton
from kiosk.stills import Stills
from kiosk.visit import Answer, Outcome, SiteRules
from kiosk.watching import CardWatch, watch

FACES_HEAR = frozenset({Change.RULES, Change.FACES, Change.ENROLMENT})
ROLL_CALL_HEARS = frozenset({Change.TRACKS, Change.ROSTER, Change.RULES})

TURN_TAKING = timedelta(milliseconds=0.5)
"""How long one thread may hold up another; Python's own 5 ms would be felt in a tap."""


class AlreadyRunning(Exception):
    """Another kiosk works in this folder: stop it, or give this one a folder of its own."""


class Kiosk:
    """One process: threads for readers, lamps, link and page, and the loop that decides."""

    def __init__(
        self,
        settings: KioskSettings,
        clock: Clock,
        *,
        hardware: Hardware,
        board: Board,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._hardware = hardware
        self._stop = Event()
        self.board = board
        self.devices = Devices()
        self.pulse = Pulse(clock)
        self.lamps = Lamps(*hardware.outputs, devices=self.devices)
        self.front = self._front()
        self.loop = self._loop()
        self.link = self._link()
        self.eyes = self._eyes(hardware.camera, hardware.decoder)
        album = self.eyes.album if self.eyes else Album()
        self.stills = Stills(settings.data, album, bring=lambda: self.link.bring(Errand.PHOTOS))
        self.faces = self._faces(album)
        self.roll_call = self._roll_call()
        self.loop.tell(self.link)
        for onlooker in (self.stills.took, self.faces.answered):
            self.loop.show(onlooker)
        self.loop.show(lambda *_: self.roll_call.moved())

    def run(self) -> None:
        """Serve people until `stop`. Raises AlreadyRunning, OSError when the port is taken."""
        sys.setswitchinterval(TURN_TAKING.total_seconds())
        with _alone_in(self._settings), self._page():
            self.loop.tick()
            gc.freeze()
            threads = self._start()
            supervised.keep_running("loop", self.loop.run, stop=self._stop)
            self._stop.set()
            self.link.wake()
            self.lamps.wake()
            self.stills.wake()
            self.faces.wake()
            self.roll_call.wake()
            for thread in threads:
                thread.join(timeout=2)

    def stop(self) -> None:
        """End cleanly; people who wait are answered first. Safe in a signal handler."""
        self.loop.stop()

    def diagnose(self) -> Diagnosis:
        """How the kiosk is. Safe from every thread."""
        view = self.board.view(now=self._clock.uptime())
        return Diagnosis(
            kiosk=self._settings.kiosk,
            software=software(),
            address=own_address(),
            devices=self.devices.reports(),
            hanging=self.pulse.hanging(),
            can_record=view.can_record,
            clock_trusted=view.clock_trusted,
            online=view.link.online,
            waiting=view.link.queue,
            trouble=self.link.trouble,
        )

    def _summary(self) -> str:
        return self.diagnose().summary()

    def _start(self) -> list[Thread]:
        stop = self._stop
        threads = [
            supervised.start("lamps", lambda: self.lamps.run(stop), stop=stop),
            supervised.start("link", lambda: self.link.run(stop), stop=stop),
            supervised.start("stills", lambda: self.stills.run(stop), stop=stop),
            supervised.start("faces", lambda: self.faces.run(stop), stop=stop),
            supervised.start("rollcall", lambda: self.roll_call.run(stop), stop=stop),
        ]
        if self.eyes is not None:
            look = self.eyes.run
            threads.append(self._attend("camera", lambda: look(stop)))
        if self._hardware.button is not None:
            wait = self._staff(self._hardware.button).run
            threads.append(self._attend("button", lambda: wait(stop)))
        for name, reader in self._hardware.readers.items():
            body = self._watching(name, CardWatch(reader, self._clock))
            threads.append(self._attend(name, body))
        return threads

    def _attend(self, device: str, body: Callable[[], None]) -> Thread:
        """A thread for the device; an error nobody foresaw is told as its being away."""
        failed = partial(self.devices.away, device)
        return supervised.start(device, body, stop=self._stop, failed=failed)

    def _staff(self, button: Button) -> StaffButton:
        return StaffButton(
            button,
            self._clock,
            board=self.board,
            diagnose=self.diagnose,
            devices=self.devices,
            pulse=self.pulse,
            roll_call=self.roll_call.toggle,
            cancel_enrolment=self.loop.cancel_enrolment,
        )

    def _front(self) -> Front:
        return Front(
            self._settings,
            self._clock,
            board=self.board,
            devices=self.devices,
            readers=tuple(self._hardware.readers),
            camera=eyes.NAME if self._hardware.camera else None,
        )

    def _loop(self) -> Loop:
        return Loop(
            self._settings,
            self._clock,
            board=self.board,
            lamps=self.lamps,
            supervisor=Supervisor(silent=self.pulse.silent, say=self._summary),
            settle=self.front.settle,
        )

    def _link(self) -> Link:
        return Link(
            self._settings,
            self._clock,
            devices=self.devices,
            tell=self.board.report_link,
            changed=self._follow,
            doubt=self.loop.journal_doubted,
        )

    def _faces(self, album: Album) -> FaceWorker:
        return FaceWorker(
            self._settings.data,
            self._clock,
            album=album,
            engine=self._hardware.faces,
            put=self.loop.see,
            bring=self._bring_remarks,
            devices=self.devices,
            await_face=self._await_face,
        )

    def _roll_call(self) -> RollCall:
        return RollCall(
            self._settings.data,
            self._clock,
            board=self.board,
            bring=self._bring_remarks,
            rules=SiteRules(ZoneInfo(self._settings.zone)),
            language=self._settings.screen.language,
        )

    def _bring_remarks(self) -> None:
        self.link.bring(Errand.REMARKS)

    def _eyes(self, camera: Camera | None, decoder: QrDecoder) -> Eyes | None:
        if camera is None:
            return None
        return Eyes(
            camera,
            decoder,
            self._clock,
            put=self.loop.see,
            devices=self.devices,
            pulse=self.pulse,
        )

    def _watching(self, name: str, device: CardWatch) -> Callable[[], None]:
        return lambda: watch(
            name,
            device,
            put=self.loop.see,
            unread=self._ask_again,
            stop=self._stop,
            devices=self.devices,
            pulse=self.pulse,
        )

    def _ask_again(self) -> None:
        """Tell somebody that their card was not read. Nothing is recorded."""
        reading = self._clock.read()
        self.board.show(Answer(Outcome.UNREAD, reading.utc), now=reading.uptime)
        self.lamps.show(Outcome.UNREAD)

    def _tray(self) -> Tray | None:
        """The cards that can be held up where the hardware is simulated."""
        played = self._hardware
        if not isinstance(played, SimulatedHardware):
            return None
        return Tray(self._settings.data, played.come, shows_names=self.front.shows_names)

    @contextmanager
    def _page(self) -> Iterator[None]:
        tray = self._tray()
        asks, acts = self.front.touched(put=self.loop.see, bring=self._bring_remarks)
        page = Page(
            draw=self.front.draw,
            wait=lambda seen: self.board.wait(seen, timeout=BEAT),
            asks={
                **asks,
                "/rollcall": self.roll_call.told,
                **(tray.asks if tray else {}),
                "/diagnosis": lambda _: self.diagnose().model_dump(mode="json"),
            },
            acts={**acts, "/tick": self.roll_call.tick, **(tray.acts if tray else {})},
        )
        server = PageServer(self._settings.screen, page)
        serving = Thread(target=server.serve_forever, name="page", daemon=True)
        serving.start()
        try:
            yield
        finally:
            server.end()
            serving.join(timeout=2)

    def _await_face(self, wanted: Wanted | None) -> None:
        """Show whose face is to be measured, for as long as it is."""
        if wanted is None:
            self.board.take_down(FACE_MODE)
        else:
            self.board.put_up(FaceAwaited(wanted.name))

    def _follow(self, change: Change) -> None:
        """Pass on what the gateway said that is not the link's own business."""
        if change is Change.ENROLMENT:
            self.loop.enrolment_changed()
        if change is Change.RULES:
            self.loop.rules_changed()
            self.stills.settings_changed()
        if change in FACES_HEAR:
            self.faces.changed()
        if change is Change.EVACUATION:
            self.roll_call.wake()
        if change in ROLL_CALL_HEARS:
            self.roll_call.moved()


@contextmanager
def _alone_in(settings: KioskSettings) -> Iterator[None]:
    """Hold the folder, so that two kiosks never number the same tracks."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise AlreadyRunning(f"another kiosk works in {settings.data}") from held
        yield
