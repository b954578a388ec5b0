"""A day's totals as the bar above the board shows them."""

from dataclasses import dataclass

from gateway.attendance.queries import Totals
from gateway.attendance.summaries import SessionSummary


@dataclass(frozen=True, slots=True)
class Bar:
    """Parts of everyone expected, in thousandths, one after the other; `percent` came at all."""

    on_time: int
    late: int
    gone: int
    percent: int

    @property
    def late_from(self) -> int:
        """Where the late part begins."""
        return self.on_time

    @property
    def gone_from(self) -> int:
        """Where the part of those who left again begins."""
        return self.on_time + self.late


def bar_of(totals: Totals) -> Bar:
    """The bar of these totals; empty when nobody is expected."""
    if not totals.expected:
        return Bar(0, 0, 0, 0)
    came = totals.signed_in + totals.signed_out
    late = min(totals.late, totals.signed_in)
    return Bar(
        on_time=_share(totals.signed_in - late, totals.expected),
        late=_share(late, totals.expected),
        gone=_share(totals.signed_out, totals.expected),
        percent=100 * came // totals.expected,
    )


@dataclass(frozen=True, slots=True)
class RollBar:
    """Parts of everybody on a roll, in thousandths, one after the other; the rest is pending."""

    on_time: int
    late: int
    absent: int

    @property
    def absent_from(self) -> int:
        """Where the part of those absent begins."""
        return self.on_time + self.late


def roll_bar(session: SessionSummary) -> RollBar:
    """The bar of a roll; empty when nobody is on it. Excused ones count as absent here."""
    if not session.total:
        return RollBar(0, 0, 0)
    return RollBar(
        on_time=_share(session.present - session.late, session.total),
        late=_share(session.late, session.total),
        absent=_share(session.absent + session.excused, session.total),
    )


def _share(part: int, whole: int) -> int:
    return 1000 * part // whole
