from dataclasses import replace
from decimal import Decimal

import pytest

from gateway.attendance.errors import WrongPolicy
from gateway.attendance.models import RegistrationPolicy
from gateway.attendance.policies import PolicyDetails, is_cron, policy_details, set_policy
from gateway.attendance.values import LateFrom
from gateway.timetable.models import PeriodKind
from kiosk.protocol.lateness import Rounding
from tests.gateway.factories import make_division, make_site, make_year_group

pytestmark = pytest.mark.django_db

DEFAULTS = PolicyDetails(
    erp_enabled=False,
    erp_can_correct=True,
    late_after=LateFrom.START,
    grace_minutes=0,
    minutes_from=LateFrom.START,
    rounding=Rounding.FLOOR,
    absence_enabled=False,
    cron="10 8-12 * * 1-5",
    period_kind=PeriodKind.AM,
    present_code="/",
    absence_code="O",
    share_limit=Decimal("0.4"),
    year_groups=(),
)


def test_a_site_that_set_none_has_the_defaults() -> None:
    assert policy_details(make_site().pk) == DEFAULTS


@pytest.mark.covers("TRK-07")
def test_a_policy_is_kept_whole_and_replaced_whole() -> None:
    group = make_year_group(make_division(make_site()))
    site_id = group.division.site_id
    told = replace(
        DEFAULTS,
        absence_enabled=True,
        late_after=LateFrom.FINISH,
        period_kind=PeriodKind.PM,
        year_groups=(group.pk,),
    )

    set_policy(site_id=site_id, policy=told)
    assert policy_details(site_id) == told
    set_policy(site_id=site_id, policy=DEFAULTS)

    assert policy_details(site_id) == DEFAULTS


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (replace(DEFAULTS, cron="10 8"), "five parts are needed"),
        (replace(DEFAULTS, cron="0 10 8-12 * * 1-5"), "five parts are needed"),
        (replace(DEFAULTS, share_limit=Decimal("1.5")), "between 0 and 1"),
        (replace(DEFAULTS, minutes_from=LateFrom.FINISH), "start or the register time"),
        (replace(DEFAULTS, year_groups=(4711,)), "does not belong to this site"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(wrong: PolicyDetails, says: str) -> None:
    site = make_site()

    with pytest.raises(WrongPolicy, match=says):
        set_policy(site_id=site.pk, policy=wrong)

    assert not RegistrationPolicy.objects.exists()


@pytest.mark.parametrize(
    ("line", "is_one"),
    [("10 8-12 * * 1-5", True), ("* * * *", False), ("61 * * * *", False), ("* * * * * *", False)],
)
def test_a_cron_line_has_five_fields_that_exist(line: str, is_one: bool) -> None:
    assert is_cron(line) is is_one
