from collections.abc import Callable

import pytest

from drivers.camera.camera import Frame
from drivers.qr.second_opinion import SecondOpinion, best_decoder
from drivers.qr.simulated import SimulatedQrDecoder, frame_of
from drivers.qr.zbar import ZbarDecoder
from drivers.qr.zxing import ZxingDecoder
from tests.drivers.qr import frames
from tests.drivers.qr.frames import LOOKS, VGA, payload

MINE, NOTHING = frame_of("mine"), frame_of()


class Blind(SimulatedQrDecoder):
    """A decoder that finds nothing."""

    def decode(self, frame: Frame) -> tuple[str, ...]:
        super().decode(frame)
        return ()


def always(_: Frame) -> bool:
    return True


def never(_: Frame) -> bool:
    return False


def test_what_the_first_read_is_not_asked_again() -> None:
    second = SimulatedQrDecoder()

    assert SecondOpinion(SimulatedQrDecoder(), second, may=always).decode(MINE) == ("mine",)
    assert list(second.was_read) == []


@pytest.mark.parametrize(("may", "read"), [(always, ("mine",)), (never, ())])
def test_the_second_is_asked_only_where_there_may_be_a_code(
    may: Callable[[Frame], bool], read: tuple[str, ...]
) -> None:
    both = SecondOpinion(Blind(), SimulatedQrDecoder(), may=may)

    assert both.decode(MINE) == read
    assert both.asked_again == len(read)


def test_where_either_library_reads_both_together_read() -> None:
    either, together = [], []
    first, second, both = ZxingDecoder(), ZbarDecoder(), best_decoder()
    for seed, look in enumerate(LOOKS.values()):
        shown = frames.frame(payload(seed), look, seed=seed, size=VGA)
        either.append(first.decode(shown) or second.decode(shown))
        together.append(both.decode(shown))

    assert together == either
    assert sum(map(bool, either)) >= len(LOOKS) - 2
