"""Giving a person a card at a kiosk: ask for it, and watch what becomes of it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from gateway.errors import Rejected
from gateway.fleet.enrolling import Progress, cancel_enrolment, progress, start_enrolment
from gateway.fleet.errors import UnknownEnrolment
from gateway.fleet.models import Kiosk
from gateway.people.models import Person
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.enrol_forms import EnrolCardForm
from gateway.portal.frame import Place, place, show
from gateway.portal.words import Word, masked
from kiosk.protocol.messages import Method
from kiosk.protocol.remarks import NotEnrolled

REFUSALS: dict[str, Word] = {
    NotEnrolled.HELD: gettext_lazy("The card that was held up is in use already: try another."),
    NotEnrolled.BLOCKED: gettext_lazy("The card that was held up is blocked."),
    NotEnrolled.RANDOM: gettext_lazy(
        "The card that was held up shows another number each time (phones do): use another card."
    ),
    NotEnrolled.ANOTHER: gettext_lazy("The card that was held up has not the number named here."),
    NotEnrolled.NO_FACE: gettext_lazy("No face was seen."),
}
"""Why the kiosk did not take what it was shown."""


@office_page
def enrol_card(request: HttpRequest, site: str, person_id: int) -> HttpResponse:
    """Choose the kiosk that shall take the person's next card."""
    where = place(site)
    person = get_object_or_404(Person, pk=person_id)
    at_doors = Kiosk.objects.filter(site=where.site, in_service=True, tablet=None)
    kiosks = at_doors.order_by("name")
    form = EnrolCardForm(request.POST or None, kiosks=kiosks)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("portal:enrolment", site, _start(request, where, person, form))
        except Rejected as refusal:
            form.add_error(None, str(refusal))
    context = {"person": person, "form": form, "has_kiosk": kiosks.exists()}
    return show(request, where, "enrol_card.html", here="students", context=context)


@office_page
def enrolment_page(request: HttpRequest, site: str, enrolment_id: UUID) -> HttpResponse:
    """How it stands; the page follows by itself."""
    where = place(site)
    found = _progress(where, enrolment_id)
    context = {
        "enrolment": found,
        "person": Person.objects.get(pk=found.person),
        "card": masked(found.value),
        "refusal": REFUSALS.get(found.why, ""),
    }
    return show(request, where, "enrolment.html", here="students", context=context)


@require_POST
@office_page
def cancel(request: HttpRequest, site: str, enrolment_id: UUID) -> HttpResponse:
    """Let the kiosk wait no longer, for a card or a face."""
    where = place(site)
    found = _progress(where, enrolment_id)
    is_card = found.method is Method.CARD
    waits_no_more = _("The kiosk does not wait for a card any more.")
    looks_no_more = _("The kiosk does not look for a face any more.")
    return act(
        request,
        lambda: cancel_enrolment(enrolment_id=found.id, now=where.now),
        done=waits_no_more if is_card else looks_no_more,
        back="enrolment" if is_card else "person_face",
        at=(site, found.id if is_card else found.person),
    )


def _start(request: HttpRequest, where: Place, person: Person, form: EnrolCardForm) -> UUID:
    return start_enrolment(
        kiosk_id=form.cleaned_data["kiosk"].pk,
        person_id=person.pk,
        method=Method.CARD,
        by=request.user.pk,
        number=form.cleaned_data["number"],
        now=where.now,
    )


def _progress(where: Place, enrolment_id: UUID) -> Progress:
    """Not found for one of another site."""
    try:
        found = progress(enrolment_id, now=where.now)
    except UnknownEnrolment:
        raise Http404 from None
    if not Kiosk.objects.filter(pk=found.kiosk, site=where.site).exists():
        raise Http404
    return found
