"""What the commands of the command line do, once settings are read and Django stands."""

import os
import secrets
import socket
import sys
from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import Error as StoreError

from gateway.errors import Rejected, Unavailable
from gateway.fleet import queries as fleet, services as fleet_services
from gateway.people import badge_keys, logins
from gateway.people.values import Role as PersonRole
from gateway.project import roles
from gateway.project.beats import Beats, Role
from gateway.project.config import GatewaySettings, settings
from gateway.project.health import unapplied
from gateway.project.kiosk_settings import KioskFile
from gateway.project.supervisor import Supervisor
from gateway.timetable import services as timetable
from gateway.timetable.models import Site


class Mistaken(Rejected):
    """The command names something that is not there."""


class NotMigrated(Rejected):
    """The store is not in this version's form."""


class AddressTaken(Rejected):
    """Another program listens where a role should."""


class StoreAway(Unavailable):
    """The store cannot be reached."""


def run(options: Namespace) -> int:
    """Run all roles, or the named ones, until told to stop.

    Raises NotMigrated, StoreAway and AddressTaken.
    """
    _require_migrated()
    own = settings()
    wanted = tuple(Role(name) for name in options.role or ()) or roles.all_roles(own)
    _require_addresses(own, wanted)
    roles.broker_password(own)
    beats = Beats(roles.beats_folder(own))
    roles.import_shared(wanted)
    Supervisor(wanted, run_role=lambda role: roles.run_role(role, own, beats), beats=beats).run()
    return 0


def migrate(_: Namespace) -> int:
    """Bring the store to this version's form."""
    settings().data.mkdir(parents=True, exist_ok=True, mode=0o750)
    try:
        call_command("migrate", interactive=False, verbosity=1)
    except StoreError as away:
        raise StoreAway(f"the store cannot be reached: {away}") from away
    return 0


def check(_: Namespace) -> int:
    """Read the settings and reach the store. Raises NotMigrated and StoreAway."""
    _require_migrated()
    say("settings and store are in order")
    return 0


def add_user(options: Namespace) -> int:
    """Let a person log in. Raises WrongLogin, UnknownPerson."""
    password = _password(options.password_file)
    logins.add_login(
        username=options.name,
        password=password,
        role=PersonRole(options.role),
        person_id=options.person,
    )
    say(f"{options.name} may log in now ({options.role})")
    return 0


def token(options: Namespace) -> int:
    """Print a new API token, this once. Raises Mistaken."""
    user = User.objects.filter(username=options.user).first()
    if user is None:
        raise Mistaken(f"nobody logs in as {options.user}: add-user comes first")
    say(logins.issue_token(user.pk, options.name, datetime.now(UTC)))
    return 0


def add_site(options: Namespace) -> int:
    """Add a site. Raises WrongSite."""
    timetable.add_site(
        slug=options.slug,
        name=options.name,
        zone=options.zone,
        country=options.country,
        subdivision=options.subdivision,
    )
    badge_keys.ensure_key(now=datetime.now(UTC))
    say(f"added site {options.slug}")
    return 0


def list_sites(_: Namespace) -> int:
    """Print the sites."""
    for site in Site.objects.order_by("slug"):
        say(f"{site.slug:<16} {site.name} ({site.zone})")
    return 0


def add_kiosk(options: Namespace) -> int:
    """Make a kiosk known and print its settings file. Raises WrongKiosk and KioskExists."""
    site, password = _site(options.site), secrets.token_urlsafe(32)
    fleet_services.add_kiosk(
        kiosk_id=options.id, site_id=site.pk, name=options.name or options.id, password=password
    )
    say(_kiosk_file(options, site, password))
    return 0


def renew_kiosk(options: Namespace) -> int:
    """Give a kiosk a new password and print its settings file. Raises UnknownKiosk."""
    password = secrets.token_urlsafe(32)
    fleet_services.set_password(kiosk_id=options.id, password=password)
    site = Site.objects.get(kiosks__id=options.id)
    say(_kiosk_file(options, site, password))
    return 0


def _kiosk_file(options: Namespace, site: Site, password: str) -> str:
    broker = settings().broker
    return KioskFile(
        kiosk=options.id,
        site=site.slug,
        zone=site.zone,
        host=options.broker_host or broker.reached_at,
        port=broker.port,
        password=password,
    ).text()


def take_kiosk_out(options: Namespace) -> int:
    """Let nothing wait for a kiosk. Raises UnknownKiosk."""
    fleet_services.take_out_of_service(
        kiosk_id=options.id, because=options.because, now=datetime.now(UTC)
    )
    say(f"nothing waits for {options.id} any more")
    return 0


def put_kiosk_in(options: Namespace) -> int:
    """Wait for a kiosk again. Raises UnknownKiosk."""
    fleet_services.put_in_service(kiosk_id=options.id)
    say(f"{options.id} is in service")
    return 0


def list_kiosks(_: Namespace) -> int:
    """Print the kiosks and how they are."""
    for line in fleet.kiosk_lines(now=datetime.now(UTC)):
        heard = f"{line.last_heard_at:%Y-%m-%d %H:%M} UTC" if line.last_heard_at else "never"
        service = "in service" if line.in_service else "out of service"
        say(f"{line.id:<20} {line.site:<12} {service:<15} heard {heard}, {line.queue} waiting")
    return 0


def say(line: str) -> None:
    """A line for the person at the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _require_migrated() -> None:
    try:
        missing = unapplied()
    except StoreError as away:
        raise StoreAway(f"the store cannot be reached: {away}") from away
    if missing:
        raise NotMigrated(f"{len(missing)} migrations are missing: run `muster-gateway migrate`")


def _require_addresses(own: GatewaySettings, wanted: Sequence[Role]) -> None:
    """Say at once what would make a role fail again and again."""
    needed = {
        Role.BROKER: ("broker.port", own.broker.bind, own.broker.port),
        Role.WEB: ("web.port", own.web.bind, own.web.port),
        Role.LIVE: ("web.live_port", own.web.bind, own.web.live_port),
    }
    for setting, bind, port in (needed[role] for role in wanted if role in needed):
        try:
            socket.create_server((bind, port)).close()
        except OSError as taken:
            why = os.strerror(taken.errno or 0)
            raise AddressTaken(
                f"cannot listen on {bind} port {port} ({why}): "
                f"end what uses it, or change {setting}"
            ) from taken


def sites(slug: str | None) -> Sequence[Site]:
    """The named site, or all. Raises Mistaken."""
    return [_site(slug)] if slug else list(Site.objects.order_by("slug"))


def _site(slug: str) -> Site:
    site = Site.objects.filter(slug=slug).first()
    if site is None:
        raise Mistaken(f"there is no site {slug}: `muster-gateway site list` shows them")
    return site


def _password(file: Path | None) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return getpass("Password: ")
