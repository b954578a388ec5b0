from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from drivers.clock.clock import Reading
from kiosk.protocol.clocks import Anchor
from kiosk.protocol.lateness import Rounding
from kiosk.protocol.messages import LatePeriod, PersonKind, Shown
from kiosk.protocol.movements import Track
from kiosk.visit import Decision, Holder, Instant, Outcome, SiteRules, admit, instant_of, refuse

MIA = Holder(17, PersonKind.STUDENT, "Mia K.", "en", 7)
DAY = datetime(2026, 11, 23, tzinfo=UTC)
RULES = SiteRules(ZoneInfo("Europe/London"))


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{clock}+00:00")


def track(clock: str) -> Track:
    return Track(at(clock), uuid4())


def shown(*day: str, now: str, holder: Holder = MIA, rules: SiteRules = RULES) -> Decision:
    tracks = [track(clock) for clock in day]
    return admit(holder, Instant(at(now), exact=True), tracks=tracks, rules=rules)


def rules_with(*periods: tuple[str, tuple[int, ...]]) -> SiteRules:
    late = tuple(
        LatePeriod(
            day=DAY.date(),
            year_groups=groups,
            late_after=at(after),
            minutes_from=at(after),
            rounding=Rounding.FLOOR,
        )
        for after, groups in periods
    )
    return replace(RULES, late_periods=late)


@pytest.mark.covers("DES-02", "TRK-02")
def test_the_first_track_of_a_day_signs_in_and_the_next_signs_out() -> None:
    assert shown(now="08:00") == Decision(Outcome.SIGNED_IN, Shown.SIGNED_IN)
    assert shown("08:00", now="15:30") == Decision(Outcome.SIGNED_OUT, Shown.SIGNED_OUT)


@pytest.mark.parametrize(
    ("day", "now", "outcome", "since"),
    [
        (("08:00",), "08:00:59", Outcome.ALREADY_IN, "08:00"),
        (("08:00", "15:30"), "15:30:20", Outcome.ALREADY_OUT, "15:30"),
    ],
)
def test_a_repeat_is_told_what_it_repeats_and_journals_nothing(
    day: tuple[str, ...], now: str, outcome: Outcome, since: str
) -> None:
    assert shown(*day, now=now) == Decision(outcome, None, since=at(since))


def test_a_track_at_the_end_of_the_repeat_window_is_a_movement() -> None:
    assert shown("08:00", now="08:01").outcome is Outcome.SIGNED_OUT


def test_a_small_step_back_of_the_clock_is_a_repeat_not_a_movement() -> None:
    assert shown("08:00", now="07:59:58").outcome is Outcome.ALREADY_IN


def test_a_track_made_elsewhere_a_little_ahead_of_this_clock_still_counts() -> None:
    assert shown("08:10", now="08:05").outcome is Outcome.SIGNED_OUT


@pytest.mark.covers("TRK-04")
def test_a_student_is_told_how_late_the_first_sign_in_is() -> None:
    rules = rules_with(("08:00", (7,)))

    assert shown(now="08:12:30", rules=rules).late_minutes == 12
    assert shown("08:12", "12:00", now="13:00", rules=rules).late_minutes is None


def test_only_a_students_own_year_group_makes_late() -> None:
    assert shown(now="08:12", rules=rules_with(("08:00", (8, 9)))).late_minutes is None


def test_lateness_is_counted_for_the_first_period_of_the_day() -> None:
    rules = rules_with(("13:00", (7,)), ("08:00", (7,)))

    assert shown(now="08:12", rules=rules).late_minutes == 12


def test_a_period_of_another_day_makes_nobody_late() -> None:
    yesterday = rules_with(("08:00", (7,))).late_periods[0]
    earlier = yesterday.model_copy(update={"day": DAY.date() - timedelta(days=1)})

    assert shown(now="08:12", rules=replace(RULES, late_periods=(earlier,))).late_minutes is None


@pytest.mark.covers("TRK-05")
def test_staff_are_never_late() -> None:
    staff = replace(MIA, kind=PersonKind.STAFF)

    assert shown(now="08:12", holder=staff, rules=rules_with(("08:00", (7,)))).late_minutes is None


def test_nobody_is_told_late_by_a_clock_that_cannot_be_trusted() -> None:
    instant = Instant(at("08:12"), exact=False)

    decision = admit(MIA, instant, tracks=(), rules=rules_with(("08:00", (7,))))

    assert decision == Decision(Outcome.SIGNED_IN, Shown.SIGNED_IN)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [(Shown.UNKNOWN, Outcome.UNKNOWN), (Shown.BLOCKED, Outcome.BLOCKED)],
)
def test_a_refused_credential_is_journalled_once_in_a_repeat_window(
    kind: Shown, outcome: Outcome
) -> None:
    now = at("08:00")

    first = refuse(kind, now, last_at=None, rules=RULES)
    again = refuse(kind, now, last_at=now - timedelta(seconds=59), rules=RULES)
    later = refuse(kind, now, last_at=now - timedelta(seconds=60), rules=RULES)

    assert first == later == Decision(outcome, kind)
    assert again == Decision(outcome, None)


BOOT = UUID(int=1)
READING = Reading(at("08:00"), BOOT, timedelta(hours=2), trusted=True)
ANCHOR = Anchor(BOOT, at("09:00"), timedelta(hours=3))


def test_a_trusted_claim_holds() -> None:
    assert instant_of(READING, None) == Instant(at("08:00"), exact=True)


def test_a_doubtful_claim_is_repaired_where_its_boot_was_ever_synchronised() -> None:
    doubtful = replace(READING, utc=DAY.replace(year=1970), trusted=False)

    assert instant_of(doubtful, ANCHOR) == Instant(at("08:00"), exact=True)


def test_a_doubtful_claim_of_a_boot_never_synchronised_is_not_exact() -> None:
    doubtful = replace(READING, trusted=False)

    assert instant_of(doubtful, None) == Instant(at("08:00"), exact=False)


@given(st.lists(st.integers(0, 86_399), max_size=10, unique=True))
def test_taps_made_one_after_another_alternate(seconds: list[int]) -> None:
    made: list[Track] = []
    outcomes: list[Outcome] = []
    for second in sorted(seconds):
        now = DAY + timedelta(seconds=second)
        decision = admit(MIA, Instant(now, exact=True), tracks=tuple(made), rules=RULES)
        if decision.journalled:
            made.append(Track(now, uuid4()))
            outcomes.append(decision.outcome)

    turns = (Outcome.SIGNED_IN, Outcome.SIGNED_OUT)
    assert outcomes == [turns[place % 2] for place in range(len(outcomes))]
