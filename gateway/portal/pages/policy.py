"""A site's registration policy: lateness, automatic absence, and when it fires next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from cronsim import CronSim
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from gateway.attendance.models import RegistrationPolicy
from gateway.attendance.policies import set_policy
from gateway.attendance.rules import DOCUMENT, ISAMS, LatePolicy
from gateway.portal.access import admin_page
from gateway.portal.forms import PolicyForm
from gateway.portal.frame import Place, place, show
from gateway.timetable.queries import school_day

NEXT = 5
LATE_FIELDS = ("late_after", "grace_minutes", "minutes_from", "rounding")


@dataclass(frozen=True, slots=True)
class Preset:
    """A late rule that can be taken whole."""

    name: str
    word: str | Promise
    rule: LatePolicy


PRESETS = (
    Preset("document", gettext_lazy("Late from the start, minutes from the start"), DOCUMENT),
    Preset("isams", gettext_lazy("Late after the finish, minutes from the register time"), ISAMS),
)


@dataclass(frozen=True, slots=True)
class Firing:
    """One moment the schedule names, and why it would mark nobody on that date, if so."""

    at: datetime
    closed: str


@admin_page
def policy_page(request: HttpRequest, site: str) -> HttpResponse:
    """Read and change the policy; a preset fills the late rule in."""
    where = place(site)
    policy = RegistrationPolicy.objects.filter(site=where.site).first()
    policy = policy or RegistrationPolicy(site=where.site)
    form = PolicyForm(request.POST or None, instance=policy, initial=_preset(request))
    if request.method == "POST" and form.is_valid():
        set_policy(site_id=where.site.pk, policy=form.details())
        messages.add_message(request, messages.SUCCESS, _("The policy is kept."), extra_tags="good")
        return redirect("portal:policy", site)
    context = {
        "form": form,
        "presets": PRESETS,
        "firings": tuple(islice(_firings(where, policy.cron), NEXT)),
    }
    return show(request, where, "policy.html", here="policy", context=context)


def _preset(request: HttpRequest) -> dict[str, str | int]:
    """The late rule of the preset the address names; empty for none."""
    wanted = request.GET.get("preset")
    chosen = next((preset.rule for preset in PRESETS if preset.name == wanted), None)
    if chosen is None:
        return {}
    grace = int(chosen.grace.total_seconds() // 60)
    told = (chosen.after.value, grace, chosen.minutes_from.value, chosen.rounding.value)
    return dict(zip(LATE_FIELDS, told, strict=True))


def _firings(where: Place, cron: str) -> Iterator[Firing]:
    for at in CronSim(cron, timezone.localtime(where.now, where.site.tz)):
        day = school_day(where.site.pk, at.date())
        yield Firing(at, "" if day.is_open else day.why)
