"""What is typed about a face: who said what of its use."""

from datetime import datetime, time, tzinfo

from django import forms
from django.utils.translation import gettext_lazy as _

from gateway.faces.models import Consent
from gateway.faces.rules import Stance
from gateway.faces.services import Statement


class ConsentForm(forms.Form):
    """What somebody said, on which day, to which text."""

    stance = forms.ChoiceField(
        label=_("What was said"),
        choices=[(Stance.AGREED.value, _("agrees")), (Stance.REFUSED.value, _("refuses"))],
    )
    given_by = forms.CharField(label=_("Said by"), max_length=120)
    relation = forms.ChoiceField(
        label=_("Who that is"),
        choices=[
            (Consent.Relation.PARENT.value, _("a parent")),
            (Consent.Relation.GUARDIAN.value, _("a guardian")),
            (Consent.Relation.SELF.value, _("the person")),
        ],
    )
    given_on = forms.DateField(
        label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    text_version = forms.CharField(
        label=_("Version of the text"),
        max_length=40,
        help_text=_("Of the letter or form that was signed, such as 2026-09."),
    )

    def statement(self, zone: tzinfo, *, now: datetime) -> Statement:
        """What was typed; something said today was said by now."""
        told = self.cleaned_data
        given_at = datetime.combine(told["given_on"], time(12), tzinfo=zone)
        is_today = told["given_on"] == now.astimezone(zone).date()
        return Statement(
            stance=Stance(told["stance"]),
            given_by=told["given_by"],
            relation=told["relation"],
            given_at=min(given_at, now) if is_today else given_at,
            text_version=told["text_version"],
        )


class WithdrawForm(forms.Form):
    """Who takes it back."""

    withdrawn_by = forms.CharField(label=_("Withdrawn by"), max_length=120)
