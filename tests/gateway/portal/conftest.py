"""A browser, and the gateway's two answering roles on free ports of loopback."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import pytest
import uvicorn
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http.response import HttpResponseBase
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from gateway.people.logins import add_login
from gateway.people.values import Role
from gateway.portal.streams import Hub, stream_urls
from gateway.project.asgi import StreamHandler
from tests.gateway.portal.school import PASSWORD

CHROMIUM = "/usr/bin/chromium"


@dataclass(frozen=True, slots=True)
class Website:
    """The pages as a browser reaches them."""

    url: str
    browser: Browser

    def log_in(self, role: Role = Role.OFFICE, **options: Any) -> Page:
        """A new browser in which somebody with that role has logged in."""
        add_login(username=role.value, password=PASSWORD, role=role)
        context: BrowserContext = self.browser.new_context(**options)
        page = context.new_page()
        page.goto(f"{self.url}/login")
        page.fill("#id_username", role.value)
        page.fill("#id_password", PASSWORD)
        page.click("button.primary")
        page.wait_for_url("**/s/**")
        return page


class StreamsOfOneTest(StreamHandler):
    """The live role with a hub of its own, since a hub lives in one event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.hub = Hub()
        self._addresses = tuple(stream_urls(self.hub))

    def create_request(
        self, scope: Mapping[str, Any], body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        made = super().create_request(scope, body_file)
        if made[0] is not None:
            made[0].urlconf = self._addresses  # type: ignore[assignment]  # Django takes any
        return made


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Every test begins in English, whatever language the page before it was asked for in."""
    with translation.override("en"):
        yield


@pytest.fixture
def chromium(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A browser for one test; Playwright's loop in this thread is something Django must bear."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with launched() as browser:
        yield browser


@contextmanager
def launched(*arguments: str) -> Iterator[Browser]:
    """A browser; when it is gone, so is every connection its pages had opened to the store."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", *arguments]
        )
        yield browser
        browser.close()
        connections.close_all()  # under a loop Django keeps others than the thread's own
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:  # it closes its connection to the store
            thread.join(timeout=5)


@pytest.fixture
def website(chromium: Browser, live_server: LiveServer, settings: Settings) -> Iterator[Website]:
    """Pages and streams on loopback."""
    listening = socket.create_server(("127.0.0.1", 0))
    settings.WEB_PORT = live_server.thread.port
    settings.LIVE_PORT = listening.getsockname()[1]
    streams = StreamsOfOneTest()
    server = uvicorn.Server(
        uvicorn.Config(streams, lifespan="off", log_config=None, timeout_graceful_shutdown=2)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield Website(live_server.url.replace("localhost", "127.0.0.1"), chromium)
    for context in chromium.contexts:
        context.close()
    server.should_exit = True
    thread.join(timeout=10)
    streams.hub._store.shutdown()
