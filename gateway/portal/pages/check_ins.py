"""What waits for a teacher: check-ins to confirm or refuse, phones that marked two people."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gateway.attendance import check_in_photos, check_ins, code_entry
from gateway.attendance.check_in_lines import check_ins_at, pending_at, shared_phones
from gateway.attendance.class_judging import policy_for
from gateway.attendance.errors import NoPhoto, PhotoUnreadable
from gateway.attendance.models import CheckIn, SharedPhone
from gateway.portal.acts import act
from gateway.portal.visitors import Taught, actor, taught_page


@taught_page
def check_ins_page(request: HttpRequest, taught: Taught) -> HttpResponse:
    """Everything that waits at the reader's own sessions; the office sees all of the site."""
    lines = pending_at(taught.sessions)
    return _show(request, taught, {"lines": lines, "phones": shared_phones(taught.sessions)})


@taught_page
def session_check_ins(request: HttpRequest, taught: Taught, session_id: int) -> HttpResponse:
    """Every check-in of one session, decided or not (QR-05)."""
    session = taught.session(session_id)
    context = {
        "session": session,
        "policy": policy_for(session),
        "lines": check_ins_at(session.pk),
        "phones": shared_phones(taught.sessions.filter(pk=session.pk)),
    }
    return _show(request, taught, context)


@require_POST
@taught_page
def confirm(request: HttpRequest, taught: Taught, check_in_id: int) -> HttpResponse:
    """Let it count, from when it was made."""
    found = _own(taught, check_in_id)
    return act(
        request,
        lambda: check_ins.confirm(check_in_id=found.pk, by=actor(request), now=timezone.now()),
        done=_("The check-in counts."),
        back="session_check_ins",
        at=(taught.site.slug, found.session_id),
    )


@require_POST
@taught_page
def refuse(request: HttpRequest, taught: Taught, check_in_id: int) -> HttpResponse:
    """Let it not count, with the reason."""
    found = _own(taught, check_in_id)
    because = request.POST.get("because", "")[:200]
    return act(
        request,
        lambda: check_ins.refuse(
            check_in_id=found.pk, because=because, by=actor(request), now=timezone.now()
        ),
        done=_("The check-in does not count."),
        back="session_check_ins",
        at=(taught.site.slug, found.session_id),
    )


@taught_page
def photo(request: HttpRequest, taught: Taught, check_in_id: int) -> HttpResponse:
    """The photo that came with a check-in."""
    found = _own(taught, check_in_id)
    try:
        jpeg = check_in_photos.open_still(check_in_id=found.pk, by=request.user.get_username())
    except (NoPhoto, PhotoUnreadable) as gone:
        raise Http404 from gone
    return HttpResponse(jpeg, content_type="image/jpeg")


@require_POST
@taught_page
def phone_seen(request: HttpRequest, taught: Taught, shared_id: int) -> HttpResponse:
    """Somebody knows of a phone that marked two people; the line goes."""
    found = get_object_or_404(SharedPhone, pk=shared_id, session__in=taught.sessions)
    return act(
        request,
        lambda: code_entry.see_shared_phone(
            shared_id=found.pk, by=request.user.get_username(), now=timezone.now()
        ),
        done=_("Noted."),
        back="check_ins",
        at=(taught.site.slug,),
    )


def _own(taught: Taught, check_in_id: int) -> CheckIn:
    return get_object_or_404(CheckIn, pk=check_in_id, session__in=taught.sessions)


def _show(request: HttpRequest, taught: Taught, context: Mapping[str, object]) -> HttpResponse:
    with timezone.override(taught.site.tz):
        return render(request, "portal/check_ins.html", {"site": taught.site, **context})
