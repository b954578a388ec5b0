"""The two roles that answer browsers: pages and API over WSGI, event streams over ASGI."""

import http.client
import os
import threading
from collections.abc import Callable
from typing import Any

from gateway.project.config import EVERYWHERE, LOOPBACK, Web
from gateway.project.processes import die_with_parent

STREAMS_END_WITHIN = 2
"""Seconds; open streams do not end by themselves when the server is asked to stop."""
LOOK_EVERY = 2.0
SOON = 0.2


def serve_pages(web: Web, *, beat: Callable[[], None]) -> None:
    """Serve pages and API until this process is asked to stop."""
    from granian import Granian  # noqa: PLC0415 - only this role needs it
    from granian.constants import Interfaces  # noqa: PLC0415 - the same

    role = os.getpid()

    def load() -> Any:  # noqa: ANN401 - a WSGI application
        from gateway.project.wsgi import application  # noqa: PLC0415 - loaded in each worker

        die_with_parent(role)
        _beat_while_answering(web, web.port, beat)
        return application

    Granian(
        "gateway.project.wsgi:application",
        address=web.bind,
        port=web.port,
        interface=Interfaces.WSGI,
        workers=web.workers,
        blocking_threads=1,
        workers_kill_timeout=3,
        log_enabled=False,
    ).serve(target_loader=load, wrap_loader=False)


def serve_streams(web: Web, *, beat: Callable[[], None]) -> None:
    """Serve the event streams, from one process, until it is asked to stop."""
    import uvicorn  # noqa: PLC0415 - only this role needs it

    from gateway.project.asgi import application  # noqa: PLC0415 - only this role streams

    _beat_while_answering(web, web.live_port, beat)
    uvicorn.run(
        application,
        host=web.bind,
        port=web.live_port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STREAMS_END_WITHIN,
    )


def _beat_while_answering(web: Web, port: int, beat: Callable[[], None]) -> None:
    """Ask our own server for /healthz again and again; beat each time it answers."""

    def ask() -> None:
        pause, wait = threading.Event(), SOON
        while not pause.wait(wait):
            answered = _answers(web, port)
            wait = LOOK_EVERY if answered else SOON
            if answered:
                beat()

    threading.Thread(target=ask, name="look", daemon=True).start()


def _answers(web: Web, port: int) -> bool:
    address = LOOPBACK if web.bind in EVERYWHERE else web.bind
    connection = http.client.HTTPConnection(address, port, timeout=10)
    try:
        connection.request("GET", "/healthz", headers={"Host": _own_name(web)})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _own_name(web: Web) -> str:
    first = web.hosts[0] if web.hosts else "localhost"
    return "localhost" if first == "*" else first.lstrip(".")
