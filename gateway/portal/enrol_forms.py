"""What is typed to enrol a card at a kiosk."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gateway.fleet.models import Kiosk


class EnrolCardForm(forms.Form):
    """Where the card will be held up, and its number where somebody knows it."""

    kiosk = forms.ModelChoiceField(
        label=_("Kiosk"), queryset=Kiosk.objects.none(), empty_label=None
    )
    number = forms.CharField(
        label=_("Card number, if known"),
        help_text=_(
            "As another reader shows it, in hexadecimal. "
            "From it the kiosk learns how its own reader types numbers."
        ),
        required=False,
        max_length=40,
    )

    def __init__(self, *args: Any, kiosks: QuerySet[Kiosk], **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **more)
        self.fields["kiosk"].queryset = kiosks  # type: ignore[attr-defined]  # a model choice
        self.fields["kiosk"].initial = kiosks.first()
