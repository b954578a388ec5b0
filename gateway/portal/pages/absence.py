"""Automatic absence: whom it would mark and why, what holds it, and what it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cronsim import CronSim
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from gateway.attendance import absence
from gateway.attendance.absence import AbsenceOutcome, AbsencePlan, Planned
from gateway.attendance.models import AbsenceHold, AbsenceRun, RegistrationPolicy, Session
from gateway.attendance.values import SessionState
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.codes import known_codes
from gateway.portal.forms import BecauseForm
from gateway.portal.frame import Place, place, show

HISTORY = 20


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """One session with what automatic absence would do to it, and the holds staff may release."""

    session: Session
    plan: AbsencePlan
    open_holds: tuple[AbsenceHold, ...]
    left_out: tuple[tuple[str, tuple[Planned, ...]], ...]


@office_page
def absence_page(request: HttpRequest, site: str) -> HttpResponse:
    """The preview, before anything is marked."""
    where = place(site)
    policy = RegistrationPolicy.objects.filter(site=where.site).first()
    plans = _plans(where, policy) if policy else ()
    context = {
        "policy": policy,
        "fires_at": _fires_at(where, policy),
        "plans": plans,
        "may_run": any(not p.plan.refused and p.plan.to_mark for p in plans),
        "runs": _history(where),
        "released": _released(where),
    }
    return show(request, where, "absence.html", here="absence", context=context)


@require_POST
@office_page
def run_now(request: HttpRequest, site: str) -> HttpResponse:
    """Do now what the schedule would do; what is held stays held."""
    where = place(site)
    outcomes = absence.run(site_id=where.site.pk, codes=known_codes, now=where.now)
    return act(request, lambda: None, done=_told(outcomes), back="absence", at=(site,))


@office_page
def hold_page(request: HttpRequest, site: str, hold_id: int) -> HttpResponse:
    """Let one hold go, with a reason that is kept."""
    where = place(site)
    hold = get_object_or_404(
        AbsenceHold.objects.select_related("session"), pk=hold_id, session__site=where.site
    )
    form = BecauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return act(
            request,
            lambda: absence.release_hold(
                hold_id=hold.pk,
                by=request.user.get_username(),
                because=form.cleaned_data["because"],
                now=where.now,
            ),
            done=_released_words(hold.session.day < where.today),
            back="absence",
            at=(site,),
        )
    policy = RegistrationPolicy.objects.filter(site=where.site).first()
    context = {"hold": hold, "form": form, "policy": policy}
    return show(request, where, "hold.html", here="absence", context=context)


def _fires_at(where: Place, policy: RegistrationPolicy | None) -> datetime | None:
    """When the schedule comes round next, on the site's clock."""
    if policy is None or not policy.absence_enabled:
        return None
    return next(CronSim(policy.cron, timezone.localtime(where.now, where.site.tz)), None)


def _plans(where: Place, policy: RegistrationPolicy) -> tuple[SessionPlan, ...]:
    sessions = Session.objects.filter(
        site=where.site, day=where.today, kind=policy.period_kind
    ).exclude(state=SessionState.CANCELLED.value)
    return tuple(_plan(session, where) for session in sessions.order_by("title"))


def _plan(session: Session, where: Place) -> SessionPlan:
    plan = absence.preview(session_id=session.pk, codes=known_codes, now=where.now)
    holds = session.holds.filter(released_at=None, cleared_at=None).order_by("pk")
    return SessionPlan(session, plan, tuple(holds), _by_reason(plan.left_out))


def _by_reason(left_out: Sequence[Planned]) -> tuple[tuple[str, tuple[Planned, ...]], ...]:
    reasons = dict.fromkeys(planned.why for planned in left_out)
    return tuple((why, tuple(p for p in left_out if p.why == why)) for why in reasons)


def _history(where: Place) -> tuple[AbsenceRun, ...]:
    rows = AbsenceRun.objects.filter(session__site=where.site).select_related("session")
    return tuple(rows.order_by("-fired_at")[:HISTORY])


def _released(where: Place) -> tuple[AbsenceHold, ...]:
    rows = AbsenceHold.objects.filter(session__site=where.site, released_at__isnull=False)
    return tuple(rows.select_related("session").order_by("-released_at")[:HISTORY])


def _released_words(is_over: bool) -> str:  # noqa: FBT001 - of the day
    if is_over:
        return _("The hold is settled. That day is over: nobody is marked by this.")
    return _("The hold is released. Absence goes on at its next time, or with “Run now”.")


def _told(outcomes: Sequence[AbsenceOutcome]) -> str:
    marked = sum(outcome.marked for outcome in outcomes)
    parts = [
        ngettext("%d student was marked absent.", "%d students were marked absent.", marked)
        % marked
    ]
    refusals = dict.fromkeys(outcome.refused for outcome in outcomes if outcome.refused)
    parts += [_("Not run: %s.") % _(refused) for refused in refusals]
    held = sum(bool(outcome.holds) for outcome in outcomes)
    if held:
        parts.append(
            ngettext("%d session waits, see below.", "%d sessions wait, see below.", held) % held
        )
    return " ".join(parts)
