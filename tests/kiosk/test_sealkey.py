from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from kiosk.protocol.sealing import SealingKey, seal, unseal
from kiosk.sealkey import FILE, seal_key


def test_a_kiosk_keeps_its_key(tmp_path: Path) -> None:
    sealed = seal(seal_key(tmp_path / "data").public, b"only mine", about=b"x")

    assert unseal(seal_key(tmp_path / "data"), sealed, about=b"x") == b"only mine"


def test_only_its_owner_may_read_the_key(tmp_path: Path) -> None:
    seal_key(tmp_path)

    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_key_that_broke_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"short")

    assert len(seal_key(tmp_path).public) == 32
    assert seal_key(tmp_path) == seal_key(tmp_path)


def test_threads_that_ask_at_once_get_the_same_key(tmp_path: Path) -> None:
    together = Barrier(8)

    def ask(_: int) -> SealingKey:
        together.wait()
        return seal_key(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(ask, range(8)))

    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
