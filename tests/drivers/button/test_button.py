from datetime import timedelta

from drivers.button.button import Press, Presses

HOLD = timedelta(seconds=2)


def ms(number: int) -> timedelta:
    return timedelta(milliseconds=number)


def presses(*edges: int) -> Presses:
    """A button that closes at the first of the moments (ms), opens at the second, and so on."""
    found = Presses(hold=HOLD)
    for place, at in enumerate(edges):
        found.edge(is_down=place % 2 == 0, at=ms(at))
        found.look(ms(at))
    return found


def told(button: Presses, *moments: int) -> list[Press | None]:
    return [button.look(ms(at)) for at in moments]


def test_a_short_press_is_told_when_it_is_let_go() -> None:
    button = presses(100)
    assert told(button, 130, 300) == [None, None]

    button.edge(is_down=False, at=ms(400))

    assert told(button, 429, 430, 431) == [None, Press.SHORT, None]


def test_a_held_button_is_told_once_while_it_is_down() -> None:
    button = presses(100)

    assert told(button, 130, 2099, 2100, 9000) == [None, None, Press.HELD, None]


def test_letting_go_of_a_held_button_is_no_short_press() -> None:
    button = presses(100)
    told(button, 130, 2100)

    button.edge(is_down=False, at=ms(5000))

    assert told(button, 5030, 6000) == [None, None]


def test_bouncing_contacts_are_one_press() -> None:
    button = presses(100, 101, 102, 104, 105)
    assert told(button, 134, 135) == [None, None]
    for place, at in enumerate((300, 301, 303, 304, 305)):
        button.edge(is_down=place % 2 == 1, at=ms(at))

    assert told(button, 334, 335, 336) == [None, Press.SHORT, None]


def test_a_crackle_is_no_press() -> None:
    button = presses(100, 103)

    assert told(button, 200, 3000) == [None, None]
    assert button.due() is None


def test_it_says_when_to_look_again() -> None:
    button = presses(100)
    assert button.due() == ms(130)

    button.look(ms(130))

    assert button.due() == ms(2100)
