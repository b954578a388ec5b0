import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.http import HttpRequest
from django.test import AsyncRequestFactory, Client, RequestFactory, override_settings

from gateway.portal.live import is_own_page, live_origin, live_url
from gateway.portal.streams import CHANGED, HELLO, STILL_HERE, Hub, stream_urls
from tests.gateway.portal.school import School, log_in

SOON = 0.005


class Store:
    """Says what it is told to say; raises what it is told to raise."""

    def __init__(self, **words: str) -> None:
        self.words: Mapping[str, str] = words
        self.away = False
        self.asked = 0

    def ask(self, _: datetime) -> Mapping[str, str]:
        self.asked += 1
        if self.away:
            raise OperationalError("the store is away")
        return self.words


async def told(stream: AsyncIterator[str], count: int) -> list[str]:
    async def gather() -> list[str]:
        events: list[str] = []
        async for event in stream:
            events.append(event)
            if len(events) == count:
                break
        return events

    return await asyncio.wait_for(gather(), timeout=5)


def test_a_listener_is_greeted_and_then_told_of_each_change() -> None:
    async def listen() -> list[str]:
        store = Store(hill="one")
        stream = Hub(store.ask, poll_every_s=SOON).changes("hill")
        first = await told(stream, 2)
        store.words = {"hill": "two"}
        return first + await told(stream, 1)

    greeting, *events = asyncio.run(listen())

    assert greeting.endswith(HELLO)
    assert events == [CHANGED, CHANGED]


def test_a_change_of_another_site_is_not_told() -> None:
    async def listen() -> list[str]:
        store = Store(hill="one", valley="one")
        stream = Hub(store.ask, poll_every_s=SOON, still_here_every_s=0.1).changes("hill")
        await told(stream, 2)
        store.words = {"hill": "one", "valley": "two"}
        return await told(stream, 1)

    assert asyncio.run(listen()) == [STILL_HERE]


def test_many_listeners_ask_the_store_once() -> None:
    async def listen() -> int:
        store = Store(hill="one")
        hub = Hub(store.ask, poll_every_s=60)
        await asyncio.gather(*(told(hub.changes("hill"), 2) for _ in range(50)))
        return store.asked

    assert asyncio.run(listen()) == 1


def test_a_store_that_is_away_ends_no_stream() -> None:
    async def listen() -> list[str]:
        store = Store(hill="one")
        stream = Hub(store.ask, poll_every_s=SOON, still_here_every_s=0.1).changes("hill")
        await told(stream, 2)
        store.away = True
        waited = await told(stream, 1)
        store.away, store.words = False, {"hill": "two"}
        return waited + await told(stream, 1)

    assert asyncio.run(listen()) == [STILL_HERE, CHANGED]


def test_nobody_asks_the_store_when_nobody_listens() -> None:
    async def listen() -> None:
        hub = Hub(Store(hill="one").ask, poll_every_s=SOON)
        stream = hub.changes("hill")
        await told(stream, 2)
        assert hub._poller is not None
        await stream.aclose()
        await asyncio.wait_for(hub._poller, timeout=5)

    asyncio.run(listen())


@pytest.mark.parametrize(
    ("origin", "own"),
    [
        ("http://gateway.school:8080", True),
        ("http://gateway.school:8081", False),
        ("https://gateway.school:8080", False),
        ("http://evil.example:8080", False),
        ("https://muster.school", True),
        ("null", False),
        ("", False),
    ],
)
@override_settings(ALLOWED_HOSTS=["gateway.school"], CSRF_TRUSTED_ORIGINS=["https://muster.school"])
def test_a_stream_answers_this_gateways_own_pages_alone(origin: str, own: bool) -> None:
    request = RequestFactory().get("/events/hill", headers={"host": "gateway.school:8081"})

    assert is_own_page(request, origin) is own


def test_a_page_finds_its_stream_on_the_same_host() -> None:
    request: HttpRequest = RequestFactory().get("/", headers={"host": "localhost:8080"})

    assert live_url(request, "hill") == "http://localhost:8081/events/hill"


@override_settings(LIVE_URL="https://muster.school/live/")
def test_behind_a_proxy_the_stream_is_where_the_settings_say() -> None:
    request: HttpRequest = RequestFactory().get("/")

    assert live_url(request, "hill") == "https://muster.school/live/events/hill"
    assert live_origin(request) == "https://muster.school"


def test_the_first_listener_may_leave_while_others_listen() -> None:
    async def listen() -> list[str]:
        store = Store(hill="one")
        hub = Hub(store.ask, poll_every_s=SOON)
        first, second = hub.changes("hill"), hub.changes("hill")
        await told(first, 2)
        await told(second, 1)
        await first.aclose()
        store.words = {"hill": "two"}
        return await told(second, 1)

    assert asyncio.run(listen()) == [CHANGED]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["office", "nobody"])
def test_only_the_office_may_listen(role: str) -> None:
    School()
    cookies = (log_in() if role == "office" else Client()).cookies
    request = AsyncRequestFactory().get(
        "/events/hill", headers={"origin": "http://testserver:8080"}
    )
    request.session = SessionStore(cookies["sessionid"].value if cookies else None)
    (address,) = stream_urls(Hub(Store(hill="one").ask, poll_every_s=SOON))

    answer = asyncio.run(address.callback(request, site="hill"))

    assert answer.status_code == (200 if role == "office" else 403)
    assert answer.get("Access-Control-Allow-Origin", "") == (
        "http://testserver:8080" if role == "office" else ""
    )


def test_a_strange_page_is_refused_before_anything_is_read() -> None:
    request = AsyncRequestFactory().get("/events/hill", headers={"origin": "https://evil.example"})
    (address,) = stream_urls(Hub(Store().ask))

    assert asyncio.run(address.callback(request, site="hill")).status_code == 403
