"""What tests of the kiosk stand on: settings, a clock on a school morning, people of a roster."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from drivers.clock.clock import Reading
from drivers.clock.simulated import SimulatedClock
from kiosk import site
from kiosk.desk import Desk
from kiosk.identify import roster
from kiosk.journal import Entry
from kiosk.protocol.messages import (
    Credential,
    Method,
    RosterPart,
    Shown,
    SiteSettings,
    SiteTrack,
    SiteTracks,
)
from kiosk.settings import KioskSettings
from kiosk.visit import Answer, Sighting
from tests.kiosk.neighbours import KIOSK, SITE, card_of, person

DAY = "2026-11-23"
BOOT = UUID(int=7)


def at(clock: str, day: str = DAY) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}+00:00")


def settings_in(folder: Path, **more: Any) -> KioskSettings:
    return KioskSettings(kiosk=KIOSK, site=SITE, data=folder, **more)


def clock_at(clock: str, *, trusted: bool = True) -> SimulatedClock:
    return SimulatedClock(at(clock), trusted=trusted)


def reading_at(clock: str, *, trusted: bool = True) -> Reading:
    return Reading(at(clock), BOOT, timedelta(hours=1), trusted)


def card_shown(number: int, reading: Reading) -> Sighting:
    return Sighting(Method.CARD, card_of(number), reading)


def entry(clock: str = "08:00", number: int | None = 17, **more: Any) -> Entry:
    """A sign-in of person `number`, journalled at `clock`, unless told otherwise."""
    told: dict[str, Any] = {
        "id": uuid4(),
        "reading": reading_at(clock),
        "at": at(clock),
        "method": Method.CARD,
        "credential": card_of(number or 0),
        "person": number,
        "shown": Shown.SIGNED_IN,
        "late_minutes": None,
    }
    return Entry(**(told | more))


def site_tracks(*tracks: SiteTrack, committed: str = "08:30") -> SiteTracks:
    return SiteTracks(site=SITE, committed_at=at(committed), tracks=tracks)


def site_track(clock: str, number: int = 17, **more: Any) -> SiteTrack:
    told: dict[str, Any] = {
        "id": uuid4(),
        "person": number,
        "kiosk": "back-door",
        "made_at": at(clock),
    }
    return SiteTrack(**(told | more))


def site_settings(**more: Any) -> SiteSettings:
    told: dict[str, Any] = {
        "site": SITE,
        "name": "Main",
        "zone": "Europe/London",
        "day_starts": "00:00",
    }
    return SiteSettings(**(told | {"repeat_window_s": 60} | more))


def fill(folder: Path, *numbers: int, blocked: tuple[int, ...] = ()) -> None:
    """Put people and their cards into the site's file in `folder`."""
    database = site.open_site(folder)
    cards = tuple(Credential(method=Method.CARD, value=card_of(number)) for number in blocked)
    people = tuple(person(number) for number in numbers)
    roster.apply(database, RosterPart(base=0, version=1, people=people, blocked=cards))
    database.close()


class Door:
    """A desk with a clock: people tap, and are answered."""

    def __init__(self, folder: Path, clock: SimulatedClock) -> None:
        self.folder = folder
        self.clock = clock
        self.desk = Desk(settings_in(folder, zone="Europe/London"))

    def tap(self, number: int, when: str = "", *, day: str = DAY) -> Answer:
        if when:
            self.clock.set(at(when, day))
        return self.desk.answer(card_shown(number, self.clock.read()))

    def restart(self) -> None:
        self.desk.close()
        self.desk = Desk(settings_in(self.folder, zone="Europe/London"))


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
