"""A person's PIN: typed in by the person at the office, never shown again."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from gateway.people import pins
from gateway.people.models import Person
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.frame import place, show
from kiosk.protocol.pins import DIGITS


class PinForm(forms.Form):
    """The digits, hidden while they are typed."""

    pin = forms.CharField(
        label=gettext_lazy("New PIN"),
        min_length=DIGITS,
        max_length=DIGITS,
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"}
        ),
        help_text=gettext_lazy("Six digits, chosen and typed in by the person."),
    )


@sensitive_post_parameters("pin")
@office_page
def pin_page(request: HttpRequest, site: str, person_id: int) -> HttpResponse:
    """Say whether the person has a PIN, and set another."""
    where = place(site)
    person = get_object_or_404(Person, pk=person_id)
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return act(
            request,
            lambda: pins.set_pin(person_id=person_id, pin=form.cleaned_data["pin"]),
            done=_("The PIN is set; the kiosks know it within seconds."),
            back="pin",
            at=(site, person_id),
        )
    context = {"person": person, "has_pin": pins.has_pin(person_id), "form": form}
    return show(request, where, "pin.html", here="students", context=context)


@require_POST
@office_page
def clear_pin(request: HttpRequest, site: str, person_id: int) -> HttpResponse:
    """Take the person's PIN away."""
    get_object_or_404(Person, pk=person_id)
    return act(
        request,
        lambda: pins.clear_pin(person_id=person_id),
        done=_("The PIN is taken away."),
        back="pin",
        at=(site, person_id),
    )
