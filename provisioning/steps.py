"""What setting a machine up consists of: accounts, folders, files, commands; each safe to repeat.

Under another root than `/` only folders and files are made, so that a machine's set-up can be
looked at, and tested, without touching the machine.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Tell = Callable[[str], None]


class CannotInstall(Exception):
    """The machine cannot be set up; the message says what a person can do."""


@dataclass(frozen=True, slots=True)
class Target:
    """The machine, or a folder that stands for it."""

    root: Path
    tell: Tell

    @property
    def is_machine(self) -> bool:
        """Whether accounts, owners and services are touched too."""
        return self.root == Path("/")

    def path(self, path: str) -> Path:
        """Where a path of the machine lies."""
        return self.root / path.lstrip("/")


@dataclass(frozen=True, slots=True)
class Account:
    """A user without login, for one service; a member of those of the groups that exist."""

    name: str
    home: str
    groups: tuple[str, ...] = ()

    def apply(self, target: Target) -> None:
        """Make it, or add one that is there to the groups it is not yet in."""
        if not target.is_machine:
            return
        groups = ",".join(group for group in self.groups if _group_exists(group))
        if _exists(self.name):
            if groups:
                _run("usermod", "--append", "--groups", groups, self.name)
            return
        target.tell(f"account {self.name}")
        named = ("--groups", groups) if groups else ()
        _run("useradd", "--system", "--user-group", "--home-dir", self.home, "--no-create-home",
             "--shell", "/usr/sbin/nologin", *named, self.name)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with its owner and rights."""

    path: str
    owner: str
    mode: int

    def apply(self, target: Target) -> None:
        """Make it, or set its owner and rights."""
        place = target.path(self.path)
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(self.mode)
        _own(place, self.owner, target)


@dataclass(frozen=True, slots=True)
class File:
    """A file with its content. One that is `kept` is never overwritten: people edit it."""

    path: str
    owner: str
    mode: int
    content: Callable[[], str]
    kept: bool = True

    def apply(self, target: Target) -> None:
        """Write it."""
        place = target.path(self.path)
        if self.kept and place.exists():
            return
        target.tell(f"file {self.path}")
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=self.mode)
        fresh.write_text(self.content(), encoding="utf-8")
        fresh.chmod(self.mode)
        _own(fresh, self.owner, target)
        fresh.rename(place)


@dataclass(frozen=True, slots=True)
class Command:
    """Something to run on the machine itself."""

    words: tuple[str, ...]

    def apply(self, target: Target) -> None:
        """Run it. Raises CannotInstall when it fails."""
        if target.is_machine:
            target.tell(f"$ {' '.join(self.words)}")
            _run(*self.words)


Step = Account | Folder | File | Command


def apply(steps: Sequence[Step], target: Target) -> None:
    """Do every step in order. Raises CannotInstall."""
    if target.is_machine and os.geteuid() != 0:
        raise CannotInstall("run this as root, or with --root FOLDER to see what it would write")
    for step in steps:
        step.apply(target)


def _own(place: Path, owner: str, target: Target) -> None:
    if target.is_machine:
        user, _, group = owner.partition(":")
        shutil.chown(place, user, group or None)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _group_exists(name: str) -> bool:
    return (
        subprocess.run(("getent", "group", name), capture_output=True, check=False).returncode == 0
    )


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotInstall(f"`{' '.join(command)}` failed: {done.stderr.strip()}")
