"""The way to the broker: an address, a name that resolves, a port that answers."""

import ipaddress
import socket

from kiosk.checks.finding import Finding, fault, well
from kiosk.diagnosis import own_address

PATIENCE_S = 5.0


def check_address(host: str, *, address: str | None = None) -> Finding:
    """Whether this machine is in a network at all; one that talks to itself needs none."""
    own = own_address() if address is None else address
    if own:
        return well("network", f"this machine is {own}")
    if _is_loopback(host):
        return well("network", "no network, and none is needed: the broker is on this machine")
    return fault(
        "network",
        "this machine has no address in any network",
        "check the cable or the Wi-Fi: ip address; nmcli device; then the switch and its DHCP",
    )


def check_name(host: str) -> Finding:
    """Whether the broker's name leads to an address."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except (socket.gaierror, UnicodeError) as unknown:
        return fault(
            "name",
            f"the broker's name {host} is not known here: {unknown}",
            "check [broker] host for a typing error, and the name server: resolvectl query; "
            "an address instead of a name works too",
        )
    return well("name", f"{host} is {', '.join(sorted(map(str, found)))}")


def check_door(host: str, port: int) -> Finding:
    """Whether something answers where the broker should be."""
    at = f"{host} port {port}"
    try:
        socket.create_connection((host, port), timeout=PATIENCE_S).close()
    except ConnectionRefusedError:
        return fault(
            "broker",
            f"nothing listens at {at}",
            "start the gateway or the broker there; check [broker] port (8883 with tls, else 1883)",
        )
    except TimeoutError:
        return fault(
            "broker",
            f"{at} does not answer",
            "a firewall lies between, or the machine is off: open the port from here to there",
        )
    except OSError as refused:
        return fault(
            "broker", f"{at} cannot be reached: {refused}", "check cable, switch and route"
        )
    return well("broker", f"something listens at {at}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
