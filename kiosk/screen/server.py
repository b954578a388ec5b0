"""The local page: served on loopback by the kiosk itself, kept current by an event stream."""

import json
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from threading import Event
from urllib.parse import parse_qsl, urlsplit

import structlog

from kiosk.screen.picture import Picture
from kiosk.settings import Screen

log = structlog.get_logger()

START = "kiosk.html"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
BEAT = timedelta(seconds=5)
MOST_BODY = 4096
MOST_NAMED = 8
"""What one address may ask by name."""
MOST_STREAMS = 8
SOCKET_PATIENCE_S = 30


class Refused(Exception):
    """The request is not answered; its words and status are."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


Act = Callable[[Mapping[str, str]], object]
"""Takes what the page says, answers what json can write. Raises ValueError saying what is wrong."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the server serves: the picture and its changes, and what may be asked and done.

    `asks` are GET paths and take the address's query; `acts` are POST paths and take the body.
    """

    draw: Callable[[], Picture]
    wait: Callable[[int], int]
    asks: Mapping[str, Act]
    acts: Mapping[str, Act]


class PageServer(ThreadingHTTPServer):
    """Serves the page until it is shut down. Raises OSError when the port is taken."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, settings: Screen, page: Page) -> None:
        self.page = page
        self.ended = Event()
        self._streams: deque[Event] = deque()
        super().__init__((settings.bind, settings.port), Handler)
        self.port = self.server_address[1]
        names = {*settings.hosts, settings.bind}
        self.hosts = frozenset({f"{name}:{self.port}" for name in names} | names)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the library's signature
        """A page that went away is no error worth a trace."""
        log.debug("page_request_failed", exc_info=sys.exc_info())

    def open_stream(self) -> Event:
        """A place for one more stream. When set, its place was given to a newer one."""
        while len(self._streams) >= MOST_STREAMS:
            self._streams.popleft().set()
        displaced = Event()
        self._streams.append(displaced)
        return displaced

    def end(self) -> None:
        """Stop serving; streams end by themselves."""
        self.ended.set()
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """One request of the page."""

    server: PageServer
    protocol_version = "HTTP/1.1"
    server_version = "muster"
    sys_version = ""
    timeout = SOCKET_PATIENCE_S

    def do_GET(self) -> None:
        """Serve a file, the tray, or the stream."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Do what the page asks for."""
        self._answer(self._post)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Requests are nothing for the log."""

    def _answer(self, serve: Callable[[str], None]) -> None:
        try:
            self._check_origin()
            serve(urlsplit(self.path).path)
        except Refused as refusal:
            self.close_connection = True
            self._send(refusal.status, str(refusal).encode(), "text/plain; charset=utf-8")

    def _check_origin(self) -> None:
        """Only this page may talk to this server, whatever name a browser found it under."""
        if self.headers.get("Host", "") not in self.server.hosts:
            raise Refused(HTTPStatus.MISDIRECTED_REQUEST, "this host name is not served")
        origin = self.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc not in self.server.hosts:
            raise Refused(HTTPStatus.FORBIDDEN, "another page may not do this")

    def _get(self, path: str) -> None:
        if path == "/events":
            self._stream()
        elif path == "/picture":
            self._send(HTTPStatus.OK, self._picture(), "application/json")
        elif path in self.server.page.asks:
            self._reply(HTTPStatus.OK, self.server.page.asks[path], self._query())
        else:
            self._send_file(path)

    def _send_file(self, path: str) -> None:
        name = path.removeprefix("/") or START
        if name not in page_files():
            raise Refused(HTTPStatus.NOT_FOUND, "there is nothing here")
        self._send(HTTPStatus.OK, page_files()[name], KINDS[Path(name).suffix])

    def _post(self, path: str) -> None:
        if path not in self.server.page.acts:
            raise Refused(HTTPStatus.NOT_FOUND, "there is nothing here")
        self._reply(HTTPStatus.ACCEPTED, self.server.page.acts[path], self._body())

    def _reply(self, status: HTTPStatus, act: Act, said: Mapping[str, str]) -> None:
        try:
            told = act(said)
        except ValueError as wrong:
            raise Refused(HTTPStatus.BAD_REQUEST, str(wrong)) from wrong
        self._send(status, json.dumps(told, ensure_ascii=False).encode(), "application/json")

    def _query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query)[:MOST_NAMED])

    def _body(self) -> dict[str, str]:
        if self.headers.get_content_type() != "application/json":
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "say it in application/json")
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BODY:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "say it shorter")
        try:
            body = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError) as wrong:
            raise Refused(HTTPStatus.BAD_REQUEST, "this is no JSON") from wrong
        if not isinstance(body, dict) or not all(isinstance(v, str) for v in body.values()):
            raise Refused(HTTPStatus.BAD_REQUEST, 'say it as {"card": "04A2…"}')
        return body

    def _stream(self) -> None:
        """The whole picture whenever it changed, and now and then so that a dead line shows."""
        self.close_connection = True
        displaced, seen = self.server.open_stream(), -1
        with suppress(OSError):
            self._head(HTTPStatus.OK, "text/event-stream")
            self.end_headers()
            while not (self.server.ended.is_set() or displaced.is_set()):
                seen = self.server.page.wait(seen)
                self.wfile.write(b"data: " + self._picture() + b"\n\n")
                self.wfile.flush()

    def _picture(self) -> bytes:
        picture = self.server.page.draw().as_json()
        has_tray = "/tray" in self.server.page.asks
        return json.dumps(picture | {"tray": has_tray}, ensure_ascii=False).encode()

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self._head(status, kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _head(self, status: HTTPStatus, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in SECURITY.items():
            self.send_header(name, value)


@cache
def page_files() -> Mapping[str, bytes]:
    """The files of the page, as shipped, by name."""
    folder = resources.files("kiosk.screen").joinpath("page")
    return {
        each.name: each.read_bytes() for each in folder.iterdir() if Path(each.name).suffix in KINDS
    }
