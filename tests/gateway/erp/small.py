"""A school small enough to count, and how to connect to it."""

from datetime import time, timedelta

from pydantic import SecretStr

from gateway.erp.isams.client import Connection
from gateway.erp.isams.token import Key
from gateway.erp.sandbox.school import Opening, Plan
from gateway.erp.sandbox.server import CLIENT_ID, CLIENT_SECRET, Running

KEY = Key(CLIENT_ID, SecretStr(CLIENT_SECRET))
SMALL = Plan(
    am=Opening(time(8, 0), timedelta(minutes=10), timedelta(minutes=25)),
    pm=Opening(time(13, 0), timedelta(minutes=10), timedelta(minutes=25)),
    students=12,
)


def connection(running: Running) -> Connection:
    return Connection(base_url=running.url, key=KEY, timeout=timedelta(seconds=5), page_size=5)
