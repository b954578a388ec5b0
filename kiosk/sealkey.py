"""The key pair to which the gateway seals what only this kiosk may read."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from kiosk.protocol.sealing import SealingKey, key_of, new_key

FILE = "seal.key"


def seal_key(folder: Path) -> SealingKey:
    """The kiosk's own key, made when there is none or what there is is no key.

    Threads that ask at the same time get the same one. Raises OSError. It never leaves the
    folder; what was sealed to a lost one is told anew.
    """
    path = folder / FILE
    try:
        return key_of(path.read_bytes())
    except FileNotFoundError:
        return _made(path)
    except ValueError:
        path.unlink(missing_ok=True)
        return _made(path)


def _made(path: Path) -> SealingKey:
    """Whole before it has its name; of several made at once the first to get it stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = mkstemp(dir=path.parent, prefix=FILE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new_key().private)
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
    finally:
        Path(fresh).unlink()
    return key_of(path.read_bytes())
