"""The kiosk's front: what its page shows, and what may be asked and done there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from drivers.clock.clock import Clock
from kiosk.devices import Devices
from kiosk.remarks import RemarkBook
from kiosk.screen.board import Board
from kiosk.screen.offers import NO_OFFERS, Senses, offers, senses
from kiosk.screen.panel import Moment
from kiosk.screen.picture import Picture, draw
from kiosk.screen.reasons import Reasons
from kiosk.screen.server import Act
from kiosk.screen.touch import Touch
from kiosk.settings import KioskSettings
from kiosk.visit import Sighting, SiteRules


class Front:
    """Safe from every thread. `readers` and `camera` are the names their devices report under."""

    def __init__(
        self,
        settings: KioskSettings,
        clock: Clock,
        *,
        board: Board,
        devices: Devices,
        readers: Sequence[str],
        camera: str | None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._board = board
        self._devices = devices
        self._readers = readers
        self._camera = camera
        self._rules = SiteRules(ZoneInfo(settings.zone))
        self._offers = NO_OFFERS

    def settle(self, rules: SiteRules) -> None:
        """Show and offer what the site's settings say."""
        self._rules = rules
        self._offers = offers(rules, touch=self._settings.screen.touch)
        self._board.offer(self._offers)

    def shows_names(self) -> bool:
        """Whether names may be shown here."""
        return self._rules.show_names

    def draw(self) -> Picture:
        """What the page shows now."""
        reading = self._clock.read()
        moment = Moment(reading, self._rules.zone, self._settings.screen.language)
        view = replace(self._board.view(now=reading.uptime), senses=self._senses())
        return draw(view, moment)

    def touched(
        self, *, put: Callable[[Sighting], None], bring: Callable[[], None]
    ) -> tuple[Mapping[str, Act], Mapping[str, Act]]:
        """What a touch screen may ask and do; nothing where there is none.

        `put` takes who was let in, `bring` hears of new remarks.
        """
        screen = self._settings.screen
        if not screen.touch:
            return {}, {}
        touch = Touch(
            self._settings.data,
            self._clock,
            offers=lambda: self._offers,
            put=put,
            language=screen.language,
        )
        book = RemarkBook(self._settings.data)
        reasons = Reasons(book, self._board, self._clock, bring=bring)
        acts = {"/pin": touch.enter_pin, "/name": touch.choose_name, "/reason": reasons.give}
        return {"/names": touch.find_names}, acts

    def _senses(self) -> Senses:
        away = frozenset(each.name for each in self._devices.reports() if not each.ok)
        face = self._rules.identifies_faces
        return senses(readers=self._readers, camera=self._camera, away=away, face=face)
