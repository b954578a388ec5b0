import math

import pytest

from drivers.face.engine import MEASURES, Measures


def test_measures_keep_their_numbers() -> None:
    numbers = tuple(place / 8 for place in range(MEASURES))

    assert Measures.of(numbers).numbers() == numbers


def test_measures_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="a face has 128 measures, not 3"):
        Measures.of((0.1, 0.2, 0.3))
    with pytest.raises(ValueError, match="512 bytes, not 4"):
        Measures(bytes(4))


def test_measures_that_compare_with_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        Measures.of([math.nan] + [0.0] * (MEASURES - 1))


def test_the_mean_lies_in_the_middle() -> None:
    several = [Measures.of([value] * MEASURES) for value in (0.0, 0.5, 1.0)]

    assert Measures.mean(several) == Measures.of([0.5] * MEASURES)


def test_there_is_no_mean_of_nothing() -> None:
    with pytest.raises(ValueError, match="128 measures, not 0"):
        Measures.mean([])
