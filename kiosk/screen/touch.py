"""The touch screen: a PIN or a name for those who have nothing to show."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock

import structlog

from drivers.clock.clock import Clock
from kiosk import database as files, site
from kiosk.identify import names, roster
from kiosk.identify.names import Named
from kiosk.identify.tries import Tries
from kiosk.protocol.messages import Method
from kiosk.protocol.pins import is_pin, pin_value
from kiosk.screen.offers import Offers
from kiosk.screen.sayable import TouchWord
from kiosk.screen.words import say
from kiosk.visit import Sighting

log = structlog.get_logger()


class Touch:
    """Turns PINs and chosen names into sightings, while the site offers it."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        offers: Callable[[], Offers],
        put: Callable[[Sighting], None],
        language: str,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._offers = offers
        self._put = put
        self._language = language
        self._lock = Lock()
        self._tries = Tries()

    def enter_pin(self, said: Mapping[str, str]) -> object:
        """Let in who has this `pin`; answers what to say when nobody has, or tries are used up.

        A wrong one is counted, and told to nobody. Raises ValueError while none may be entered.
        """
        key, pin = self._offers().pin_key, said.get("pin", "")
        if not key or not is_pin(pin):
            raise ValueError("no such PIN can be entered here")
        with self._lock:
            if not self._tries.may_try(now=self._clock.uptime()):
                return self._say(TouchWord.PIN_CLOSED)
            return self._try(pin_value(pin, key))

    def find_names(self, asked: Mapping[str, str]) -> object:
        """A few people whose names begin with `letters`. Raises ValueError where not offered."""
        self._check_names()
        try:
            found = names.find(self._folder, asked.get("letters", ""))
        except sqlite3.Error:
            return {"people": [], "text": say(TouchWord.FAILED, self._language)}
        word = TouchWord.MORE_LETTERS if found.too_many else TouchWord.NOBODY
        text = "" if found.people else say(word, self._language)
        return {"people": [_told(each) for each in found.people], "text": text}

    def choose_name(self, said: Mapping[str, str]) -> object:
        """Let in the `person` chosen. Raises ValueError where not offered, or for no number."""
        self._check_names()
        person = said.get("person", "")
        if not (person.isascii() and person.isdecimal() and len(person) < 16):
            raise ValueError("a person is chosen by number")
        self._put(Sighting(Method.NAME, person, self._clock.read()))
        return {"text": ""}

    def _try(self, value: str) -> object:
        reading = self._clock.read()
        if self._is_held(value):
            self._put(Sighting(Method.PIN, value, reading))
            return {"text": ""}
        self._tries = self._tries.failed(now=reading.uptime)
        if self._tries.may_try(now=reading.uptime):
            return self._say(TouchWord.PIN_WRONG)
        log.warning("pin_pad_closed", until_s=int(self._tries.closed_until.total_seconds()))
        return self._say(TouchWord.PIN_CLOSED)

    def _is_held(self, value: str) -> bool:
        try:
            database = files.connect(self._folder / site.FILE, durability=files.Durability.NORMAL)
        except sqlite3.Error as failed:
            raise ValueError("the roster cannot be read now") from failed
        try:
            found = roster.Finder(database, schema="main").find(Method.PIN, value)
        except sqlite3.Error as failed:
            raise ValueError("the roster cannot be read now") from failed
        finally:
            database.close()
        return found.holder is not None

    def _check_names(self) -> None:
        if not self._offers().names:
            raise ValueError("names cannot be looked for here")

    def _say(self, word: TouchWord) -> object:
        return {"text": say(word, self._language)}


def _told(named: Named) -> dict[str, str]:
    return {"person": str(named.person), "name": named.name, "group": named.group}
