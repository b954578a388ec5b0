"""What staff type to give out badges."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gateway.timetable.models import Site, YearGroup


class BadgesForm(forms.Form):
    """Whose badges, and the last day they hold."""

    year_group = forms.ModelChoiceField(
        label=_("Year group"),
        queryset=YearGroup.objects.none(),
        required=False,
        empty_label=_("All year groups"),
    )
    until = forms.DateField(
        label=_("Last day they hold"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Left empty, a badge holds for 400 days."),
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Offer the year groups of one site."""
        super().__init__(*args, **kwargs)
        groups = YearGroup.objects.filter(division__site=site)
        self.fields["year_group"].queryset = groups  # type: ignore[attr-defined]  # a model choice
