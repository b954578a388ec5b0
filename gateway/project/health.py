"""How the gateway is, for a supervisor, a load balancer and Prometheus. Counts, never names."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from gateway.fleet.models import Install
from gateway.fleet.queries import kiosk_lines
from gateway.ingest.models import SetAside
from gateway.outbox.models import Delivery
from gateway.project.beats import Beats, Role

ALIVE_WITHIN = timedelta(seconds=15)
AWAY = 503


def alive(_: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(_: HttpRequest) -> JsonResponse:
    """Whether the gateway can do its work; 503 and the reason where it cannot."""
    checks = {"store": _store(), "ingest": _role(Role.INGEST), "worker": _role(Role.WORKER)}
    is_ready = not any(checks.values())
    told = {name: problem or "ok" for name, problem in checks.items()}
    return JsonResponse({"ready": is_ready, **told}, status=200 if is_ready else AWAY)


def metrics(_: HttpRequest) -> HttpResponse:
    """The figures of this gateway in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(datetime.now(UTC)))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _store() -> str:
    try:
        pending = unapplied()
    except Error as away:
        connection.close()
        return f"away: {type(away).__name__}"
    return f"{len(pending)} migrations are missing: run muster-gateway migrate" if pending else ""


def unapplied() -> tuple[str, ...]:
    """The migrations the store still lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return tuple(f"{migration.app_label}.{migration.name}" for migration, _ in plan)


def _role(role: Role) -> str:
    age = Beats(settings.BEATS).age(role)
    if age is None:
        return "has not shown yet that it works"
    return "" if age < ALIVE_WITHIN else f"silent for {age.total_seconds():.0f} s"


class _Figures(Collector):
    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterable[Metric]:
        yield self._tracks()
        yield self._deliveries()
        yield self._set_aside()
        yield from self._kiosks()
        yield self._roles()

    def _tracks(self) -> Metric:
        received = Install.objects.aggregate(sum=Sum("upto"))["sum"] or 0
        return CounterMetricFamily(
            "muster_tracks_received", "Tracks received without a hole", value=received
        )

    def _deliveries(self) -> Metric:
        family = GaugeMetricFamily(
            "muster_deliveries", "Deliveries by state", labels=["destination", "state"]
        )
        rows = Delivery.objects.values_list("destination", "state").annotate(n=Count("pk"))
        for destination, state, number in rows.order_by():
            family.add_metric([destination, state], number)
        return family

    def _set_aside(self) -> Metric:
        waiting = SetAside.objects.filter(settled_at=None).count()
        return GaugeMetricFamily(
            "muster_messages_set_aside", "Messages that wait for a person", value=waiting
        )

    def _kiosks(self) -> Iterable[Metric]:
        lines = [line for line in kiosk_lines(now=self._now) if line.in_service]
        silent = sum(line.silent for line in lines)
        queued = sum(line.queue for line in lines)
        doubtful = sum(not line.clock_trusted for line in lines)
        yield _gauge("muster_kiosks", "Kiosks in service", len(lines))
        yield _gauge("muster_kiosks_silent", "Kiosks in service that say nothing", silent)
        yield _gauge("muster_kiosks_clock_untrusted", "Kiosks whose clock is doubtful", doubtful)
        yield _gauge("muster_kiosks_queue", "Tracks that kiosks have not sent", queued)

    def _roles(self) -> Metric:
        family = GaugeMetricFamily(
            "muster_role_silent_seconds", "Since a role last showed that it works", labels=["role"]
        )
        beats = Beats(settings.BEATS)
        ages = ((role, beats.age(role)) for role in Role)
        for role, age in ages:
            if age is not None:
                family.add_metric([role.value], age.total_seconds())
        return family


_gauge: Callable[[str, str, float], Metric] = GaugeMetricFamily
