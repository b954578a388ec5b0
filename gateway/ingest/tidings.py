"""What is kept at the broker for kiosks: whole states, said anew when they have changed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError
from pydantic import BaseModel

from gateway.ingest import enrolling
from gateway.ingest.evacuating import evacuations
from gateway.ingest.queries import site_settings
from gateway.timetable.models import Site
from kiosk.protocol.topics import SiteTopics

log = structlog.get_logger()

Said = Iterable[tuple[str, BaseModel]]
"""Topics, and what holds there now."""


@dataclass(frozen=True, slots=True)
class Tiding:
    """A kind of state: how it is found, for all sites or kiosks at once, and how often."""

    find: Callable[[datetime], Said]
    every: timedelta


def _settings(now: datetime) -> Iterator[tuple[str, BaseModel]]:
    for site in Site.objects.all():
        yield SiteTopics(site.slug).settings, site_settings(site, now=now)


TIDINGS = (
    Tiding(_settings, every=timedelta(seconds=15)),
    Tiding(enrolling.asked, every=timedelta(seconds=1)),
    Tiding(evacuations, every=timedelta(seconds=1)),
)


class Keeper:
    """Says what changed, retained. `publish` takes (topic, payload, retain)."""

    def __init__(
        self, publish: Callable[[str, bytes, bool], None], *, tidings: Iterable[Tiding] = TIDINGS
    ) -> None:
        self._publish = publish
        self._due: dict[Tiding, datetime | None] = dict.fromkeys(tidings)
        self._said: dict[str, bytes] = {}

    def forget(self) -> None:
        """The broker may have lost what it kept: say all of it anew."""
        self._said.clear()
        self._due = dict.fromkeys(self._due)

    def tick(self, *, now: datetime) -> None:
        """Look at what is due."""
        for tiding, due in self._due.items():
            if due is None or not due - tiding.every <= now < due:
                self._look(tiding, now)
                self._due[tiding] = now + tiding.every

    def _look(self, tiding: Tiding, now: datetime) -> None:
        """One kind that cannot be said holds up no other."""
        try:
            for topic, message in tiding.find(now):
                self._say(topic, message)
        except DatabaseError:
            raise
        except Exception:
            log.exception("tiding_failed")

    def _say(self, topic: str, message: BaseModel) -> None:
        payload = message.model_dump_json().encode()
        if self._said.get(topic) != payload:
            self._publish(topic, payload, True)
            self._said[topic] = payload
