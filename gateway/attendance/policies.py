"""A site's registration policy, read and changed as one value."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal

from cronsim import CronSim, CronSimError
from django.db import transaction

from gateway.attendance.errors import WrongPolicy
from gateway.attendance.judging import policy_of
from gateway.attendance.models import RegistrationPolicy
from gateway.attendance.values import LateFrom
from gateway.timetable.models import PeriodKind, YearGroup
from kiosk.protocol.lateness import Rounding

_EXAMPLE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PolicyDetails:
    """How a site judges registration and marks absence; see RegistrationPolicy."""

    erp_enabled: bool
    erp_can_correct: bool
    late_after: LateFrom
    grace_minutes: int
    minutes_from: LateFrom
    rounding: Rounding
    absence_enabled: bool
    cron: str
    period_kind: PeriodKind
    present_code: str
    absence_code: str
    share_limit: Decimal
    year_groups: tuple[int, ...]


def policy_details(site_id: int) -> PolicyDetails:
    """The site's policy; the defaults where nobody set one."""
    policy = policy_of(site_id)
    chosen = policy.year_groups.order_by("pk").values_list("pk", flat=True) if policy.pk else ()
    return PolicyDetails(
        erp_enabled=policy.erp_enabled,
        erp_can_correct=policy.erp_can_correct,
        late_after=LateFrom(policy.late_after),
        grace_minutes=policy.grace_minutes,
        minutes_from=LateFrom(policy.minutes_from),
        rounding=Rounding(policy.rounding),
        absence_enabled=policy.absence_enabled,
        cron=policy.cron,
        period_kind=PeriodKind(policy.period_kind),
        present_code=policy.present_code,
        absence_code=policy.absence_code,
        share_limit=policy.share_limit,
        year_groups=tuple(chosen),
    )


@transaction.atomic
def set_policy(*, site_id: int, policy: PolicyDetails) -> None:
    """Judge by this policy from now on; days already judged stay. Raises WrongPolicy."""
    _check(site_id, policy)
    told = asdict(policy)
    chosen = told.pop("year_groups")
    kept, _ = RegistrationPolicy.objects.update_or_create(site_id=site_id, defaults=told)
    kept.year_groups.set(chosen)


def is_cron(line: str) -> bool:
    """Whether `line` is a cron line of five fields, which jobs can be run by."""
    try:
        CronSim(line, _EXAMPLE)
    except CronSimError:
        return False
    return len(line.split()) == 5


def _check(site_id: int, policy: PolicyDetails) -> None:
    if not is_cron(policy.cron):
        raise WrongPolicy(
            f"the schedule {policy.cron!r} cannot be read: five parts are needed, "
            "such as 10 8-12 * * 1-5"
        )
    if not 0 <= policy.share_limit <= 1:
        raise WrongPolicy("the share limit lies between 0 and 1, such as 0.4")
    if policy.minutes_from is LateFrom.FINISH:
        raise WrongPolicy("minutes are counted from the start or the register time")
    here = YearGroup.objects.filter(division__site_id=site_id).values_list("pk", flat=True)
    strangers = sorted(set(policy.year_groups) - set(here))
    if strangers:
        raise WrongPolicy(f"year group {strangers[0]} does not belong to this site")
