import os
import pwd
import subprocess
import sys
from pathlib import Path

from kiosk.account import go_on_as_owner

SOMEBODY = pwd.getpwnam("nobody")
PROGRAM = """
import os, sys
from pathlib import Path
from kiosk.account import go_on_as_owner
go_on_as_owner(Path(sys.argv[1]))
print(os.getuid(), os.getgid())
"""


def test_what_root_calls_goes_on_as_the_account_the_folder_belongs_to(tmp_path: Path) -> None:
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(tmp_path, SOMEBODY.pw_uid, SOMEBODY.pw_gid)

    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    changed = (SOMEBODY.pw_uid, SOMEBODY.pw_gid)
    expected = changed if is_root else (os.getuid(), os.getgid())
    assert tuple(int(each) for each in done.stdout.split()) == expected


def test_where_there_is_no_folder_yet_nothing_changes(tmp_path: Path) -> None:
    before = (os.getuid(), os.getgid())

    go_on_as_owner(tmp_path / "none")

    assert (os.getuid(), os.getgid()) == before
