from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from gateway.attendance import rules
from gateway.attendance.rules import (
    DOCUMENT,
    ISAMS,
    Claim,
    Expected,
    Judgement,
    LatePolicy,
    Period,
    Reasons,
    Sighting,
    fold,
    judge,
    placed,
    plan_absence,
)
from gateway.attendance.values import Base, HoldKind, LateFrom, Mark
from kiosk.protocol.clocks import Anchor, TimeQuality
from kiosk.protocol.lateness import Rounding
from kiosk.protocol.messages import Shown
from kiosk.protocol.movements import Direction, Presence

MINUTE = timedelta(minutes=1)
BOOT = UUID(int=1)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{clock}Z")


PERIOD = Period(at("08:00:00"), at("08:10:00"), at("08:30:00"))
EVENING = at("18:00:00")
PM = Period(at("13:00:00"), at("13:05:00"), at("13:15:00"))


def seen(
    clock: str,
    shown: Shown = Shown.SIGNED_IN,
    quality: TimeQuality = TimeQuality.TRUSTED,
) -> Sighting:
    return Sighting(UUID(int=abs(hash(clock)) % 2**64), at(clock), shown, quality)


def out(clock: str) -> Sighting:
    return seen(clock, Shown.SIGNED_OUT)


def day(*sightings: Sighting) -> rules.Day:
    return fold(sightings, repeat_window=MINUTE)


def judged(
    *sightings: Sighting,
    late: LatePolicy | None = DOCUMENT,
    period: Period = PERIOD,
    is_main: bool = True,
    now: datetime = EVENING,
) -> Mark | None:
    opinion = judge(day(*sightings), period, late=late, is_main=is_main, now=now)
    return opinion.mark if opinion else None


def late(minutes: int) -> Mark:
    return Mark(Base.PRESENT, late_minutes=minutes)


PRESENT = Mark(Base.PRESENT)


@pytest.mark.covers("TRK-04")
@pytest.mark.parametrize(
    ("policy", "clock", "mark"),
    [
        (DOCUMENT, "07:40:00", PRESENT),
        (DOCUMENT, "08:00:00", PRESENT),
        (DOCUMENT, "08:00:01", late(1)),
        (DOCUMENT, "08:15:00", late(15)),
        (DOCUMENT, "08:15:59", late(15)),
        (ISAMS, "08:30:00", PRESENT),
        (ISAMS, "08:30:01", late(20)),
        (ISAMS, "08:31:30", late(21)),
        (
            LatePolicy(LateFrom.START, 5 * MINUTE, LateFrom.START, Rounding.FLOOR),
            "08:05:00",
            PRESENT,
        ),
        (
            LatePolicy(LateFrom.START, 5 * MINUTE, LateFrom.START, Rounding.FLOOR),
            "08:05:01",
            late(5),
        ),
        (
            LatePolicy(LateFrom.REGISTER_TIME, 0 * MINUTE, LateFrom.START, Rounding.CEIL),
            "08:10:01",
            late(11),
        ),
        (
            LatePolicy(LateFrom.FINISH, 0 * MINUTE, LateFrom.REGISTER_TIME, Rounding.CEIL),
            "08:30:01",
            late(21),
        ),
    ],
)
def test_lateness_follows_the_sites_rule_to_the_second(
    policy: LatePolicy, clock: str, mark: Mark
) -> None:
    assert judged(seen(clock), late=policy) == mark


@pytest.mark.covers("TRK-05")
def test_without_erp_integration_nobody_is_late() -> None:
    assert judged(seen("09:00:00"), late=None) == PRESENT


def test_nobody_is_judged_before_anything_was_seen() -> None:
    assert judged() is None


def test_nothing_is_judged_from_an_approximate_instant() -> None:
    assert judged(seen("07:50:00", quality=TimeQuality.APPROXIMATE)) is None


