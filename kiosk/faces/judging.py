"""What single comparisons come to: the holder or not, somebody new or still the same. Pure."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from drivers.face.engine import Measures
from kiosk.identify.gallery import verdict
from kiosk.protocol.options import FaceOptions
from kiosk.protocol.remarks import FaceVerdict

PATIENCE = timedelta(seconds=4)
"""How long after a tap its holder may still look into the camera."""

GONE = timedelta(seconds=2)
"""Without a face in the picture for so long, whoever comes is new."""

RESTING = timedelta(seconds=10)
"""Somebody recognised a moment ago, though another was in between, has not been away."""

ENOUGH = 5
"""Measurings that make an enrolment."""

SPREAD = 0.4
"""Measurings farther from their mean than this are not of one face."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A track whose holder's face is to be compared; `uptime` is that of the tap."""

    track: UUID
    person: int
    uptime: timedelta


@dataclass(slots=True)
class Confirmation:
    """Compares until the face is the holder's, or time is up; the best comparison counts."""

    asked: Asked
    looks: int = 0
    best: float | None = None

    def hear(self, distance: float) -> None:
        """One more comparison."""
        self.best = distance if self.best is None else min(self.best, distance)

    def is_over(self, options: FaceOptions, *, now: timedelta) -> bool:
        """Whether looking longer would change nothing, or takes too long."""
        is_late = now - self.asked.uptime >= PATIENCE
        return is_late or self.verdict(options) is FaceVerdict.HOLDER

    def verdict(self, options: FaceOptions) -> FaceVerdict:
        """What is known by now."""
        if self.best is None:
            return FaceVerdict.NO_FACE
        return verdict(self.best, threshold=options.threshold, margin=options.margin)


@dataclass(slots=True)
class Company:
    """Who stands before the kiosk, as far as they were recognised: each is let in once."""

    current: int | None = None
    seen_at: timedelta = timedelta(0)
    met_at: dict[int, timedelta] = field(default_factory=dict)

    def nobody(self, *, now: timedelta) -> None:
        """A picture without a face."""
        if now - self.seen_at >= GONE:
            self.current = None

    def somebody(self, *, now: timedelta) -> None:
        """A picture with a face, whosever it is."""
        self.nobody(now=now)
        self.seen_at = now

    def meet(self, person: int, *, now: timedelta) -> bool:
        """Somebody was recognised; whether they are new here."""
        met_at = self.met_at.get(person)
        is_new = person != self.current and (met_at is None or now - met_at >= RESTING)
        self.current = person
        self.met_at = {who: at for who, at in self.met_at.items() if now - at < RESTING}
        self.met_at[person] = now
        return is_new


@dataclass(slots=True)
class Sitting:
    """Collects measurings of one face for an enrolment."""

    enrolment: UUID
    taken: list[Measures] = field(default_factory=list)

    def take(self, measures: Measures) -> Measures | None:
        """One more measuring; the mean once there are enough of one face, None until then."""
        self.taken.append(measures)
        if len(self.taken) < ENOUGH:
            return None
        mean = Measures.mean(self.taken)
        if all(each.distance(mean) <= SPREAD for each in self.taken):
            return mean
        self.taken.clear()
        return None
