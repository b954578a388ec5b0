"""What people may type into pages, checked at the door."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gateway.attendance.models import RegistrationPolicy
from gateway.attendance.policies import PolicyDetails, is_cron
from gateway.attendance.values import Base, LateFrom, Mark
from gateway.fleet.options import LONGEST_KEPT_DAYS, Options
from gateway.portal.words import WORDS
from gateway.timetable.models import PeriodKind, YearGroup
from kiosk.protocol.lateness import Rounding

ROLL_BASES = (Base.PRESENT, Base.ABSENT, Base.EXCUSED, Base.MEDICAL_LEAVE)


class BecauseForm(forms.Form):
    """A reason, which is kept with the deed."""

    because = forms.CharField(label=_("Reason"), max_length=160, strip=True)


class NameForm(forms.Form):
    """What a device is called."""

    name = forms.CharField(label=_("Name"), max_length=80, strip=True)


class MarkForm(forms.Form):
    """A mark by hand for one person on a roll."""

    base = forms.ChoiceField(
        label=_("Mark"), choices=[(base.value, WORDS[base.value]) for base in ROLL_BASES]
    )
    late_minutes = forms.IntegerField(
        label=_("Minutes late, if present and late"), required=False, min_value=1, max_value=600
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)

    def mark(self) -> Mark:
        """The mark that was typed; minutes count for somebody present alone."""
        base = Base(self.cleaned_data["base"])
        late = self.cleaned_data["late_minutes"] if base is Base.PRESENT else None
        return Mark(base, late_minutes=late, reason=self.cleaned_data["reason"])


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A site's registration policy; the share is typed in per cent."""

    share_percent = forms.IntegerField(
        label=_("Hold when more than this share of a year group would be marked, in per cent"),
        min_value=1,
        max_value=100,
    )
    late_after = forms.ChoiceField(
        label=_("Late after"), choices=[(at.value, WORDS[at.value]) for at in LateFrom]
    )
    minutes_from = forms.ChoiceField(
        label=_("Minutes are counted from"),
        choices=[(at.value, WORDS[at.value]) for at in LateFrom if at is not LateFrom.FINISH],
    )
    period_kind = forms.ChoiceField(
        label=_("Registration period"), choices=[(kind, WORDS[kind]) for kind in PeriodKind.values]
    )
    rounding = forms.ChoiceField(
        label=_("A begun minute is"), choices=[(way.value, WORDS[way.value]) for way in Rounding]
    )
    year_groups = forms.ModelMultipleChoiceField(
        label=_("Year groups"),
        queryset=YearGroup.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only students of these year groups are marked absent automatically."),
    )

    class Meta:
        model = RegistrationPolicy
        fields = (
            "erp_enabled", "erp_can_correct", "present_code", "absence_code",
            "late_after", "grace_minutes", "minutes_from", "rounding",
            "absence_enabled", "cron", "period_kind", "year_groups",
        )  # fmt: skip
        labels = {
            "erp_enabled": _("Send marks to the ERP"),
            "erp_can_correct": _("The ERP accepts corrections of what we sent"),
            "present_code": _("Code for present"),
            "absence_code": _("Code for absent"),
            "grace_minutes": _("Minutes of grace"),
            "absence_enabled": _("Mark absence automatically"),
            "cron": _("Schedule"),
        }
        widgets = {
            name: forms.TextInput(attrs={"dir": "ltr"})
            for name in ("cron", "present_code", "absence_code")
        }
        help_texts = {
            "erp_enabled": _("Lateness is judged only while this is on."),
            "erp_can_correct": _(
                "Switch off where a mark cannot be changed once the ERP has it: a later "
                "arrival is then listed as “correct it in the ERP”."
            ),
            "cron": _("Minute, hour, day, month, weekday, on the site’s clock: 10 8-12 * * 1-5"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Offer the year groups of the policy's own site."""
        super().__init__(*args, **kwargs)
        groups = YearGroup.objects.filter(division__site_id=self.instance.site_id)
        self.fields["year_groups"].queryset = groups  # type: ignore[attr-defined]  # a model choice
        self.initial.setdefault("share_percent", round(self.instance.share_limit * 100))

    def clean_cron(self) -> str:
        """The schedule, refused when no one could fire by it."""
        line = str(self.cleaned_data["cron"]).strip()
        if not is_cron(line):
            raise forms.ValidationError(
                _("This schedule cannot be read: five parts are needed, such as 10 8-12 * * 1-5.")
            )
        return line

    def details(self) -> PolicyDetails:
        """The policy that was typed, with the share as a fraction."""
        told = {name: self.cleaned_data[name] for name in self.Meta.fields}
        told |= {
            "share_limit": Decimal(self.cleaned_data["share_percent"]) / 100,
            "late_after": LateFrom(told["late_after"]),
            "minutes_from": LateFrom(told["minutes_from"]),
            "rounding": Rounding(told["rounding"]),
            "period_kind": PeriodKind(told["period_kind"]),
            "year_groups": tuple(group.pk for group in told["year_groups"]),
        }
        return PolicyDetails(**told)


class OptionsForm(forms.Form):
    """What is switched on at a site's kiosks."""

    show_names = forms.BooleanField(
        label=_("Show names on the screen"),
        required=False,
        help_text=_("Switch off where passers-by could read them: the screen then shows none."),
    )
    ask_late_reason = forms.BooleanField(
        label=_("Ask why somebody is late"),
        required=False,
        help_text=_("On a touch screen, in one tap: traffic, transport, family and others."),
    )
    fallback_pin = forms.BooleanField(label=_("Offer a PIN on touch screens"), required=False)
    fallback_names = forms.BooleanField(
        label=_("Offer a search by name on touch screens"),
        required=False,
        help_text=_("Anybody can then sign in for anybody: switch it on for a short time."),
    )
    show_session_codes = forms.BooleanField(
        label=_("Show the code of the session that meets now"),
        required=False,
        help_text=_("A code that changes by itself, for phones. It needs a public address."),
    )
    photo_on = forms.BooleanField(
        label=_("Take a photograph of each tap"),
        required=False,
        help_text=_("Sealed on the kiosk, seen by staff alone. Tell families before."),
    )
    photo_days = forms.IntegerField(
        label=_("Days a photograph is kept"), min_value=1, max_value=LONGEST_KEPT_DAYS
    )
    face_confirm = forms.BooleanField(
        label=_("Compare the face with the holder of the card"),
        required=False,
        help_text=_("Only of people whose consent is recorded."),
    )
    face_identify = forms.BooleanField(
        label=_("Let people sign in by face"),
        required=False,
        help_text=_("Only of people whose consent is recorded; cards and badges go on working."),
    )
    face_blink = forms.BooleanField(
        label=_("Ask for a blink before a face signs in"), required=False
    )
    face_threshold = forms.FloatField(
        label=_("Largest distance between two faces of one person"), min_value=0.05, max_value=1
    )
    face_margin = forms.FloatField(
        label=_("Smallest lead before the second best"), min_value=0, max_value=1
    )
    face_smallest_px = forms.IntegerField(
        label=_("Smallest face, in pixels"), min_value=1, max_value=4096
    )
    face_days = forms.IntegerField(
        label=_("Days the measures of a face are kept"), min_value=1, max_value=LONGEST_KEPT_DAYS
    )

    def options(self) -> Options:
        """The switches as they were set."""
        return Options(**self.cleaned_data)
