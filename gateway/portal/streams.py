"""The event streams: who looks at a site's pages hears within a second that they changed.

One poller asks the store for all listeners of the process; it runs while there is one.
What changed is not in the stream: the page fetches itself again, with the reader's rights.
All reading of the store happens on one thread of the hub, so that a thousand listeners hold
one connection to it, and none when the last has gone.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from django.contrib.auth import get_user
from django.db import OperationalError, close_old_connections, connections
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from gateway.portal.access import is_staff
from gateway.portal.changes import tokens
from gateway.portal.live import EVENTS, is_own_page

POLL_EVERY_S = 0.7
STILL_HERE_EVERY_S = 15.0
HELLO = "event: hello\ndata: {}\n\n"
CHANGED = "event: changed\ndata: {}\n\n"
STILL_HERE = ": still here\n\n"
RETRY = "retry: 2000\n\n"

Ask = Callable[[datetime], Mapping[str, str]]
T = TypeVar("T")


class Hub:
    """Tells all listeners of this process when their site changed."""

    def __init__(
        self,
        ask: Ask = tokens,
        *,
        poll_every_s: float = POLL_EVERY_S,
        still_here_every_s: float = STILL_HERE_EVERY_S,
    ) -> None:
        self._ask = ask
        self._poll_every_s = poll_every_s
        self._still_here_every_s = still_here_every_s
        self._known: Mapping[str, str] = {}
        self._turn = asyncio.Event()
        self._listeners = 0
        self._poller: asyncio.Task[None] | None = None
        self._store = ThreadPoolExecutor(1, thread_name_prefix="streams")

    async def changes(self, site: str) -> AsyncGenerator[str, None]:
        """Events for one listener, for as long as it listens."""
        self._listeners += 1
        try:
            if self._poller is None or self._poller.done():
                self._poller = asyncio.create_task(self._poll())
            yield RETRY + HELLO
            async for event in self._events(site):
                yield event
        finally:
            self._listeners -= 1

    async def on_store(self, deed: Callable[[], T]) -> T:
        """Read the store on the hub's own thread."""
        return await asyncio.get_running_loop().run_in_executor(self._store, deed)

    async def _events(self, site: str) -> AsyncGenerator[str, None]:
        told = self._known.get(site)
        while True:
            word = self._known.get(site)
            if word != told:
                told = word
                yield CHANGED
                continue
            try:
                await asyncio.wait_for(self._turn.wait(), self._still_here_every_s)
            except TimeoutError:
                yield STILL_HERE

    async def _poll(self) -> None:
        try:
            while self._listeners:
                found = await self.on_store(self._look)
                if found != self._known:
                    self._known = found
                    turn, self._turn = self._turn, asyncio.Event()
                    turn.set()
                await asyncio.sleep(self._poll_every_s)
        finally:
            self._store.submit(connections.close_all)

    def _look(self) -> Mapping[str, str]:
        """What the store says now; what was known, while the store is away."""
        close_old_connections()
        try:
            return self._ask(timezone.now())
        except OperationalError:
            return self._known


def stream_urls(hub: Hub | None = None) -> list[URLPattern]:
    """The addresses of the streams, all fed by one hub."""
    feed = hub or Hub()

    async def events(request: HttpRequest, site: str) -> HttpResponse | StreamingHttpResponse:
        """A site's stream, for a logged-in reader of this gateway's own pages."""
        origin = request.headers.get("Origin", "")
        if not is_own_page(request, origin):
            return _refusal()
        if not await feed.on_store(lambda: _may_listen(request)):
            return _refusal()
        answer = StreamingHttpResponse(feed.changes(site), content_type="text/event-stream")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Accel-Buffering"] = "no"
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Allow-Credentials"] = "true"
        answer.headers["Vary"] = "Origin, Cookie"
        return answer

    return [path(f"{EVENTS}/<slug:site>", events, name="events")]


def _may_listen(request: HttpRequest) -> bool:
    try:
        return is_staff(get_user(request))
    finally:
        connections.close_all()


def _refusal() -> HttpResponse:
    return HttpResponseForbidden("log in first\n", content_type="text/plain")
