"""What is typed to enrol somebody at a kiosk."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gateway.fleet.models import Kiosk


class KioskForm(forms.Form):
    """Where somebody is enrolled."""

    kiosk = forms.ModelChoiceField(
        label=_("Kiosk"), queryset=Kiosk.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, kiosks: QuerySet[Kiosk], **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **more)
        self.fields["kiosk"].queryset = kiosks  # type: ignore[attr-defined]  # a model choice
        self.fields["kiosk"].initial = kiosks.first()


class EnrolCardForm(KioskForm):
    """Where the card will be held up, and its number where somebody knows it."""

    number = forms.CharField(
        label=_("Card number, if known"),
        help_text=_(
            "As another reader shows it, in hexadecimal. "
            "From it the kiosk learns how its own reader types numbers."
        ),
        required=False,
        max_length=40,
    )
