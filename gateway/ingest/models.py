"""Messages that could not be used, kept for a person to look at."""

from django.db import models


class SetAside(models.Model):
    """A message, or one track of it, that failed validation; repeats are counted, not kept.

    Identity (`kiosk`, `install`, `seq`) is filled in as far as it could be read, so that a
    bad track still counts as received.
    """

    fingerprint = models.CharField(max_length=64, unique=True)
    topic = models.CharField(max_length=200)
    payload = models.BinaryField()
    reason = models.TextField()
    kiosk = models.CharField(max_length=32, default="", blank=True)
    install = models.UUIDField(null=True)
    seq = models.PositiveBigIntegerField(null=True)
    times = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField(db_index=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=150, default="", blank=True)

    class Meta:
        indexes = (models.Index(fields=("kiosk", "install", "seq"), name="set_aside_numbers"),)

    def __str__(self) -> str:
        return f"{self.topic}: {self.reason}"
