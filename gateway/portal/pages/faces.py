"""Faces: who agreed, recording and withdrawing it, measuring at a kiosk, what did not fit."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gateway.faces.queries import FaceLine, face_lines
from gateway.faces.services import (
    record_consent,
    see_mismatch,
    start_face_enrolment,
    withdraw_consent,
)
from gateway.fleet.enrolling import Progress, progress
from gateway.fleet.models import DoorEnrolment, Kiosk
from gateway.people.models import Person
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.enrol_forms import KioskForm
from gateway.portal.face_forms import ConsentForm, WithdrawForm
from gateway.portal.frame import Place, place, show
from kiosk.protocol.messages import Method


@office_page
def faces_page(request: HttpRequest, site: str) -> HttpResponse:
    """Everybody of whom something was said or is held."""
    where = place(site)
    context = {"lines": face_lines(where.site.pk)}
    return show(request, where, "faces.html", here="students", context=context)


@office_page
def person_face(request: HttpRequest, site: str, person_id: int) -> HttpResponse:
    """One person's consents and face; records what was said."""
    where = place(site)
    person = get_object_or_404(Person, pk=person_id)
    form = ConsentForm(request.POST or None, initial={"given_on": where.today})
    if request.method == "POST" and form.is_valid():
        said = form.statement(where.site.tz, now=where.now)
        return act(
            request,
            lambda: record_consent(
                person_id=person.pk,
                site_id=where.site.pk,
                said=said,
                by=request.user.pk,
                now=where.now,
            ),
            done=_("Recorded."),
            back="person_face",
            at=(site, person.pk),
        )
    context = {
        "person": person,
        "form": form,
        "line": _line(where, person),
        "asked": _asked(where, person),
        "measure": KioskForm(kiosks=_kiosks(where)),
    }
    return show(request, where, "person_face.html", here="students", context=context)


@require_POST
@office_page
def withdraw(request: HttpRequest, site: str, person_id: int, consent_id: int) -> HttpResponse:
    """Somebody takes back what was said."""
    where = place(site)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        raise Http404
    return act(
        request,
        lambda: withdraw_consent(
            consent_id=consent_id,
            site_id=where.site.pk,
            withdrawn_by=form.cleaned_data["withdrawn_by"],
            by=request.user.pk,
            now=where.now,
        ),
        done=_("Withdrawn. Without a consent the measures are wiped here, and at kiosks now."),
        back="person_face",
        at=(site, person_id),
    )


@require_POST
@office_page
def measure(request: HttpRequest, site: str, person_id: int) -> HttpResponse:
    """Let a kiosk measure the person's face."""
    where = place(site)
    form = KioskForm(request.POST, kiosks=_kiosks(where))
    if not form.is_valid():
        raise Http404
    return act(
        request,
        lambda: start_face_enrolment(
            kiosk_id=form.cleaned_data["kiosk"].pk,
            person_id=person_id,
            by=request.user.pk,
            now=where.now,
        ),
        done=_("The kiosk waits for the face."),
        back="person_face",
        at=(site, person_id),
    )


@require_POST
@office_page
def mismatch_seen(request: HttpRequest, site: str, track_id: UUID) -> HttpResponse:
    """Somebody has looked into it; the line leaves the board."""
    where = place(site)
    return act(
        request,
        lambda: see_mismatch(track_id=track_id, by=request.user.pk, now=where.now),
        done=_("Noted."),
        back="board",
        at=(site,),
    )


def _kiosks(where: Place) -> QuerySet[Kiosk]:
    return Kiosk.objects.filter(site=where.site, in_service=True).order_by("name")


def _line(where: Place, person: Person) -> FaceLine | None:
    found = face_lines(where.site.pk, person_ids=[person.pk])
    return found[0] if found else None


def _asked(where: Place, person: Person) -> Progress | None:
    """How the last measuring stands; None when there was none."""
    rows = DoorEnrolment.objects.filter(
        person=person, method=Method.FACE.value, kiosk__site=where.site
    )
    last = rows.order_by("-started_at").first()
    return progress(last.pk, now=where.now) if last else None
