"""The words of the command line: `muster-gateway` and its commands."""

from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path

from gateway.project.beats import Role

ABOUT = "The gateway of Muster: knows what a tap at the door means, and tells whom it concerns."


def parser() -> ArgumentParser:
    """All commands. Each sets `deed`, the module and function of this room that do it."""
    whole = ArgumentParser(prog="muster-gateway", description=ABOUT)
    whole.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="settings file; else $MUSTER_CONFIG, else /etc/muster/gateway.toml",
    )
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    _running(_Group(commands))
    _accounts(_Group(commands))
    _places(_Group(commands))
    _contents(_Group(commands))
    return whole


class _Group:
    """Adds commands of one kind."""

    def __init__(self, commands: "_SubParsersAction[ArgumentParser]") -> None:
        self._commands = commands

    def add(self, name: str, deed: str, about: str) -> ArgumentParser:
        """A command that is done by `deed`."""
        command: ArgumentParser = self._commands.add_parser(name, help=about, description=about)
        command.set_defaults(deed=deed)
        return command

    def group(self, name: str, about: str) -> "_Group":
        """A command that has commands of its own."""
        command = self._commands.add_parser(name, help=about, description=about)
        return _Group(command.add_subparsers(required=True, metavar="ACTION"))


def _running(group: _Group) -> None:
    run = group.add("run", "commands.run", "run the gateway: all roles, or the named ones")
    run.add_argument(
        "--role",
        action="append",
        choices=[role.value for role in Role],
        help="run only this role; may be given several times",
    )
    group.add("migrate", "commands.migrate", "bring the store to this version's form")
    group.add("check", "commands.check", "read the settings and reach the store")
    demo = group.add("demo", "demo.start.run", "run everything with simulated kiosks and ERP")
    demo.add_argument("--folder", type=Path, default=Path("var/demo"), help="where it keeps things")
    demo.add_argument(
        "--size", choices=["full", "small"], default="full", help="400 students, or 40"
    )


def _accounts(group: _Group) -> None:
    user = group.add("add-user", "commands.add_user", "let a person of the school log in")
    user.add_argument("name")
    user.add_argument("--role", choices=["office", "admin"], default="office")
    user.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help="read the password here; else it is asked",
    )
    token = group.add("token", "commands.token", "make a token for a program that calls the API")
    token.add_argument("user", help="the login on whose behalf the program acts")
    token.add_argument("--name", default="api", help="what the program is called")


def _places(group: _Group) -> None:
    sites = group.group("site", "the sites of the school")
    add = sites.add("add", "commands.add_site", "add a site")
    add.add_argument("slug", help="short name in addresses, such as main")
    add.add_argument("name")
    add.add_argument("--zone", default="Europe/London", help="IANA time zone")
    add.add_argument("--country", default="GB", help="whose public holidays count")
    add.add_argument("--subdivision", default="ENG", help="part of the country, or empty")
    sites.add("list", "commands.list_sites", "list the sites")
    kiosks = group.group("kiosk", "the kiosks at the entrances")
    add = kiosks.add("add", "commands.add_kiosk", "make a kiosk known and print its kiosk.toml")
    add.add_argument("id", help="its name on the wire, such as main-door")
    add.add_argument("--site", required=True, metavar="SLUG")
    add.add_argument("--name", help="what staff call it; else its id")
    renew = kiosks.add("renew", "commands.renew_kiosk", "new password and kiosk.toml for a kiosk")
    renew.add_argument("id")
    for one in (add, renew):
        one.add_argument("--broker-host", help="address at which the kiosk reaches the broker")
    out = kiosks.add("out", "commands.take_kiosk_out", "let nothing wait for this kiosk any more")
    out.add_argument("id")
    out.add_argument("--because", required=True, help="why, for whoever looks later")
    kiosks.add("in", "commands.put_kiosk_in", "wait for this kiosk again").add_argument("id")
    kiosks.add("list", "commands.list_kiosks", "list the kiosks and how they are")


def _contents(group: _Group) -> None:
    imports = group.group("import", "bring people and cards in from a CSV file")
    for what in ("people", "cards"):
        one = imports.add(what, f"contents.import_{what}", f"import {what}: all lines or none")
        one.add_argument("file", type=Path)
    sync = group.add("sync", "contents.synchronise", "synchronise with the ERP now")
    sync.add_argument("--site", metavar="SLUG", help="only this site")
    sync.add_argument(
        "--many-may-leave", action="store_true", help="deactivate even more than a third"
    )
    preview = group.add(
        "preview-absence",
        "contents.preview_absence",
        "whom automatic absence would mark, and why",
    )
    preview.add_argument("--site", metavar="SLUG", help="only this site")
