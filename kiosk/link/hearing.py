"""What the gateway says: parsed at the door, kept in the site's file, told to the link."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlite_utils import Database

from drivers.clock.clock import Clock
from kiosk import site
from kiosk.faces.shelf import FaceShelf
from kiosk.identify import roster
from kiosk.link.relay import Errand
from kiosk.protocol import topics
from kiosk.protocol.messages import (
    Enrolment,
    Evacuation,
    FacesPart,
    GatewayState,
    PhotosKept,
    RosterPart,
    SiteSettings,
    SiteTracks,
    Upto,
)
from kiosk.protocol.remarks import RemarksKept
from kiosk.protocol.wire import Message


class NotUnderstood(Exception):
    """A message that cannot be followed: log it and go on."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The gateway has committed all of this life of the journal up to here."""

    install: UUID
    upto: int


@dataclass(frozen=True, slots=True)
class GatewayIs:
    """The gateway's state, and which of its runs tells it."""

    online: bool
    run: UUID


@dataclass(frozen=True, slots=True)
class Kept:
    """The gateway has these remarks, or the stills of these tracks."""

    what: Errand
    ids: tuple[UUID, ...]


class Change(StrEnum):
    """What else a message can mean for the kiosk."""

    ROSTER_MISSED = "roster_missed"
    ROSTER = "roster"
    TRACKS = "tracks"
    RULES = "rules"
    ENROLMENT = "enrolment"
    FACES_MISSED = "faces_missed"
    FACES = "faces"
    EVACUATION = "evacuation"
    NOTHING = "nothing"


M = TypeVar("M", bound=Message)
Meaning = Confirmed | GatewayIs | Kept | Change


class Ear:
    """Listens for one kiosk. Belongs to the link's thread, as its database does."""

    def __init__(
        self,
        database: Database,
        *,
        faces: FaceShelf,
        clock: Clock,
        kiosk: str,
        site_id: str,
        installs: frozenset[UUID],
    ) -> None:
        own, shared = topics.KioskTopics(kiosk), topics.SiteTopics(site_id)
        self._database = database
        self._faces = faces
        self._clock = clock
        self._installs = installs
        self._site_id = site_id
        self._routes = {
            topics.GATEWAY_STATE: _route(GatewayState, _gateway_is),
            own.upto: _route(Upto, self._confirm),
            own.roster: _route(RosterPart, self._take_roster),
            own.catch_up: _route(SiteTracks, self._catch_up),
            own.enrolment: _route(Enrolment, self._enrol),
            own.faces: _route(FacesPart, self._take_faces),
            own.remarks_kept: _route(RemarksKept, lambda kept: Kept(Errand.REMARKS, kept.ids)),
            own.photos_kept: _route(PhotosKept, lambda kept: Kept(Errand.PHOTOS, kept.tracks)),
            shared.tracks: _route(SiteTracks, self._take_tracks),
            shared.settings: _route(SiteSettings, self._settle),
            shared.evacuation: _route(Evacuation, self._evacuate),
        }
        self._is_catching_up = True

    def missed_something(self) -> None:
        """The line was cut: committed tracks may have been told meanwhile."""
        self._is_catching_up = True

    @property
    def is_caught_up(self) -> bool:
        """Whether the gateway has told what was missed while the line was cut."""
        return not self._is_catching_up

    def heard_upto(self) -> datetime | None:
        """Up to when nothing committed is missing."""
        return site.heard_upto(self._database)

    def roster_version(self) -> int:
        """The roster held."""
        return roster.version(self._database)

    def faces_version(self) -> int:
        """The faces held."""
        return self._faces.version()

    def hear(self, topic: str, payload: bytes) -> Meaning:
        """Keep what the message says. Raises NotUnderstood, and has then kept nothing."""
        route = self._routes.get(topic)
        if route is None:
            raise NotUnderstood(f"no message travels on {topic}")
        try:
            return route(payload)
        except ValidationError as wrong:
            first = wrong.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(step) for step in first["loc"])
            raise NotUnderstood(f"{topic}: {place or 'message'}: {first['msg']}") from None
        except (ValueError, OverflowError) as wrong:
            raise NotUnderstood(f"{topic}: {type(wrong).__name__}") from wrong

    def _confirm(self, message: Upto) -> Meaning:
        if message.install not in self._installs:
            return Change.NOTHING
        site.confirm(self._database, message.install, message.upto)
        return Confirmed(message.install, message.upto)

    def _take_roster(self, part: RosterPart) -> Meaning:
        """A part heard before means nothing; one that does not follow on was preceded by others."""
        if 0 < part.base < part.version <= self.roster_version():
            return Change.NOTHING
        return Change.ROSTER if roster.apply(self._database, part) else Change.ROSTER_MISSED

    def _catch_up(self, message: SiteTracks) -> Meaning:
        """What was missed has been told with this; from here on nothing is missing."""
        self._check_site(message.site)
        self._is_catching_up = False
        return self._take_tracks(message)

    def _take_tracks(self, message: SiteTracks) -> Meaning:
        """Only what came without a gap moves `heard_upto`: a catch-up, or what follows one."""
        self._check_site(message.site)
        site.take_tracks(self._database, message)
        if not self._is_catching_up:
            site.set_heard_upto(self._database, message.committed_at)
        return Change.TRACKS

    def _enrol(self, message: Enrolment) -> Meaning:
        site.note(self._database, message)
        return Change.ENROLMENT

    def _take_faces(self, part: FacesPart) -> Meaning:
        """A part heard before means nothing; one that does not follow on was preceded by others."""
        held = self._faces.version()
        if 0 < part.base < part.version <= held:
            return Change.NOTHING
        if not self._faces.take(part, now=self._clock.read().utc):
            return Change.FACES_MISSED
        return Change.NOTHING if part.base == part.version == held else Change.FACES

    def _evacuate(self, message: Evacuation) -> Meaning:
        self._check_site(message.site)
        site.note(self._database, message)
        return Change.EVACUATION

    def _settle(self, message: SiteSettings) -> Meaning:
        self._check_site(message.site)
        try:
            site.take_settings(self._database, message)
        except ValueError as wrong:
            raise NotUnderstood(str(wrong)) from wrong
        return Change.RULES

    def _check_site(self, named: str) -> None:
        if named != self._site_id:
            raise NotUnderstood(f"it is meant for the site {named}")


def _gateway_is(state: GatewayState) -> Meaning:
    return GatewayIs(state.online, state.run)


def _route(kind: type[M], take: Callable[[M], Meaning]) -> Callable[[bytes], Meaning]:
    """Reads the one kind of message that travels on a topic, and takes it."""
    return lambda payload: take(kind.model_validate_json(payload))