def test_a_doubtful_tap_later_in_the_day_takes_nothing_back() -> None:
    later = seen("15:30:00", Shown.SIGNED_OUT, TimeQuality.APPROXIMATE)

    assert judged(seen("07:50:00"), later) == PRESENT
    assert judged(seen("07:50:00"), later, period=PM, is_main=False) is None


def test_the_first_sign_in_of_the_day_counts_for_the_main_period() -> None:
    assert judged(seen("07:30:00"), out("07:45:00"), seen("08:20:00")) == PRESENT


def test_who_is_on_site_when_a_later_period_begins_is_in_time() -> None:
    assert judged(seen("07:50:00"), period=PM, is_main=False) == PRESENT


def test_who_comes_back_after_a_later_period_began_is_late() -> None:
    moves = (seen("07:50:00"), out("12:00:00"), seen("13:07:00"))

    assert judged(*moves, period=PM, is_main=False) == late(7)


def test_who_left_before_a_later_period_is_not_judged_for_it() -> None:
    assert judged(seen("07:50:00"), out("12:00:00"), period=PM, is_main=False) is None


def test_a_later_period_is_not_judged_before_it_begins() -> None:
    before = at("12:59:59")

    assert judged(seen("07:50:00"), period=PM, is_main=False, now=before) is None


def test_a_kiosk_that_showed_another_direction_than_the_whole_day_gives_is_noticed() -> None:
    first, second = seen("08:00:00"), seen("08:20:00")

    folded = day(second, first)

    assert folded.differences == {second.id: Direction.OUT.value}
    assert folded.presence is Presence.SIGNED_OUT


def test_a_repeat_that_was_shown_as_a_sign_in_is_noticed() -> None:
    assert day(seen("08:00:00"), again := seen("08:00:30")).differences == {again.id: rules.REPEAT}


def test_an_unknown_card_that_was_resolved_is_no_difference() -> None:
    assert day(seen("08:00:00", Shown.UNKNOWN)).differences == {}


def test_presence_can_be_asked_for_any_instant() -> None:
    moves = (seen("08:00:00"), out("12:00:00"))
    asked = [at("07:59:59"), at("08:00:00"), at("11:59:59"), at("12:00:00")]

    found = [rules.presence_until(moves, instant, window=MINUTE) for instant in asked]

    assert found == [
        Presence.NOT_SIGNED, Presence.SIGNED_IN, Presence.SIGNED_IN, Presence.SIGNED_OUT
    ]  # fmt: skip


CLAIM = Claim(at("08:00:00"), timedelta(hours=1), trusted=True)
DOUBTFUL = Claim(datetime(1970, 1, 1, 1, tzinfo=UTC), timedelta(hours=1), trusted=False)


def test_a_trusted_claim_stands() -> None:
    found = placed(CLAIM, anchor=None, earliest=None, received_at=at("09:00:00"))

    assert found == rules.Placed(at("08:00:00"), TimeQuality.TRUSTED)


def test_a_trusted_claim_from_the_future_is_held_to_its_arrival() -> None:
    found = placed(CLAIM, anchor=None, earliest=None, received_at=at("07:00:00"))

    assert found == rules.Placed(at("07:00:00"), TimeQuality.APPROXIMATE)


@pytest.mark.covers("BEY-03")
def test_an_anchor_of_its_boot_repairs_a_claim_exactly() -> None:
    anchor = Anchor(BOOT, at("08:30:00"), timedelta(hours=1, minutes=25))

    found = placed(DOUBTFUL, anchor=anchor, earliest=None, received_at=at("09:00:00"))

    assert found == rules.Placed(at("08:05:00"), TimeQuality.REPAIRED)


@pytest.mark.parametrize("claim", [CLAIM, DOUBTFUL])
def test_an_anchor_ahead_of_the_arrival_repairs_nothing(claim: rules.Claim) -> None:
    anchor = Anchor(BOOT, at("12:00:00"), claim.uptime)

    found = placed(claim, anchor=anchor, earliest=None, received_at=at("07:00:00"))

    assert found.quality is TimeQuality.APPROXIMATE
    assert found.at <= at("07:00:00")


