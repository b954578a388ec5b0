"""A face worker with everything around it simulated, moved on picture by picture."""

import base64
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from drivers.camera.camera import GRAY, Frame, Shot
from drivers.face.engine import FaceEngine
from drivers.face.simulated import SimulatedFaceEngine, Standing
from kiosk import site
from kiosk.album import Album, Glance
from kiosk.devices import Devices
from kiosk.faces.shelf import FaceShelf
from kiosk.faces.worker import FaceWorker
from kiosk.protocol.messages import Enrolment, Method, SiteSettings, Wanted
from kiosk.protocol.options import FaceOptions
from kiosk.protocol.remarks import FaceVerdict, Remark
from kiosk.protocol.sealing import new_key
from kiosk.remarks import RemarkBook
from kiosk.sealkey import seal_key
from kiosk.visit import Answer, Outcome, Sighting
from tests.kiosk.faces.people import part
from tests.kiosk.made import clock_at
from tests.kiosk.neighbours import SITE, card_of

FRAME = Frame(1, 1, GRAY, b"x")
A_PICTURE = timedelta(milliseconds=100)
AT_ONCE = timedelta(0)
TRACK = UUID(int=5)
GATEWAY = new_key()
OFF = FaceOptions()
CONFIRM = FaceOptions(confirm=True)
IDENTIFY = FaceOptions(identify=True)


class Stage:
    """`worker` is moved by hand: `pictures` shows so many, one look each."""

    def __init__(
        self,
        folder: Path,
        options: FaceOptions,
        *known: int,
        real: FaceEngine | None = None,
    ) -> None:
        self.folder = folder
        self.clock = clock_at("08:00")
        self.engine, self.album, self.devices = SimulatedFaceEngine(), Album(), Devices()
        self.seen: list[Sighting] = []
        self.brought: list[bool] = []
        self.awaited: list[Wanted | None] = []
        site.open_site(folder).close()
        self.worker = FaceWorker(
            folder,
            self.clock,
            album=self.album,
            engine=real or self.engine,
            put=self.seen.append,
            bring=lambda: self.brought.append(True),
            devices=self.devices,
            await_face=self.awaited.append,
        )
        self.shelf = FaceShelf(folder)
        self.shelf.take(part(*known, public=seal_key(folder).public), now=self.clock.read().utc)
        self.switch(options)

    def switch(self, options: FaceOptions) -> None:
        told = SiteSettings(
            site=SITE,
            name="Main",
            zone="UTC",
            day_starts=datetime.min.time(),
            repeat_window_s=60,
            seal_key=base64.b64encode(GATEWAY.public).decode(),
            face=options,
        )
        self._note(told)

    def want(self, person: int, *, minutes: int = 2, enrolment: UUID = TRACK) -> None:
        until = self.clock.read().utc + timedelta(minutes=minutes)
        wanted = Wanted(id=enrolment, method=Method.FACE, person=person, name="Mia K.", until=until)
        self._note(Enrolment(wanted=wanted))

    def tap(self, person: int | None, *, method: Method = Method.CARD) -> None:
        reading = self.clock.read()
        sighting = Sighting(method, card_of(person or 0), reading)
        answer = Answer(Outcome.SIGNED_IN, reading.utc, track=TRACK, person=person)
        self.worker.answered(sighting, answer)

    def pictures(self, count: int, *people: Standing, apart: timedelta = A_PICTURE) -> None:
        for _ in range(count):
            self.show(*people, apart=apart)
            self.worker.turn(AT_ONCE)

    def show(self, *people: Standing, apart: timedelta = A_PICTURE, frame: Frame = FRAME) -> None:
        self.engine.stand(*people)
        self.clock.advance(apart)
        self.album.add(Glance(self.clock.read().uptime, Shot(frame)))

    def photograph(self, frame: Frame, *, times: int = 3) -> None:
        """Hold a real picture before the camera, for the real engine."""
        for _ in range(times):
            self.show(frame=frame)
            self.worker.turn(AT_ONCE)

    def remarks(self) -> tuple[Remark, ...]:
        return RemarkBook(self.folder).oldest()

    def verdicts(self) -> list[FaceVerdict]:
        return [remark.verdict for remark in self.remarks() if remark.kind == "face_seen"]

    def _note(self, message: SiteSettings | Enrolment) -> None:
        database = site.open_site(self.folder)
        site.note(database, message)
        database.close()
        self.worker.changed()
        self.show()
        self.worker.turn(AT_ONCE)
