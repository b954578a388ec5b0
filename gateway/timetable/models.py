"""Where and when attendance is due: sites, divisions, year groups, terms, closures, periods."""

from datetime import time
from zoneinfo import ZoneInfo

from django.db import models

from gateway.people.models import Person
from gateway.timetable.offering_models import (  # Django looks for models here
    Course as Course,
    GradeLevel as GradeLevel,
    Offering as Offering,
    OfferingEnrolment as OfferingEnrolment,
    Room as Room,
    Slot as Slot,
    Subject as Subject,
    Teaching as Teaching,
)


class PeriodKind(models.TextChoices):
    """Which half of the school day a registration period opens."""

    AM = "AM"
    PM = "PM"


class Site(models.Model):
    """A branch with its own entrances, calendar and clock.

    `profile` names how its sessions are judged and spoken of where an offering picks none
    itself; `overrides` holds single numbers of that profile's policy that differ here.
    """

    slug = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=64, default="Europe/London")
    country = models.CharField(max_length=2, default="GB")
    subdivision = models.CharField(max_length=8, default="ENG", blank=True)
    day_starts = models.TimeField(default=time(0))
    repeat_window_s = models.PositiveIntegerField(default=60)
    profile = models.CharField(max_length=16, default="school")
    overrides = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.zone)


class Division(models.Model):
    """A part of a site with registration times of its own, such as Junior and Senior."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="divisions")
    name = models.CharField(max_length=80)
    external_id = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - NULL keeps it unique

    def __str__(self) -> str:
        return self.name


class YearGroup(models.Model):
    """The students who register together."""

    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="year_groups")
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    external_id = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - NULL keeps it unique

    class Meta:
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


class Enrolment(models.Model):
    """A person belongs to a year group from one date to another, both included."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="enrolments")
    year_group = models.ForeignKey(YearGroup, on_delete=models.PROTECT, related_name="enrolments")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person",),
                condition=models.Q(ends_on=None),
                name="one_open_enrolment_a_person",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="enrolment_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} in {self.year_group_id}"


class Term(models.Model):
    """Dates on which the site teaches, both included."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="terms")
    name = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="term_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Closure(models.Model):
    """A date on which the site does not teach though it falls into a term."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="closures")
    on = models.DateField()
    reason = models.CharField(max_length=120)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("site", "on"), name="one_closure_a_date"),)

    def __str__(self) -> str:
        return f"{self.on} {self.reason}"


class OpenDay(models.Model):
    """A date on which the site teaches though the calendar says otherwise."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="open_days")
    on = models.DateField()
    reason = models.CharField(max_length=120)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("site", "on"), name="one_open_day_a_date"),)

    def __str__(self) -> str:
        return f"{self.on} {self.reason}"


class RegistrationPeriod(models.Model):
    """The weekly registration times of a division, on the site's clock.

    Used where no ERP says them. `weekdays` holds ISO numbers, Monday is 1.
    """

    division = models.ForeignKey(Division, on_delete=models.CASCADE, related_name="periods")
    kind = models.CharField(max_length=2, choices=PeriodKind)
    weekdays = models.CharField(max_length=7, default="12345")
    starts = models.TimeField()
    registers = models.TimeField()
    finishes = models.TimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("division", "kind", "weekdays"), name="one_period_a_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(registers__gte=models.F("starts"))
                & models.Q(finishes__gte=models.F("registers")),
                name="period_runs_forward",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.starts}"