@pytest.mark.covers("BEY-03")
def test_a_claim_that_nothing_repairs_is_held_into_its_interval() -> None:
    found = placed(DOUBTFUL, anchor=None, earliest=at("07:00:00"), received_at=at("09:00:00"))

    assert found == rules.Placed(at("07:00:00"), TimeQuality.APPROXIMATE)


@pytest.mark.parametrize(
    ("standing", "opinion", "said"),
    [
        (None, PRESENT, PRESENT),
        (PRESENT, PRESENT, None),
        (PRESENT, late(5), late(5)),
        (Mark(Base.ABSENT), late(40), late(40)),
        (PRESENT, None, Mark(Base.PENDING)),
        (Mark(Base.ABSENT), None, None),
        (None, None, None),
    ],
)
def test_a_rule_says_only_what_is_new(
    standing: Mark | None, opinion: Mark | None, said: Mark | None
) -> None:
    found = rules.revised(standing, Judgement(opinion, "") if opinion else None)

    assert (found.mark if found else None) == said


SEVEN = 7


def expected(
    person: int, *, track: bool = False, mark: Base | None = None, group: int = SEVEN
) -> Expected:
    return Expected(person, group, f"Year {group}", track, mark)


def reasons(
    *,
    unheard: dict[str, datetime | None] | None = None,
    known: frozenset[str] | None = frozenset("O"),
    share: float = 1.0,
    released: frozenset[tuple[HoldKind, str]] = frozenset(),
) -> Reasons:
    return Reasons(frozenset({SEVEN}), unheard or {}, {}, "O", known, share, released)


@pytest.mark.covers("TRK-06", "TRK-07")
def test_only_students_of_the_year_groups_without_track_and_mark_are_marked() -> None:
    roll = [
        expected(1),
        expected(2, track=True),
        expected(3, mark=Base.EXCUSED),
        expected(4, group=8),
        expected(5, mark=Base.PENDING),
    ]

    plan = plan_absence(roll, reasons())

    assert plan.to_mark == (1, 5)
    assert plan.left_out == {
        2: "was seen at a kiosk that day",
        3: "is marked excused already",
        4: "this year group is not marked automatically",
    }
    assert plan.holds == ()


def held_for(**known: object) -> list[tuple[HoldKind, str]]:
    plan = plan_absence([expected(1), expected(2, track=True)], reasons(**known))  # type: ignore[arg-type]  # as `reasons` takes them
    return [(hold.kind, hold.subject) for hold in plan.holds]


def test_it_waits_for_a_kiosk_that_may_hold_sign_ins() -> None:
    assert held_for(unheard={"gym": at("07:41:00")}) == [(HoldKind.KIOSK_UNHEARD, "gym")]


@pytest.mark.covers("TRK-08")
def test_it_waits_for_a_code_the_erp_does_not_know() -> None:
    assert held_for(known=frozenset("N")) == [(HoldKind.CODE_UNKNOWN, "O")]


def test_without_an_erp_no_code_is_needed() -> None:
    assert held_for(known=None) == []


def test_it_waits_when_more_than_the_set_share_of_a_year_group_would_be_absent() -> None:
    assert held_for(share=0.4) == [(HoldKind.TOO_MANY, "Year 7")]


def test_exactly_the_set_share_is_plausible() -> None:
    assert held_for(share=0.5) == []


def test_what_a_person_let_go_holds_nothing_up_any_more() -> None:
    gone = frozenset({(HoldKind.TOO_MANY, "Year 7")})

    assert held_for(share=0.4, released=gone) == []


def test_where_nobody_would_be_marked_there_is_nothing_to_wait_for() -> None:
    plan = plan_absence([expected(1, track=True)], reasons(unheard={"gym": None}))

    assert plan.holds == ()
