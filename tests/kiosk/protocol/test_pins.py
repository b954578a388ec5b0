import pytest

from kiosk.protocol.pins import is_easy, is_pin, pin_value

KEY = b"k" * 32


def test_the_same_pin_and_key_always_come_to_the_same_value() -> None:
    assert pin_value("481920", KEY) == pin_value("481920", KEY)


def test_another_key_or_pin_comes_to_another_value_that_has_no_digits_of_it() -> None:
    values = {pin_value("481920", KEY), pin_value("481921", KEY), pin_value("481920", b"x" * 32)}

    assert len(values) == 3
    assert not any("481920" in value for value in values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("481920", True), ("48192", False), ("4819200", False), ("48192a", False), ("٤٨١٩٢٠", False)],
)
def test_a_pin_has_six_plain_digits(text: str, expected: bool) -> None:
    assert is_pin(text) is expected


@pytest.mark.parametrize(
    ("pin", "expected"),
    [
        ("111111", True),
        ("911111", True),
        ("123456", True),
        ("987650", True),
        ("481920", False),
        ("112233", False),
        ("123987", False),
    ],
)
def test_pins_with_long_runs_are_easy(pin: str, expected: bool) -> None:
    assert is_easy(pin) is expected
