"""How far a kiosk has been heard: numbers without holes, silence, and what waits for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

FALLS_SILENT_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Numbers that were skipped, both ends included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Received:
    """How far an install's numbering has come in without a hole, and the holes above."""

    upto: int
    gaps: tuple[Gap, ...] = ()


def received(
    upto: int,
    numbers: Iterable[int],
    *,
    first_held: int = 0,
    lost: Iterable[Gap] = (),
    last: int = 0,
) -> Received:
    """Extend `upto` by the numbers at hand; those below `first_held` cannot come any more.

    Neither can those in `lost`. `last` is a number that is known to have been given out.
    """
    reached = max(upto, first_held - 1) if first_held else upto
    gaps: list[Gap] = []
    end = reached
    for first, until in sorted({*((n, n) for n in numbers), *((g.first, g.last) for g in lost)}):
        if first > end + 1:
            gaps.append(Gap(end + 1, first - 1))
        end = max(end, until)
        if not gaps:
            reached = end
    if last > end:
        gaps.append(Gap(end + 1, last))
    return Received(reached, tuple(gaps))


def heard_until(
    *, sent_at: datetime | None, last_seq: int, upto: int, clock_trusted: bool, salvaged: int = 0
) -> datetime | None:
    """The instant up to which a kiosk can hold nothing we lack; None when it never said so.

    A heartbeat vouches for everything before it once every number it names has come in,
    and only when the clock it speaks by is trusted. It does not while tracks of an earlier
    life are still to come.
    """
    if sent_at is None or not clock_trusted or upto < last_seq or salvaged:
        return None
    return sent_at


def silent_kiosks(heard: Mapping[str, datetime | None], *, cutoff: datetime) -> frozenset[str]:
    """The kiosks that may still hold tracks made before `cutoff`.

    While there is one, nobody is absent: an unheard kiosk is not an empty classroom.
    """
    return frozenset(kiosk for kiosk, until in heard.items() if until is None or until < cutoff)


def is_silent(last_heard_at: datetime | None, *, now: datetime) -> bool:
    """Whether a kiosk has said nothing for so long that somebody should look."""
    return last_heard_at is None or now - last_heard_at > FALLS_SILENT_AFTER
