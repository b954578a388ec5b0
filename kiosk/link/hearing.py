"""What the gateway says: parsed at the door, kept in the site's file, told to the link."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import ValidationError
from sqlite_utils import Database

from kiosk import site
from kiosk.identify import roster
from kiosk.protocol import topics
from kiosk.protocol.messages import (
    GatewayState,
    Message,
    RosterPart,
    SiteSettings,
    SiteTracks,
    Upto,
)


class NotUnderstood(Exception):
    """A message that cannot be followed: log it and go on."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The gateway has committed all up to here."""

    upto: int


@dataclass(frozen=True, slots=True)
class GatewayIs:
    """The gateway's state, and which of its runs tells it."""

    online: bool
    run: UUID


class Change(StrEnum):
    """What else a message can mean for the kiosk."""

    ROSTER_MISSED = "roster_missed"
    ROSTER = "roster"
    TRACKS = "tracks"
    RULES = "rules"
    NOTHING = "nothing"


Meaning = Confirmed | GatewayIs | Change


class Ear:
    """Listens for one kiosk. Belongs to the link's thread, as its database does."""

    def __init__(self, database: Database, *, kiosk: str, site_id: str, install: UUID) -> None:
        own, shared = topics.KioskTopics(kiosk), topics.SiteTopics(site_id)
        self._database = database
        self._install = install
        self._site_id = site_id
        self._catch_up_topic = own.catch_up
        self._kinds: dict[str, type[Message]] = {
            topics.GATEWAY_STATE: GatewayState,
            own.upto: Upto,
            own.roster: RosterPart,
            own.catch_up: SiteTracks,
            shared.tracks: SiteTracks,
            shared.settings: SiteSettings,
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

    def hear(self, topic: str, payload: bytes) -> Meaning:
        """Keep what the message says. Raises NotUnderstood, and has then kept nothing."""
        message = self._parse(topic, payload)
        match message:
            case GatewayState(run=run, online=online):
                return GatewayIs(online, run)
            case Upto():
                return self._confirm(message)
            case RosterPart():
                return self._take_roster(message)
            case SiteTracks():
                return self._take_tracks(message, is_catch_up=topic == self._catch_up_topic)
            case SiteSettings():
                return self._settle(message)
        raise NotUnderstood(f"nothing is done with {type(message).__name__}")

    def _parse(self, topic: str, payload: bytes) -> Message:
        kind = self._kinds.get(topic)
        if kind is None:
            raise NotUnderstood(f"no message travels on {topic}")
        try:
            return kind.model_validate_json(payload)
        except ValidationError as wrong:
            first = wrong.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(step) for step in first["loc"])
            raise NotUnderstood(f"{topic}: {place or 'message'}: {first['msg']}") from None

    def _confirm(self, message: Upto) -> Meaning:
        if message.install != self._install:
            return Change.NOTHING
        site.confirm(self._database, message.install, message.upto)
        return Confirmed(message.upto)

    def _take_roster(self, part: RosterPart) -> Meaning:
        """A part heard before means nothing; one that does not follow on was preceded by others."""
        if 0 < part.base < part.version <= self.roster_version():
            return Change.NOTHING
        return Change.ROSTER if roster.apply(self._database, part) else Change.ROSTER_MISSED

    def _take_tracks(self, message: SiteTracks, *, is_catch_up: bool) -> Meaning:
        """Only what came without a gap moves `heard_upto`: a catch-up, or what follows one."""
        if message.site != self._site_id:
            raise NotUnderstood("tracks of another site")
        site.take_tracks(self._database, message)
        self._is_catching_up = self._is_catching_up and not is_catch_up
        if not self._is_catching_up:
            site.set_heard_upto(self._database, message.committed_at)
        return Change.TRACKS

    def _settle(self, message: SiteSettings) -> Meaning:
        if message.site != self._site_id:
            raise NotUnderstood("settings of another site")
        try:
            site.take_settings(self._database, message)
        except ValueError as wrong:
            raise NotUnderstood(str(wrong)) from wrong
        return Change.RULES
