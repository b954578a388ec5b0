"""The sandbox on a socket: HTTP, and the faults that only a socket can have."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qsl, unquote, urlsplit

from gateway.erp.sandbox.api import HTML, JSON, PAGE, Answer, Api, Limits, Request, throttled
from gateway.erp.sandbox.faults import Fault, Wrong
from gateway.erp.sandbox.gate import Clock, Gate
from gateway.erp.sandbox.registers import Registers
from gateway.erp.sandbox.school import Plan, School

CLIENT_ID = "muster-demo"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - a made-up school's, on loopback
_LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that answers at `url`; `api` lets a test look inside and script faults."""

    url: str
    port: int
    api: Api

    @property
    def school(self) -> School:
        """The school it speaks of."""
        return self.api.school

    @property
    def registers(self) -> Registers:
        """What was registered."""
        return self.api.registers

    def fail(
        self, fault: Wrong, *, times: int = 1, method: str = "", path: str = "", seconds: float = 30
    ) -> None:
        """The next requests that match go wrong."""
        self.api.faults.add(
            Fault(fault=fault, times=times, method=method, path=path, seconds=seconds)
        )


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


def build_api(
    plan: Plan,
    *,
    limits: Limits,
    clock: Clock = utc_now,
    client_id: str = CLIENT_ID,
    client_secret: str = CLIENT_SECRET,
) -> Api:
    """The school of a plan behind a gate."""
    gate = Gate(
        client_id=client_id,
        client_secret=client_secret,
        token_life=limits.token_life,
        requests_per_hour=limits.requests_per_hour,
        clock=clock,
    )
    return Api(School(plan), limits=limits, gate=gate, clock=clock)


@contextmanager
def sandbox(
    plan: Plan,
    *,
    limits: Limits | None = None,
    clock: Clock = utc_now,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[Running]:
    """A sandbox that answers while the block runs, on a free port unless one is named."""
    api = build_api(plan, limits=limits or Limits(), clock=clock)
    server = _Server((host, port), api)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        bound = server.server_address[1]
        yield Running(f"http://{host}:{bound}", bound, api)
    finally:
        server.stop()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], api: Api) -> None:
        self.api = api
        self.stopping = Event()
        super().__init__(address, _Handler)

    def stop(self) -> None:
        """Let hanging requests go and close."""
        self.stopping.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 60
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Quiet: who is asked for is nobody's business."""

    def _serve(self) -> None:
        request = self._request()
        api = self.server.api
        fault = None
        if not request.path.startswith("/_sandbox/"):
            fault = api.faults.next(request.method, request.path)
        if fault is None:
            self._send(api.answer(request))
        elif fault.fault is Wrong.RESET:
            self._reset()
        elif fault.fault is Wrong.RESET_AFTER_COMMIT:
            api.answer(request)
            self._reset()
        elif fault.fault is Wrong.HANG:
            self.server.stopping.wait(fault.seconds)
            self._send(api.answer(request))
        else:
            self._send(_gone_wrong(fault))

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        return Request(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query)),
            authorization=self.headers.get("Authorization", ""),
            body=self.rfile.read(length),
        )

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def _reset(self) -> None:
        """Close so that the client sees "connection reset by peer"."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self.close_connection = True
        self.rfile.close()
        self.connection.close()


def _gone_wrong(fault: Fault) -> Answer:
    return {
        Wrong.ERROR_500: Answer(500, b'{"message": "internal error"}', JSON),
        Wrong.HTML_503: Answer(503, PAGE, HTML),
        Wrong.HTML_200: Answer(200, PAGE, HTML),
        Wrong.GARBLED: Answer(200, b'{"access_token": ', JSON),
        Wrong.REDIRECT: Answer(302, headers={"Location": "/login"}),
        Wrong.REFUSED: Answer(409, b'{"message": "the register is locked"}', JSON),
        Wrong.UNAUTHORISED: Answer(401, b'{"message": "stale"}', JSON),
        Wrong.THROTTLED: throttled(timedelta(seconds=fault.seconds)),
    }[fault.fault]
