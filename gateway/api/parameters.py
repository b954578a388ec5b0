"""The types of what callers send, none of which a store can choke on."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from django.db.models import QuerySet
from ninja import Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    JsonValue,
    StringConstraints,
    WithJsonSchema,
)

from gateway.api.errors import NameTheSite, NotThere
from gateway.timetable.models import Site
from kiosk.protocol.days import school_day

LARGEST = 2**63 - 1


def _printable(text: object) -> object:
    if isinstance(text, str) and not text.isprintable():
        raise ValueError("has characters that cannot be printed")
    return text


def _on_the_wall(clock: time) -> time:
    if clock.tzinfo is not None:
        raise ValueError("is a time on the site's clock, without an offset, such as 08:30")
    return clock


Id = Annotated[int, Field(ge=1, le=LARGEST)]
_Plain = BeforeValidator(_printable)
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=512), _Plain]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), _Plain]
LongNote = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), _Plain]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _Plain
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), _Plain]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80), _Plain]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), _Plain
]
Numbers = dict[str, JsonValue]
"""Single numbers of a policy that differ from the profile's, by name."""
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8), _Plain]
SlugText = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]
Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2100, 1, 1, tzinfo=UTC)),
]

ON_THE_WALL = WithJsonSchema(
    {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}
)
"""JSON schema's own format of a time wants an offset, and a clock on a wall has none."""
WallTime = Annotated[time, AfterValidator(_on_the_wall), ON_THE_WALL]


class Because(Schema):
    """Why it is done."""

    because: Reason


class AtSite(Schema):
    """Which site; it may be left out where there is only one."""

    site: SlugText | None = None


class OnDay(AtSite):
    """Which school date of which site; today where it is left out."""

    date: Day | None = None


def site_of(slug: str | None, among: "QuerySet[Site] | None" = None) -> Site:
    """The named site, or the only one, of all or of `among`. Raises NotThere, NameTheSite."""
    known = Site.objects.all() if among is None else among
    found = list(known.filter(slug=slug) if slug else known.order_by("slug")[:20])
    if slug and not found:
        raise NotThere(f"there is no site {slug!r}")
    if len(found) != 1:
        slugs = ", ".join(site.slug for site in found) or "none yet"
        raise NameTheSite(f"say which site is meant with site=…; there are {slugs}")
    return found[0]


def day_of(site: Site, asked: date | None, now: datetime) -> date:
    """The date asked for, or today at the site."""
    return asked or school_day(now, zone=site.tz, day_starts=site.day_starts)
