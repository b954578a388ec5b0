"""The encrypted way to the broker: is it encrypted, and is the broker who it says it is."""

import socket
import ssl

from kiosk.checks.finding import Finding, fault, well
from kiosk.settings import Broker, Tls

PATIENCE_S = 5.0
EXPIRED, NOT_YET, OTHER_NAME, OTHER_ADDRESS = 10, 9, 62, 64
"""What OpenSSL's X509_V_ERR_* numbers say."""

_WHY = {
    EXPIRED: ("the broker's certificate has expired", "make a new one for the broker"),
    NOT_YET: ("the broker's certificate is not valid yet", "put this clock right: timedatectl"),
}
_OTHER_HOST = "use the name that stands in the broker's certificate as [broker] host"


def check_tls(broker: Broker, tls: Tls) -> Finding:
    """Whether an encrypted line can be had with the certificates on this disk."""
    at = f"{broker.host} port {broker.port}"
    try:
        version = _handshake(broker, tls)
    except ssl.SSLCertVerificationError as wrong:
        return _unverified(wrong, tls)
    except ssl.SSLError as wrong:
        return fault(
            "tls",
            f"{at} does not speak TLS, or wants another: {wrong.reason or wrong}",
            "check [broker] port: 8883 is usual with tls, 1883 without; or leave out [broker.tls]",
        )
    except (OSError, ValueError) as failed:
        return fault("tls", f"no encrypted line to {at}: {failed}", "see the other findings")
    return well("tls", f"{version} with the broker, whose certificate is right")


def _handshake(broker: Broker, tls: Tls) -> str:
    context = ssl.create_default_context(cafile=str(tls.ca))
    if tls.certificate and tls.key:
        context.load_cert_chain(tls.certificate, tls.key)
    address = (broker.host, broker.port)
    with (
        socket.create_connection(address, timeout=PATIENCE_S) as line,
        context.wrap_socket(line, server_hostname=broker.host) as secured,
    ):
        return secured.version() or "TLS"


def _unverified(wrong: ssl.SSLCertVerificationError, tls: Tls) -> Finding:
    if wrong.verify_code in _WHY:
        return fault("tls", *_WHY[wrong.verify_code])
    if wrong.verify_code in (OTHER_NAME, OTHER_ADDRESS):
        return fault("tls", f"the broker is someone else: {wrong.verify_message}", _OTHER_HOST)
    return fault(
        "tls",
        f"the broker's certificate was not signed by the authority in {tls.ca}: "
        f"{wrong.verify_message}",
        "put the site's own ca.pem here; if it is, someone else answers in the broker's place",
    )
