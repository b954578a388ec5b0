"""What the gateway says to kiosks, and when."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import BaseModel

from gateway.attendance.recording import Kept
from gateway.fleet.services import Life
from gateway.ingest.faces import FaceTeller
from gateway.ingest.queries import (
    changed_tracks,
    late_news,
    site_track,
)
from gateway.ingest.tidings import Keeper
from gateway.people.queries import roster_since, roster_version
from gateway.timetable.models import Site
from kiosk.protocol.days import day_bounds, school_day
from kiosk.protocol.messages import Heartbeat, PhotosKept, RosterPart, SiteTrack, SiteTracks, Upto
from kiosk.protocol.remarks import RemarksKept
from kiosk.protocol.topics import KioskTopics, SiteTopics

Publish = Callable[[str, bytes, bool], None]
"""Hands (topic, payload, retain) to the broker without waiting for it."""

PORTION = 500
OVERLAP = timedelta(seconds=2)
"""Told again around a kiosk's last word, because commits may overtake one another."""
LATEST_COMMIT = timedelta(seconds=10)
"""How long after its instant a change may be committed by a process that had to wait."""


class Teller:
    """Remembers what each kiosk was told last; forgetting it all only means saying it again."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._rosters: dict[str, int] = {}
        self._keeper = Keeper(publish)
        self._faces = FaceTeller(self._say)
        self._slugs: dict[int, str] = {}
        self._news: dict[int, set[tuple[UUID, datetime]]] = {}

    def forget(self) -> None:
        """The broker may have lost what it kept: say the settings anew."""
        self._keeper.forget()

    def upto(self, committed: Mapping[Life, int]) -> None:
        """Acknowledge what has been committed, and nothing else."""
        for (kiosk_id, install), number in committed.items():
            self._say(KioskTopics(kiosk_id).upto, Upto(install=install, upto=number))

    def remarks_kept(self, kiosk_id: str, ids: tuple[UUID, ...]) -> None:
        """These remarks need not be told again."""
        self._say(KioskTopics(kiosk_id).remarks_kept, RemarksKept(ids=ids))

    def photos_kept(self, kiosk_id: str, tracks: tuple[UUID, ...]) -> None:
        """The stills of these tracks need not be sent again."""
        self._say(KioskTopics(kiosk_id).photos_kept, PhotosKept(tracks=tracks))

    def tracks(self, kept: Iterable[Kept], *, now: datetime) -> None:
        """Tell every kiosk of the site what was committed."""
        by_site: dict[int, list[SiteTrack]] = defaultdict(list)
        for track in kept:
            if track.counts and track.person_id is not None:
                said = SiteTrack(
                    id=track.id, person=track.person_id, kiosk=track.kiosk_id, made_at=track.at
                )
                by_site[track.site_id].append(said)
        for site_id, said_there in by_site.items():
            slug = self._slug(site_id)
            self._site_tracks(SiteTopics(slug).tracks, slug, said_there, now)

    def answer(self, heartbeat: Heartbeat, *, upto: int, now: datetime) -> None:
        """Tell a kiosk what its heartbeat shows it to lack."""
        self.upto({(heartbeat.kiosk, heartbeat.install): upto})
        self._rosters[heartbeat.kiosk] = heartbeat.roster_version
        self._roster(heartbeat.kiosk)
        self._faces.answer(heartbeat, now=now)
        if not heartbeat.caught_up:
            self._catch_up(heartbeat, now)

    def tick(self, *, now: datetime) -> None:
        """Tell what changed without a kiosk having asked: roster, settings, repaired tracks."""
        newest = roster_version()
        for kiosk_id, version in tuple(self._rosters.items()):
            if version < newest:
                self._roster(kiosk_id)
        for site in Site.objects.all():
            self._slugs[site.pk] = site.slug
            self._late_news(site, now)
        self._keeper.tick(now=now)
        self._faces.tick(now=now)

    def _slug(self, site_id: int) -> str:
        """At hand, so that what was committed can be told though the store went away since."""
        if site_id not in self._slugs:
            self._slugs[site_id] = Site.objects.get(pk=site_id).slug
        return self._slugs[site_id]

    def _roster(self, kiosk_id: str) -> None:
        version = self._rosters[kiosk_id]
        complete = version == roster_version()
        while not complete:
            change = roster_since(version)
            part = RosterPart(
                base=change.base,
                version=change.version,
                people=change.people,
                removed=change.removed,
                blocked=change.blocked,
                unblocked=change.unblocked,
            )
            self._say(KioskTopics(kiosk_id).roster, part)
            version, complete = change.version, change.complete
        self._rosters[kiosk_id] = version

    def _catch_up(self, heartbeat: Heartbeat, now: datetime) -> None:
        site = Site.objects.filter(kiosks=heartbeat.kiosk).first()
        if site is None:
            return
        day = school_day(now, zone=site.tz, day_starts=site.day_starts)
        first, _ = day_bounds(day, zone=site.tz, day_starts=site.day_starts)
        since = heartbeat.heard_upto - OVERLAP if heartbeat.heard_upto else first
        rows = changed_tracks(site.pk, since=max(first, since), until=now)
        topic = KioskTopics(heartbeat.kiosk).catch_up
        for start in range(0, max(len(rows), 1), PORTION):
            part = rows[start : start + PORTION]
            is_last = start + PORTION >= len(rows)
            said = tuple(map(site_track, part))
            upto = now if is_last else part[-1].changed_at
            self._say(topic, SiteTracks(site=site.slug, committed_at=upto, tracks=said))

    def _late_news(self, site: Site, now: datetime) -> None:
        rows = late_news(site.pk, since=now - LATEST_COMMIT, until=now)
        told = self._news.get(site.pk, set())
        said = [site_track(row) for row in rows if (row.pk, row.changed_at) not in told]
        if said:
            self._site_tracks(SiteTopics(site.slug).tracks, site.slug, said, now)
        self._news[site.pk] = {(row.pk, row.changed_at) for row in rows}

    def _site_tracks(self, topic: str, site: str, said: Sequence[SiteTrack], now: datetime) -> None:
        for start in range(0, len(said), PORTION):
            part = tuple(said[start : start + PORTION])
            self._say(topic, SiteTracks(site=site, committed_at=now, tracks=part))

    def _say(self, topic: str, message: BaseModel) -> None:
        self._publish(topic, message.model_dump_json().encode(), False)
