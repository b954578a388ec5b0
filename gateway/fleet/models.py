"""Kiosks: where they hang, how they are, and how far each has been heard."""

from django.db import models

from gateway.timetable.models import Site


class Kiosk(models.Model):
    """A device at an entrance. `id` is its name on the wire and at the broker.

    Out of service it is still listened to, but nothing waits for it. `heartbeat_*` hold
    what the last heartbeat said.
    """

    id = models.SlugField(max_length=32, primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="kiosks")
    name = models.CharField(max_length=80)
    in_service = models.BooleanField(default=True)
    out_of_service_because = models.CharField(max_length=200, default="", blank=True)
    broker_digest = models.CharField(max_length=200, default="", blank=True)
    online = models.BooleanField(default=False)
    last_heard_at = models.DateTimeField(null=True)
    install = models.UUIDField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    heartbeat_last_seq = models.PositiveBigIntegerField(default=0)
    clock_trusted = models.BooleanField(default=False)
    queue = models.PositiveIntegerField(default=0)
    roster_version = models.PositiveBigIntegerField(default=0)
    software = models.CharField(max_length=64, default="", blank=True)
    disk_free_mb = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Install(models.Model):
    """One life of a kiosk's database: how far its numbering has been received without a hole.

    `upto` is the highest number below which nothing is missing. `first_held` is the oldest
    number the kiosk says it still holds: what is missing below it cannot come any more.
    """

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="installs")
    install = models.UUIDField()
    upto = models.PositiveBigIntegerField(default=0)
    first_held = models.PositiveBigIntegerField(default=0)
    first_heard_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kiosk", "install"), name="one_row_an_install"),
        )

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.install}"


class Hole(models.Model):
    """Numbers of an install that were skipped; closed when they came, lost when they cannot."""

    install = models.ForeignKey(Install, on_delete=models.CASCADE, related_name="holes")
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    noticed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    lost = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("install", "first", "last"), name="one_row_a_hole"),
        )

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


class BootAnchor(models.Model):
    """When a boot of a kiosk had a synchronised clock; it repairs the boot's earlier tracks."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="anchors")
    boot_id = models.UUIDField()
    utc = models.DateTimeField()
    uptime_ms = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kiosk", "boot_id"), name="one_anchor_a_boot"),
        )

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.boot_id}"
