from datetime import timedelta

from drivers.emulated.times import BusyTime, SteppedTime


def test_stepped_time_passes_only_when_it_is_spent_or_waited() -> None:
    time = SteppedTime()

    time.spend_us(250)
    time.wait(timedelta(hours=8))

    assert time.elapsed() == timedelta(hours=8, microseconds=250)
    assert time.elapsed_us() == time.elapsed() / timedelta(microseconds=1)


def test_busy_time_is_really_spent() -> None:
    time = BusyTime()
    began = time.elapsed_us()

    time.spend_us(200)

    assert time.elapsed_us() - began >= 200
