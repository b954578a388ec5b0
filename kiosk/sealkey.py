"""The key pair to which the gateway seals what only this kiosk may read."""

from pathlib import Path

from kiosk.protocol.sealing import SealingKey, key_of, new_key

FILE = "seal.key"


def seal_key(folder: Path) -> SealingKey:
    """The kiosk's own key, made when there is none or what there is is no key.

    Raises OSError. It never leaves the folder; what was sealed to a lost one is told anew.
    """
    path = folder / FILE
    try:
        return key_of(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return _made(path)


def _made(path: Path) -> SealingKey:
    key = new_key()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_bytes(key.private)
    fresh.rename(path)
    return key
