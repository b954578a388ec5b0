"""Commands for signed badges: on paper, as pictures, on phones; their revocation and their keys."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.people import badge_keys, badge_pictures, badges
from gateway.people.badge_sheets import write_sheets
from gateway.people.models import Badge, SigningKey
from gateway.project.commands import Mistaken, say, sites
from gateway.project.config import settings
from gateway.timetable.badge_cards import site_cards, terms_at
from gateway.timetable.models import Site
from gateway.timetable.queries import site_roll

BY = "command line"


def sheet(options: Namespace) -> int:
    """Print badges; those who have one that holds get it again. Raises Mistaken, UnreadablePicture.

    The file is written whole or not at all.
    """
    (site,) = sites(options.site)
    now = datetime.now(UTC)
    people = options.person or _students(site, options.year_group, now)
    terms = terms_at(site, until=options.until, by=BY, now=now)
    cards = site_cards(site, people, terms, photos=options.photos)
    with _bar(len(people)) as done, _whole(options.file) as file:
        pages = write_sheets(file, cards, title=site.name, font=options.font, progress=done)
    say(f"{len(people)} badges on {pages} pages: {options.file}")
    return 0


def one(options: Namespace) -> int:
    """Write one badge's code. Raises Mistaken, UnknownPerson, WrongPerson."""
    write = {".png": badge_pictures.png, ".svg": badge_pictures.svg}.get(options.file.suffix)
    if write is None:
        raise Mistaken(f"{options.file} is neither .png nor .svg: name one of these")
    now = datetime.now(UTC)
    terms = terms_at(_a_site(), until=options.until, by=BY, now=now)
    badge = badges.printed_badges([options.person], terms)[options.person]
    with _whole(options.file) as file:
        file.write(write(badges.token_of(badge, now=now)))
    say(f"badge {badge.serial} of person {options.person}: {options.file}")
    return 0


def link(options: Namespace) -> int:
    """Print the address of a person's rotating badge, this once. Raises UnknownPerson."""
    now = datetime.now(UTC)
    terms = terms_at(_a_site(), until=options.until, by=BY, now=now)
    secret = badges.give_phone_link(person_id=options.person, terms=terms)
    say(f"{_address()}/badge/{secret}/")
    return 0


def revoke(options: Namespace) -> int:
    """Revoke one badge, or all of a person. Raises UnknownBadge."""
    now = datetime.now(UTC)
    if options.serial is not None:
        badges.revoke_badge(serial=options.serial, because=options.because, now=now)
        say(f"badge {options.serial} is revoked")
    else:
        many = badges.revoke_badges_of(person_id=options.person, because=options.because, now=now)
        say(f"badges revoked: {many}")
    return 0


def list_badges(options: Namespace) -> int:
    """Print the badges of a person, the newest first."""
    now = datetime.now(UTC)
    for badge in Badge.objects.filter(person_id=options.person).order_by("-issued_at"):
        until = f"until {badge.expires_at:%Y-%m-%d}"
        say(f"{badge.serial:>10}  {badge.kind:<8} {until}  {_state(badge, now)}")
    return 0


def keys(_: Namespace) -> int:
    """Print the signing keys."""
    for key in SigningKey.objects.order_by("number"):
        state = f"withdrawn {key.withdrawn_at:%Y-%m-%d}" if key.withdrawn_at else "believed"
        say(f"{key.number:>3}  signs from {key.signs_from:%Y-%m-%d %H:%M} UTC  {state}")
    return 0


def rotate(options: Namespace) -> int:
    """Make a new signing key. Raises BadgeKeyLost."""
    number = badge_keys.rotate(at_once=options.at_once, now=datetime.now(UTC))
    say(f"key {number} is told to kiosks now and signs from then on: `badges keys` says when")
    return 0


def withdraw_key(options: Namespace) -> int:
    """Stop believing a key. Raises BadgeKeyLost."""
    badge_keys.withdraw(options.number, now=datetime.now(UTC))
    say(f"badges signed with key {options.number} are believed no more: print them anew")
    return 0


def _students(site: Site, year_group: str | None, now: datetime) -> list[int]:
    roll = site_roll(site.pk, now.astimezone(site.tz).date())
    found = [each.person_id for each in roll if year_group in (None, each.year_group)]
    if not found:
        raise Mistaken(f"no student of {year_group or site.slug} is enrolled today")
    return found


def _a_site() -> Site:
    site = Site.objects.order_by("pk").first()
    if site is None:
        raise Mistaken("there is no site yet: `muster-gateway site add` comes first")
    return site


def _address() -> str:
    """Where phones reach the pages: the first public address, else this machine's own."""
    web = settings().web
    return web.origins[0] if web.origins else f"http://{web.hosts[0]}:{web.port}"


def _state(badge: Badge, now: datetime) -> str:
    if badge.revoked_at:
        return f"revoked {badge.revoked_at:%Y-%m-%d}: {badge.revoked_because}"
    return "expired" if badge.expires_at <= now else "holds"


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its place only once it is complete, and that its owner alone reads."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("badges"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    screen = Console(stderr=True)
    hidden = not screen.is_terminal
    with Progress(*columns, console=screen, transient=True, disable=hidden) as bar:
        task = bar.add_task("badges", total=total)
        yield lambda done: bar.update(task, completed=done)
