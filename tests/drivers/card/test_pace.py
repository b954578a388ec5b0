from datetime import timedelta

from drivers.card.pace import RealPace


def test_real_time_passes_while_waiting() -> None:
    pace, wait = RealPace(), timedelta(milliseconds=2)
    began = pace.elapsed()

    pace.wait(wait)

    assert pace.elapsed() - began >= wait
