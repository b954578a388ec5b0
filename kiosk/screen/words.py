"""Every text the kiosk shows, in each language it speaks."""

from kiosk.screen.sayable import Sayable
from kiosk.screen.texts.arabic import ARABIC
from kiosk.screen.texts.english import ENGLISH
from kiosk.screen.texts.french import FRENCH
from kiosk.screen.texts.german import GERMAN

FALLBACK = "en"
RIGHT_TO_LEFT = frozenset({"ar"})
CATALOGUE = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH, "ar": ARABIC}


def known(language: str) -> str:
    """The language itself, its plain form ("de-AT" is "de"), or English."""
    plain = language.split("-", maxsplit=1)[0].lower()
    return plain if plain in CATALOGUE else FALLBACK


def say(word: Sayable, language: str, **values: object) -> str:
    """The text of `word`, with its values put in."""
    return CATALOGUE[known(language)][word].format(**values)


def direction(language: str) -> str:
    """`rtl` or `ltr`, as HTML writes it."""
    return "rtl" if known(language) in RIGHT_TO_LEFT else "ltr"
