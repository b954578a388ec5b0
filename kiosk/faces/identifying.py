"""Without a tap: whose face is it that stands there?"""

from collections.abc import Callable
from datetime import timedelta

from drivers.clock.clock import Clock
from kiosk.faces.judging import Company
from kiosk.faces.looking import Look, Looker
from kiosk.identify.gallery import Gallery
from kiosk.protocol.messages import Method
from kiosk.protocol.options import FaceOptions
from kiosk.visit import Sighting

WAIT = timedelta(seconds=0.5)
AT_ONCE = timedelta(0)
LOOKS_APART = timedelta(milliseconds=200)
IDLE_LOOKS_APART = timedelta(milliseconds=400)
"""How often somebody who may just have come is looked for."""

MEASURED_APART = timedelta(seconds=1)
MEASURED_AGAIN_APART = timedelta(seconds=3)
"""Somebody recognised who stays is measured now and then: it may be another by now."""


class Identifier:
    """Puts a sighting for everybody it recognises, once for as long as they stay."""

    def __init__(self, looker: Looker, clock: Clock, *, put: Callable[[Sighting], None]) -> None:
        self._looker = looker
        self._clock = clock
        self._put = put
        self._company = Company()
        self._measure_due = AT_ONCE

    def step(self, gallery: Gallery, options: FaceOptions) -> timedelta:
        """Look once; how long nothing need be done then. Raises the engine's errors."""
        look = self._looker.look(smallest_px=options.smallest_px, wait=WAIT, eyes=options.blink)
        if look is None:
            self._company.nobody(now=self._clock.uptime())
            return AT_ONCE
        if look.face is None:
            self._company.nobody(now=look.uptime)
            return IDLE_LOOKS_APART
        self._company.somebody(now=look.uptime)
        if self._is_due(look, options):
            self._measure(look, gallery, options)
        return AT_ONCE if options.blink else LOOKS_APART

    def _is_due(self, look: Look, options: FaceOptions) -> bool:
        if look.uptime < self._measure_due or not self._looker.is_steady():
            return False
        return not options.blink or self._looker.has_blinked()

    def _measure(self, look: Look, gallery: Gallery, options: FaceOptions) -> None:
        measures = self._looker.measure(look)
        self._measure_due = look.uptime + MEASURED_APART
        if measures is None:
            return
        match = gallery.identify(measures, threshold=options.threshold, margin=options.margin)
        if match is None:
            return
        self._measure_due = look.uptime + MEASURED_AGAIN_APART
        self._looker.forget()
        if self._company.meet(match.person, now=look.uptime):
            self._put(Sighting(Method.FACE, str(match.person), self._clock.read()))
