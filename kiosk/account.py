"""Whose rights the kiosk's commands have: the service's own, though root calls them."""

import os
import pwd
import tempfile
from contextlib import suppress
from pathlib import Path


def go_on_as_owner(folder: Path) -> None:
    """Take on the account that owns the kiosk's folder, with its groups, where root called.

    What the service may not open is then not opened here either, and no file is left behind
    that it could not write. Nothing changes for anybody else.
    """
    if os.geteuid() != 0 or not folder.exists():
        return
    with suppress(KeyError):  # an owner without a name has no groups: root goes on
        _become(pwd.getpwuid(folder.stat().st_uid))


def _become(owner: pwd.struct_passwd) -> None:
    # lgpio keeps a pipe in a folder it may write to
    os.environ.setdefault("LG_WD", tempfile.gettempdir())
    os.initgroups(owner.pw_name, owner.pw_gid)
    os.setgid(owner.pw_gid)
    os.setuid(owner.pw_uid)
