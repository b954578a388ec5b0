"""Promises to other systems, and the runs of scheduled jobs."""

from django.db import models


class Delivery(models.Model):
    """A promise to tell one destination the whole state of one subject, kept until kept.

    One row a (destination, subject): a newer state replaces the body and makes the row
    wait again; `version` tells a deliverer that the state changed under its hands. Rows
    that share a `lane` are delivered in the order they were first queued.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        SET_ASIDE = "set_aside"

    destination = models.CharField(max_length=32)
    subject = models.CharField(max_length=96)
    lane = models.CharField(max_length=64)
    priority = models.PositiveSmallIntegerField(default=5)
    body = models.TextField()
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    because = models.TextField(default="", blank=True)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("destination", "subject"), name="one_delivery_a_subject"
            ),
        )
        indexes = (
            models.Index(
                fields=("destination", "priority", "due_at"),
                name="waiting_deliveries",
                condition=models.Q(state="waiting"),
            ),
            models.Index(
                fields=("lane", "id"), name="waiting_lanes", condition=models.Q(state="waiting")
            ),
            models.Index(
                fields=("state",),
                name="set_aside_deliveries",
                condition=models.Q(state="set_aside"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.destination} {self.subject}"


class CronRun(models.Model):
    """One firing of one job; the key makes it run once, whoever else fires."""

    job = models.CharField(max_length=48)
    key = models.CharField(max_length=96)
    claimed_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="", blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("job", "key"), name="one_run_a_key"),)

    def __str__(self) -> str:
        return f"{self.job} {self.key}"
