"""A PostgreSQL server of one's own: loopback, a free port, gone afterwards.

`python -m provisioning.postgres COMMAND …` runs a command with its address in
MUSTER_TEST_DATABASE and ends with the command's exit status.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "MUSTER_TEST_DATABASE"
SERVER_USER = "postgres"
"""PostgreSQL refuses to run as root; Debian's package brings this user."""


class NoServer(Exception):
    """PostgreSQL is not installed or does not start; the message says which."""


@contextmanager
def server() -> Iterator[str]:
    """Run a fresh server; gives the URL of an empty database. Raises NoServer."""
    programs = newest_programs()
    folder = Path(tempfile.mkdtemp(prefix="muster-postgres-"))
    as_user = _server_user(folder)
    data, port = folder / "data", _free_port()
    try:
        _run([*as_user, str(programs / "initdb"), "-D", str(data), *_INITDB])
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories="
        _run([*as_user, str(programs / "pg_ctl"), "-D", str(data), "-w", "-o",
              f"{options} {_THROWAWAY}", "-l", str(folder / "log"), "start"])  # fmt: skip
        yield f"postgresql://{SERVER_USER}@127.0.0.1:{port}/postgres"
    finally:
        stop = [*as_user, str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
        subprocess.run(stop, check=False, capture_output=True, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


def newest_programs() -> Path:
    """The folder of the newest installed server's programs. Raises NoServer."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda program: int(program.parent.parent.name), default=None)
    if newest is None:
        raise NoServer("PostgreSQL is not installed: run `make setup`")
    return newest.parent


_INITDB = ("--auth=trust", f"--username={SERVER_USER}", "--encoding=UTF8", "--locale=C.UTF-8",
           "--no-sync")  # fmt: skip
_THROWAWAY = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=60"


def _server_user(folder: Path) -> tuple[str, ...]:
    if os.geteuid() != 0:
        return ()
    account = pwd.getpwnam(SERVER_USER)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return ("setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=tempfile.gettempdir()
    )
    if done.returncode:
        raise NoServer(f"`{' '.join(command)}` failed: {done.stdout}{done.stderr}")


def main(command: Sequence[str]) -> int:
    """Run `command` beside a fresh server; its exit status."""
    with server() as url:
        return subprocess.run(command, check=False, env={**os.environ, VARIABLE: url}).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except NoServer as problem:
        sys.exit(f"muster: {problem}")
