"""What people may type about the rolls of offerings' sessions, checked at the door."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as say, gettext_lazy as _

from gateway.attendance.policy import Profile
from gateway.attendance.rolls import RollLine
from gateway.attendance.summaries import Sought
from gateway.attendance.values import (
    Base,
    CancelledBy,
    ExcuseReason,
    Mark,
    SessionKind,
    SessionState,
)
from gateway.people.models import Person
from gateway.portal.words import WORDS
from gateway.timetable.models import Offering, Room, Site

MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)
LATE = frozenset({"late", "late_left_early", "partial"})
LEFT_EARLY = frozenset({"left_early", "late_left_early"})
STATUSES = (
    "present", "late", "left_early", "late_left_early", "partial", "absent", "excused",
    "medical_leave", "on_hold", "pending",
)  # fmt: skip
"""What one may say of somebody, in the order they are offered; pending leaves it to the rules."""


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class LineForm(forms.Form):
    """Everything that can be said of one person on a roll, in the words of its profile."""

    status = forms.ChoiceField(label=_("Mark"))
    arrived = forms.TimeField(
        label=_("Time arrived"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    late_minutes = forms.IntegerField(
        label=_("Minutes late, if no time is known"), required=False, min_value=1, max_value=1440
    )
    left_early_minutes = forms.IntegerField(
        label=_("Minutes left early"), required=False, min_value=1, max_value=1440
    )
    reason = forms.ChoiceField(
        label=_("Reason, for an excused absence"),
        required=False,
        choices=[("", "–"), *((each.value, WORDS[each.value]) for each in ExcuseReason)],
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, profile: Profile, starts_at: datetime, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Offer the statuses as the profile calls them; `starts_at` is on the site's clock."""
        super().__init__(*args, **kwargs)
        self._starts_at = starts_at
        self.fields["status"].choices = [  # type: ignore[attr-defined]  # a choice field
            (key, _called(key, profile)) for key in STATUSES
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for what the status needs: minutes or a time, and a reason."""
        told = super().clean() or {}
        status = told.get("status")
        if status in LATE and not (told.get("arrived") or told.get("late_minutes")):
            self.add_error("arrived", say("Say when they arrived, or how many minutes late."))
        if status in LEFT_EARLY and not told.get("left_early_minutes"):
            self.add_error("left_early_minutes", say("Say how many minutes early they left."))
        if status == "excused" and not told.get("reason"):
            self.add_error("reason", say("Say why they are excused."))
        return told

    def mark(self) -> Mark:
        """The mark that was typed; minutes count only where the status speaks of them."""
        told, status = self.cleaned_data, self.cleaned_data["status"]
        is_late, is_early = status in LATE, status in LEFT_EARLY
        base = Base.PRESENT if is_late or is_early else Base(status)
        return Mark(
            base,
            late_minutes=self._late() if is_late else None,
            left_early_minutes=told["left_early_minutes"] if is_early else None,
            partial=status == "partial",
            reason=told["reason"] if base is Base.EXCUSED else "",
            arrived_at=self._arrived_at() if base is Base.PRESENT else None,
        )

    def _arrived_at(self) -> datetime | None:
        """The first such time from half a day before the start on."""
        clock = self.cleaned_data["arrived"]
        if clock is None:
            return None
        at = datetime.combine(self._starts_at.date(), clock, tzinfo=self._starts_at.tzinfo)
        return at + ONE_DAY if at < self._starts_at - ONE_DAY / 2 else at

    def _late(self) -> int:
        arrived = self._arrived_at()
        if arrived is None:
            return int(self.cleaned_data["late_minutes"])
        return max(1, (arrived - self._starts_at) // MINUTE)


def said_of(line: RollLine, starts_at: datetime) -> dict[str, object]:
    """What holds now, so that whoever changes one thing keeps the rest."""
    arrived = line.arrived_at.astimezone(starts_at.tzinfo).time() if line.arrived_at else None
    return {
        "status": "pending" if line.status == "booked" else line.status,
        "arrived": arrived,
        "late_minutes": line.late_minutes,
        "left_early_minutes": line.left_early_minutes,
        "reason": line.reason,
        "note": line.note,
    }


class CancelForm(forms.Form):
    """Whose doing it is that a session does not take place."""

    whose = forms.ChoiceField(
        label=_("Cancelled by"), choices=[(each.value, WORDS[each.value]) for each in CancelledBy]
    )
    because = forms.CharField(label=_("Reason"), max_length=160, required=False, strip=True)


class UnlockForm(forms.Form):
    """For how many hours a locked roll may be changed, and why."""

    hours = forms.IntegerField(label=_("For how many hours"), min_value=1, max_value=240, initial=4)
    because = forms.CharField(label=_("Reason"), max_length=160, strip=True)


class SoughtForm(forms.Form):
    """Which sessions to list; without dates those of today."""

    since = forms.DateField(label=_("From"), required=False, widget=_date())
    until = forms.DateField(label=_("To"), required=False, widget=_date())
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    offering = forms.ModelChoiceField(
        Offering.objects.none(), label=_("Offering"), required=False, empty_label=_("all")
    )
    teacher = forms.ModelChoiceField(
        Person.objects.none(), label=_("Teacher"), required=False, empty_label=_("all")
    )
    room = forms.ModelChoiceField(
        Room.objects.none(), label=_("Room"), required=False, empty_label=_("all")
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Offer what there is at the site."""
        super().__init__(*args, **kwargs)
        offered: dict[str, Any] = {
            "offering": Offering.objects.filter(site=site).order_by("name"),
            "teacher": Person.objects.filter(teachings__offering__site=site)
            .distinct()
            .order_by("family_name", "given_name", "pk"),
            "room": Room.objects.filter(site=site).order_by("name"),
        }
        for name, rows in offered.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]  # a model choice
        self.fields["kind"].choices = _choices(SessionKind)  # type: ignore[attr-defined]  # the same
        self.fields["state"].choices = _choices(SessionState)  # type: ignore[attr-defined]  # the same

    def sought(self, today: date) -> Sought:
        """What was asked for; a date alone means that date, none means today."""
        told = self.cleaned_data
        since = told["since"] or told["until"] or today
        until = told["until"] or max(since, today)
        return Sought(
            since=min(since, until),
            until=max(since, until),
            kind=SessionKind(told["kind"]) if told["kind"] else None,
            state=SessionState(told["state"]) if told["state"] else None,
            offering_id=told["offering"].pk if told["offering"] else None,
            teacher_id=told["teacher"].pk if told["teacher"] else None,
            room_id=told["room"].pk if told["room"] else None,
        )


def _choices(words: Iterable[SessionKind | SessionState]) -> list[tuple[str, Any]]:
    return [("", _("all")), *((each.value, WORDS[each.value]) for each in words)]


def _called(key: str, profile: Profile) -> str:
    if key == "pending":
        return say("not said: leave it to the rules")
    return say(profile.statuses[key].name)
