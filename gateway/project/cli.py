"""The words of the command line: `muster-gateway` and its commands."""

from argparse import ArgumentParser, _SubParsersAction
from datetime import date
from pathlib import Path

from gateway.people.values import Role as PersonRole
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
    _badges(_Group(commands).group("badges", "signed badges: print, revoke, send to phones"))
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
    audit = group.add(
        "verify-audit",
        "audits.verify",
        "look whether everything ever said about marks is there as it was said",
    )
    audit.add_argument(
        "--seal", default="", metavar="SHA256", help="a seal written down elsewhere: must be there"
    )
    demo = group.add("demo", "demo.start.run", "run everything with simulated kiosks and ERP")
    demo.add_argument("--folder", type=Path, default=Path("var/demo"), help="where it keeps things")
    demo.add_argument(
        "--size",
        choices=["full", "small", "large"],
        default="full",
        help="400 students; 40; or 5,000 with 4,000,000 marks of classes, which takes minutes",
    )


def _accounts(group: _Group) -> None:
    user = group.add("add-user", "commands.add_user", "let a person of the school log in")
    user.add_argument("name")
    user.add_argument(
        "--role", choices=[role.value for role in PersonRole], default=PersonRole.OFFICE.value
    )
    user.add_argument(
        "--person",
        type=int,
        metavar="ID",
        help="who it is; teachers, guardians and students need one",
    )
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


def _badges(badges: _Group) -> None:
    sheet = badges.add("sheet", "badges.sheet", "print badges on A4, for a whole site or a part")
    sheet.add_argument("file", type=Path, metavar="FILE.pdf")
    sheet.add_argument("--site", required=True, metavar="SLUG", help="whose students")
    sheet.add_argument("--year-group", metavar="NAME", help="only these")
    sheet.add_argument("--person", type=int, action="append", help="only this one; several times")
    sheet.add_argument(
        "--photos", type=Path, metavar="FOLDER", help="pictures named by external id or number"
    )
    sheet.add_argument("--font", type=Path, metavar="FILE.ttf", help="for letters DejaVu lacks")
    one = badges.add("one", "badges.one", "write one badge as PNG or SVG")
    one.add_argument("person", type=int, help="the person's number")
    one.add_argument("file", type=Path, metavar="FILE.png|FILE.svg")
    link = badges.add("link", "badges.link", "print a link to the person's badge on a phone")
    link.add_argument("person", type=int, help="the person's number")
    for given in (sheet, one, link):
        given.add_argument(
            "--until", type=date.fromisoformat, metavar="DATE", help="last day it holds"
        )
    revoke = badges.add("revoke", "badges.revoke", "let no kiosk accept a badge any more")
    which = revoke.add_mutually_exclusive_group(required=True)
    which.add_argument("--serial", type=int, help="the number printed on it")
    which.add_argument("--person", type=int, help="all that this person holds")
    revoke.add_argument("--because", required=True, help="why, for whoever looks later")
    listed = badges.add("list", "badges.list_badges", "list the badges of a person")
    listed.add_argument("person", type=int)
    badges.add("keys", "badges.keys", "list the keys that badges are signed with")
    rotate = badges.add("rotate", "badges.rotate", "make a new key; former badges go on holding")
    rotate.add_argument("--at-once", action="store_true", help="sign with it now, not in a day")
    withdraw = badges.add(
        "withdraw-key", "badges.withdraw_key", "believe no badge of this key any more"
    )
    withdraw.add_argument("number", type=int)
