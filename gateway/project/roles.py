"""What each role does in its process."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from django.db import connections

from gateway.ingest.inbox import BrokerAddress, Inbox
from gateway.project.beats import Beats, Role
from gateway.project.broker import BrokerFiles, PrivateBroker
from gateway.project.config import BrokerKind, GatewaySettings
from gateway.project.processes import prepare_to_fork, stop_on_signals

IMPORTS = {
    Role.BROKER: "gateway.project.broker",
    Role.WEB: "gateway.project.urls",
    Role.LIVE: "gateway.project.live_urls",
    Role.INGEST: "gateway.ingest.listener",
    Role.WORKER: "gateway.project.wiring",
}
"""The heavy module of each role; imported once, before the roles part."""


def beats_folder(settings: GatewaySettings) -> Path:
    """Where the roles show that they work."""
    return settings.data / "run"


def broker_folder(settings: GatewaySettings) -> Path:
    """Where a private broker has its files."""
    return settings.data / "broker"


def all_roles(settings: GatewaySettings) -> tuple[Role, ...]:
    """The roles of a whole gateway; a broker only where it is the gateway's own."""
    private = settings.broker.kind is BrokerKind.PRIVATE
    return tuple(role for role in Role if private or role is not Role.BROKER)


def broker_address(settings: GatewaySettings) -> BrokerAddress:
    """Where the gateway finds the broker, and as whom."""
    own = settings.broker
    return BrokerAddress(own.reached_at, own.port, own.username, broker_password(settings))


def broker_password(settings: GatewaySettings) -> str:
    """The gateway's password at the broker; a private one's is made at the first start."""
    named = settings.broker.password
    if named is not None:
        return named.get_secret_value()
    private = settings.broker.kind is BrokerKind.PRIVATE
    return BrokerFiles(broker_folder(settings)).own_password() if private else ""


def import_shared(roles: Sequence[Role]) -> None:
    """Import what the roles share, so that they share its memory, and leave nothing open."""
    for role in roles:
        import_module(IMPORTS[role])
    connections.close_all()
    prepare_to_fork()


def run_role(role: Role, settings: GatewaySettings, beats: Beats) -> None:
    """Do the work of `role` until this process is asked to stop."""

    def beat() -> None:
        beats.beat(role)

    match role:
        case Role.BROKER:
            files, password = BrokerFiles(broker_folder(settings)), broker_password(settings)
            broker = PrivateBroker(settings.broker, files=files, password=password)
            broker.run(stop=stop_on_signals(), beat=beat)
        case Role.WEB:
            import_module("gateway.project.serving").serve_pages(settings.web, beat=beat)
        case Role.LIVE:
            import_module("gateway.project.serving").serve_streams(settings.web, beat=beat)
        case Role.INGEST:
            inbox = Inbox(broker_address(settings))
            listener = import_module("gateway.ingest.listener").Listener(inbox, beat=beat)
            listener.run(stop_on_signals())
        case Role.WORKER:
            wiring = import_module("gateway.project.wiring").Wiring(settings)
            worker = import_module("gateway.project.worker").Worker(
                jobs=wiring.jobs, destinations=wiring.destinations(), beat=beat
            )
            worker.run(stop_on_signals())
