"""The private Mosquitto: its settings, passwords and rights written from the fleet, its process.

A kiosk writes only below its own `up` and reads only its own and its site's `down`. The
broker keeps nothing on disk: only the gateway's commit counts.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.db import Error, connection

from gateway.errors import GatewayError, Unavailable
from gateway.fleet import queries as fleet
from gateway.fleet.services import broker_digest
from gateway.project.config import Broker
from gateway.project.processes import tied
from kiosk.protocol.topics import ROOT, KioskTopics, SiteTopics

log = structlog.get_logger()

MOST_BYTES_A_MESSAGE = 4 * 1024 * 1024
MOST_BYTES_WAITING = 64 * 1024 * 1024


class BrokerMissing(GatewayError):
    """No Mosquitto is installed."""


class BrokerDied(Unavailable):
    """The private Mosquitto ended by itself."""


@dataclass(frozen=True, slots=True)
class BrokerFiles:
    """The files of a private broker, all in one folder."""

    folder: Path

    @property
    def settings(self) -> Path:
        """Mosquitto's own settings."""
        return self.folder / "mosquitto.conf"

    @property
    def passwords(self) -> Path:
        """Who may connect."""
        return self.folder / "passwords"

    @property
    def rights(self) -> Path:
        """Who may read and write what."""
        return self.folder / "rights"

    @property
    def secret(self) -> Path:
        """The gateway's own password, made at the first start."""
        return self.folder / "gateway.secret"

    def own_password(self) -> str:
        """The gateway's password at its private broker; made when there is none yet."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.secret.exists():
            _write_secretly(self.secret, secrets.token_urlsafe(32))
        return self.secret.read_text(encoding="utf-8")


def settings_text(broker: Broker, files: BrokerFiles, *, user: str) -> str:
    """Mosquitto's settings file. `user` is who the broker runs as when started by root."""
    return f"""\
# Written by muster-gateway at every start. Changes here are lost.
user {user}
listener {broker.port} {broker.bind}
allow_anonymous false
use_username_as_clientid true
password_file {files.passwords}
acl_file {files.rights}
persistence false
persistent_client_expiration 1d
max_queued_messages 0
max_queued_bytes {MOST_BYTES_WAITING}
max_inflight_messages 400
max_packet_size {MOST_BYTES_A_MESSAGE}
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
log_timestamp false
connection_messages false
"""


def rights_text(gateway: str, accounts: Sequence[fleet.BrokerAccount]) -> str:
    """Mosquitto's ACL file: what the gateway and each kiosk may read and write."""
    lines = [f"user {gateway}", f"topic readwrite {ROOT}/#", "topic read $SYS/#", ""]
    for account in _kiosks(gateway, accounts):
        own = KioskTopics(account.kiosk)
        lines += [
            f"user {account.kiosk}",
            f"topic write {own.all_up}",
            f"topic read {own.all_down}",
            f"topic read {SiteTopics(account.site).all_down}",
            f"topic read {ROOT}/gateway/down/#",
            "",
        ]
    return "\n".join(lines)


def passwords_text(
    gateway: str, gateway_digest: str, accounts: Sequence[fleet.BrokerAccount]
) -> str:
    """Mosquitto's password file: the gateway and every kiosk that has a password."""
    lines = [f"{gateway}:{gateway_digest}"]
    lines += [f"{account.kiosk}:{account.digest}" for account in _kiosks(gateway, accounts)]
    return "\n".join([*lines, ""])


def _kiosks(gateway: str, accounts: Sequence[fleet.BrokerAccount]) -> Iterator[fleet.BrokerAccount]:
    """Without one that is named like the gateway: its password would open everything."""
    return (account for account in accounts if account.kiosk != gateway)


class PrivateBroker:
    """Runs Mosquitto and keeps its accounts those of the fleet."""

    def __init__(self, broker: Broker, *, files: BrokerFiles, password: str) -> None:
        self._broker = broker
        self._files = files
        self._gateway_digest = broker_digest(password)
        self._accounts: tuple[fleet.BrokerAccount, ...] = ()

    def run(self, *, stop: threading.Event, beat: Callable[[], None]) -> None:
        """Serve until `stop`, beating while the broker answers.

        Raises BrokerMissing and BrokerDied.
        """
        self._accounts = fleet.broker_accounts()
        self._files.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write()
        with self._started() as process:
            try:
                self._watch(process, stop, beat)
            finally:
                _end(process)

    def _write(self) -> None:
        user, name = pwd.getpwuid(os.geteuid()).pw_name, self._broker.username
        _write_secretly(self._files.settings, settings_text(self._broker, self._files, user=user))
        _write_secretly(self._files.rights, rights_text(name, self._accounts))
        _write_secretly(
            self._files.passwords, passwords_text(name, self._gateway_digest, self._accounts)
        )

    def _started(self) -> subprocess.Popen[bytes]:
        own = shutil.which(self._broker.executable) or shutil.which(
            self._broker.executable, path="/usr/sbin:/usr/local/sbin"
        )
        if own is None:
            raise BrokerMissing(
                f"no program {self._broker.executable}: apt-get install mosquitto, or name an"
                " external broker in the settings"
            )
        return subprocess.Popen(tied([own, "-c", str(self._files.settings)]))

    def _watch(
        self, process: subprocess.Popen[bytes], stop: threading.Event, beat: Callable[[], None]
    ) -> None:
        while not stop.wait(1):
            if process.poll() is not None:
                raise BrokerDied(f"mosquitto ended with {process.returncode}: see its lines above")
            if self._answers():
                beat()
            self._follow_fleet(process)

    def _follow_fleet(self, process: subprocess.Popen[bytes]) -> None:
        try:
            fresh = fleet.broker_accounts()
        except Error:
            connection.close()
            return
        if fresh != self._accounts:
            self._accounts = fresh
            self._write()
            process.send_signal(signal.SIGHUP)
            log.info("broker_accounts_changed", kiosks=len(fresh))

    def _answers(self) -> bool:
        address = (self._broker.reached_at, self._broker.port)
        try:
            socket.create_connection(address, timeout=2).close()
        except OSError:
            return False
        return True


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        process.kill()


def _write_secretly(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner alone."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.rename(path)
