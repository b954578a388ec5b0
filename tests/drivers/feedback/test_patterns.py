"""The table of signals, judged as a person at the door would."""

from datetime import timedelta
from itertools import accumulate

import pytest

from drivers.feedback.feedback import Signal
from drivers.feedback.patterns import PATTERNS, Pattern, Step, lasts

LONG = timedelta(milliseconds=250)
SECOND = timedelta(seconds=1)


def is_lit(step: Step) -> bool:
    return step.colour is not None


def sounds(step: Step) -> bool:
    return step.tone_hz is not None


def spans(pattern: Pattern, *, by: str) -> list[tuple[timedelta, timedelta]]:
    """When the light, or the sound, was on: begin and end of each stretch."""
    told = is_lit if by == "light" else sounds
    found: list[tuple[timedelta, timedelta]] = []
    ends = accumulate(step.lasts for step in pattern)
    for step, end in zip(pattern, ends, strict=True):
        begin = end - step.lasts
        if told(step) and found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        elif told(step):
            found.append((begin, end))
    return found


def rhythm(pattern: Pattern, *, by: str) -> str:
    """Long and short, as one would say it."""
    return "".join("–" if end - at > LONG else "·" for at, end in spans(pattern, by=by))


def test_every_signal_has_its_pattern() -> None:
    assert set(PATTERNS) == set(Signal)


@pytest.mark.covers("DES-01")
def test_light_alone_tells_the_signals_apart_without_its_colour() -> None:
    assert {signal.value: rhythm(PATTERNS[signal], by="light") for signal in Signal} == {
        "in": "–",
        "out": "––",
        "already": "···",
        "refused": "–··",
        "not_recorded": "–––––",
    }


@pytest.mark.covers("DES-01")
def test_sound_alone_tells_the_signals_apart_though_it_has_one_tone() -> None:
    assert {signal.value: rhythm(PATTERNS[signal], by="sound") for signal in Signal} == {
        "in": "·",
        "out": "··",
        "already": "···",
        "refused": "–",
        "not_recorded": "–––––",
    }


def test_each_signal_has_one_colour_of_its_own() -> None:
    colours = [{step.colour for step in pattern if step.colour} for pattern in PATTERNS.values()]

    assert [len(each) for each in colours] == [1] * len(Signal)
    assert len(set.union(*colours)) == len(Signal)


def test_tones_rise_on_the_way_in_and_fall_on_the_way_out() -> None:
    tones = {
        signal: [step.tone_hz for step in PATTERNS[signal] if step.tone_hz] for signal in Signal
    }

    assert tones[Signal.IN] == sorted(tones[Signal.IN])
    assert tones[Signal.OUT] == sorted(tones[Signal.OUT], reverse=True)
    assert len({tuple(each) for each in tones.values()}) == len(Signal)


@pytest.mark.parametrize("signal", Signal)
def test_nothing_flashes_more_than_three_times_in_a_second(signal: Signal) -> None:
    begins = [begin for begin, _ in spans(PATTERNS[signal], by="light")]

    for begin in begins:
        assert sum(begin <= other < begin + SECOND for other in begins) <= 3


@pytest.mark.parametrize("signal", Signal)
def test_a_signal_answers_at_once_and_makes_way_for_the_next(signal: Signal) -> None:
    first = PATTERNS[signal][0]

    assert is_lit(first)
    assert sounds(first)
    assert lasts(PATTERNS[signal]) <= timedelta(seconds=3.5)
