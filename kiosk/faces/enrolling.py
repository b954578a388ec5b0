"""Takes the measures of a face that staff want enrolled, and seals them for the gateway."""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from kiosk.faces.judging import Sitting
from kiosk.faces.looking import Looker
from kiosk.faces.wishes import Wishes
from kiosk.protocol.messages import Wanted
from kiosk.protocol.remarks import EnrolmentRefused, FaceEnrolled, NotEnrolled
from kiosk.protocol.sealing import seal

WAIT = timedelta(seconds=0.5)


class Enroller:
    """One enrolment at a time, each once. Belongs to one thread."""

    def __init__(
        self, looker: Looker, *, remark: Callable[[FaceEnrolled | EnrolmentRefused], None]
    ) -> None:
        self._looker = looker
        self._remark = remark
        self._sitting: Sitting | None = None
        self._done: UUID | None = None

    def is_due(self, wanted: Wanted | None) -> bool:
        """Whether this one is still to be enrolled here."""
        return wanted is not None and wanted.id != self._done

    def step(self, wishes: Wishes, *, now: datetime) -> None:
        """Look once. Only a face that is alone in the picture is taken. Raises engine errors."""
        wanted = wishes.wanted
        if wanted is None:
            return
        if now >= wanted.until:
            self._end(EnrolmentRefused(id=uuid7(), enrolment=wanted.id, why=NotEnrolled.NO_FACE))
            return
        sitting = self._of(wanted.id)
        look = self._looker.look(smallest_px=wishes.options.smallest_px, wait=WAIT)
        if look is None or look.faces != 1 or not self._looker.is_steady():
            return
        measures = self._looker.measure(look)
        mean = sitting.take(measures) if measures else None
        if mean is not None:
            sealed = seal(wishes.gateway_key, mean.octets, about=wanted.id.bytes)
            told = base64.b64encode(sealed).decode()
            self._end(FaceEnrolled(id=uuid7(), enrolment=wanted.id, sealed=told))

    def _of(self, enrolment: UUID) -> Sitting:
        if self._sitting is None or self._sitting.enrolment != enrolment:
            self._sitting = Sitting(enrolment)
            self._looker.forget()
        return self._sitting

    def _end(self, remark: FaceEnrolled | EnrolmentRefused) -> None:
        """Durable before it counts as done: what cannot be kept is tried again."""
        self._remark(remark)
        self._done, self._sitting = remark.enrolment, None
