"""What the broker says to this kiosk: may it in, may it write, and does a gateway listen.

A kiosk has one line to the broker, and a second one would take it the first: this is asked
only while the kiosk is stopped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import ValidationError

from kiosk.checks.finding import Finding, fault, well
from kiosk.protocol import topics
from kiosk.protocol.messages import GatewayState, KioskState
from kiosk.settings import KioskSettings

PATIENCE_S, GRACE_S = 5.0, 1.0
"""For an answer; and for what the gateway left, which comes at once once the broker answers."""
REFUSED = 128


@dataclass(frozen=True, slots=True)
class _Let:
    """Whether the broker let the kiosk in."""

    code: ReasonCode


@dataclass(frozen=True, slots=True)
class _Taken:
    """Whether the broker took what the kiosk wrote."""

    code: ReasonCode


@dataclass(frozen=True, slots=True)
class _Told:
    """What the gateway left to be read."""

    payload: bytes


_Word = _Let | _Taken | _Told | None
"""None when the line was cut, or nothing came in time."""


def check_broker(settings: KioskSettings, *, patience_s: float = PATIENCE_S) -> tuple[Finding, ...]:
    """Call the broker as this kiosk would, and ask for the gateway.

    Each answer is waited for that long; a gateway that is there answers at once.
    """
    try:
        secret = settings.broker.secret()
    except OSError as unreadable:
        what = f"{settings.broker.password_file} cannot be read: {unreadable.strerror}"
        return (fault("password", what, "check [broker] password_file"),)
    try:
        with _Call(settings, secret, patience_s).line() as call:
            return _asked(settings, call)
    except OSError as failed:
        return (fault("login", f"no line to the broker: {failed}", "see the other findings"),)


def _asked(settings: KioskSettings, call: "_Call") -> tuple[Finding, ...]:
    let = call.wait_for(_Let)
    if let is None:
        return (_silent(),)
    if let.code.is_failure:
        return (_refused(settings, let.code),)
    login = well("login", "the broker knows this kiosk")
    taken, told = call.write_and_read()
    if taken is not None and taken.code.value >= REFUSED:
        return (login, _may_not_write(settings, taken.code))
    return (login, _gateway(told))


def _silent() -> Finding:
    return fault(
        "login",
        "the broker cut the line, or said nothing, before it let the kiosk in",
        "is it an MQTT broker? One that asks for certificates does this to a kiosk without one, "
        "or with one that was revoked: add the kiosk again on the gateway",
    )


def _refused(settings: KioskSettings, code: ReasonCode) -> Finding:
    return fault(
        "login",
        f"the broker refuses the kiosk {settings.kiosk}: {code}",
        "its password is wrong, or the gateway has taken it out of service: on the gateway, "
        "the page Kiosks says which; `muster-gateway kiosk add` prints a new password",
    )


def _may_not_write(settings: KioskSettings, code: ReasonCode) -> Finding:
    return fault(
        "rights",
        f"the broker takes nothing from the kiosk {settings.kiosk}: {code}",
        "the broker's rights do not name this kiosk, or `kiosk` here is not the name that its "
        "password or certificate was made for",
    )


def _gateway(told: _Told | None) -> Finding:
    try:
        online = told is not None and GatewayState.model_validate_json(told.payload).online
    except ValidationError:
        return fault(
            "gateway",
            "the gateway says something this kiosk does not understand",
            "bring both to the same version",
        )
    if online:
        return well("gateway", "it takes tracks")
    return fault(
        "gateway",
        "the broker is there, but no gateway takes tracks",
        "start it: systemctl start muster-gateway; nothing is lost meanwhile",
    )


class _Call:
    """One line to the broker, and what was heard on it."""

    def __init__(self, settings: KioskSettings, secret: str | None, patience_s: float) -> None:
        self._settings = settings
        self._patience_s = patience_s
        self._heard: SimpleQueue[_Word] = SimpleQueue()
        own = settings.kiosk
        client = Client(CallbackAPIVersion.VERSION2, client_id=own, protocol=MQTTv5)
        client.username_pw_set(own, secret)
        client.on_connect = lambda *told: self._heard.put(_Let(told[3]))
        client.on_publish = lambda *told: self._heard.put(_Taken(told[3]))
        client.on_disconnect = lambda *_: self._heard.put(None)
        client.on_message = self._keep
        self._client = client

    @contextmanager
    def line(self) -> Iterator["_Call"]:
        """An open line. Raises OSError."""
        broker = self._settings.broker
        if broker.tls:
            own = (broker.tls.certificate, broker.tls.key)
            certificate, key = (str(path) if path else None for path in own)
            self._client.tls_set(ca_certs=str(broker.tls.ca), certfile=certificate, keyfile=key)
        self._client.connect_timeout = self._patience_s
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        try:
            yield self
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def wait_for(self, kind: type[_Let]) -> _Let | None:
        """The word of that kind; None when the line was cut or it did not come in time."""
        word = self._next()
        while word is not None and not isinstance(word, kind):
            word = self._next()
        return word

    def write_and_read(self) -> tuple[_Taken | None, _Told | None]:
        """Say that the kiosk is off, which is true, and read what the gateway left."""
        off = KioskState(kiosk=self._settings.kiosk, online=False)
        self._client.subscribe(topics.GATEWAY_STATE, 1)
        topic = topics.KioskTopics(self._settings.kiosk).state
        self._client.publish(topic, off.model_dump_json(), qos=1, retain=True)
        taken: _Taken | None = None
        told: _Told | None = None
        while taken is None or (told is None and taken.code.value < REFUSED):
            word = self._next() if taken is None else self._next(GRACE_S)
            if word is None:
                break
            taken = word if isinstance(word, _Taken) else taken
            told = word if isinstance(word, _Told) else told
        return taken, told

    def _next(self, at_most_s: float = PATIENCE_S) -> _Word:
        try:
            return self._heard.get(timeout=min(self._patience_s, at_most_s))
        except Empty:
            return None

    def _keep(self, _: Client, __: object, message: MQTTMessage) -> None:
        self._heard.put(_Told(bytes(message.payload)))
