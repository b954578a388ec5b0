import string

import pytest

from kiosk.protocol.badge_reading import Refusal
from kiosk.protocol.remarks import LateReason, NotEnrolled
from kiosk.screen import words
from kiosk.screen.sayable import Brief, Instruction, RollWord, TouchWord, Word
from kiosk.screen.words import CATALOGUE, say
from kiosk.visit import Outcome

SAYABLE = (Outcome, Refusal, NotEnrolled, Word, Instruction, TouchWord, LateReason, RollWord, Brief)
ALL = [word for words_of in SAYABLE for word in words_of]


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", CATALOGUE)
def test_every_text_is_said_in_every_language(language: str) -> None:
    assert [word for word in ALL if not CATALOGUE[language].get(word)] == []


@pytest.mark.parametrize("language", CATALOGUE)
@pytest.mark.parametrize("word", ALL)
def test_a_translation_has_the_places_of_the_english_text(language: str, word: Word) -> None:
    assert places(CATALOGUE[language][word]) == places(CATALOGUE["en"][word])


@pytest.mark.parametrize(
    ("asked", "spoken"), [("de", "de"), ("de-AT", "de"), ("AR", "ar"), ("tlh", "en"), ("", "en")]
)
def test_a_language_not_spoken_here_is_answered_in_english(asked: str, spoken: str) -> None:
    assert words.known(asked) == spoken


def test_values_are_put_in_their_places() -> None:
    assert say(Word.LATE, "en", minutes=12) == "late, 12 min"


def test_arabic_is_written_from_the_right() -> None:
    assert [words.direction(each) for each in ("ar", "ar-EG", "de", "en")] == [
        "rtl",
        "rtl",
        "ltr",
        "ltr",
    ]
