"""What stands on the badges of a site's people: names, year groups, until when they hold."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

from gateway import bulk
from gateway.people import badges
from gateway.people.badge_sheets import Card
from gateway.people.badges import Terms
from gateway.people.models import Badge, Person
from gateway.timetable.models import Site
from gateway.timetable.queries import site_roll

PICTURES = (".jpg", ".jpeg", ".png")


def terms_at(site: Site, *, until: date | None, by: str, now: datetime) -> Terms:
    """Terms of badges that hold to the end of a day on the site's clock."""
    if until is None:
        return Terms(expires_at=now + badges.VALID_FOR, by=by, now=now)
    first_after = datetime.combine(until + timedelta(days=1), time(), tzinfo=site.tz)
    return Terms(expires_at=first_after, by=by, now=now, good_until=first_after)


def site_cards(
    site: Site, person_ids: Collection[int], terms: Terms, *, photos: Path | None = None
) -> Iterator[Card]:
    """A card for each person, in the order given; badges are given out where they are missing.

    Raises as `badges.issue_badges` does; badges of the cards before stay given out.
    """
    groups = {each.person_id: each.year_group for each in site_roll(site.pk, _today(site, terms))}
    pictures = _pictures(photos) if photos else {}
    for some in bulk.portions(tuple(person_ids), badges.AT_ONCE):
        held = badges.printed_badges(some, terms)
        for person in some:
            yield _card(site, held[person], groups, pictures, terms)


def _card(
    site: Site,
    badge: Badge,
    groups: Mapping[int, str],
    pictures: Mapping[str, Path],
    terms: Terms,
) -> Card:
    person = badge.person
    last_day = (badge.expires_at - timedelta(seconds=1)).astimezone(site.tz).date()
    return Card(
        token=badges.token_of(badge, now=terms.now),
        name=str(person).strip(),
        line=" · ".join(part for part in (groups.get(person.pk, ""), site.name) if part),
        foot=f"valid until {last_day.day} {last_day:%b %Y}\nNo. {badge.serial}",
        photo=_photo(person, pictures),
    )


def _photo(person: Person, pictures: Mapping[str, Path]) -> Path | None:
    return pictures.get(person.external_id or "") or pictures.get(str(person.pk))


def _pictures(folder: Path) -> dict[str, Path]:
    return {each.stem: each for each in folder.iterdir() if each.suffix.lower() in PICTURES}


def _today(site: Site, terms: Terms) -> date:
    return terms.now.astimezone(site.tz).date()
