"""What every test stands on: settings from the environment, never from a file of this machine.

The store is SQLite in a file, as in a school; with MUSTER_TEST_DATABASE it is the PostgreSQL
at that address, and `--store-only` picks the tests that touch the store.
"""

from collections.abc import Iterator

import django
import pytest
from django.conf import settings
from django.utils import translation

from gateway.attendance import append_only
from tests.environment import DATA

django.setup()

STORE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--store-only", action="store_true", help="run only the tests that touch the store"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--store-only"):
        return
    kept = [item for item in items if _touches_store(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _touches_store(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db") is not None
    return marked or not STORE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, where locks, threads and several processes are what they are in use."""
    default = settings.DATABASES["default"]
    if "sqlite3" in default["ENGINE"]:
        default["TEST"]["NAME"] = str(DATA / "test.sqlite3")


@pytest.fixture(autouse=True)
def _language() -> None:
    """Each test begins in English, whatever a page before it was asked for."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _tables_can_be_emptied_afterwards(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test with transactions of its own ends with all tables emptied; the trail refuses that.

    Such tests run after all others, so that it is enough to refuse again as each begins.
    """
    if not _is_transactional(request.node):
        yield
        return
    request.getfixturevalue("transactional_db")
    append_only.refuse_changes()
    yield
    append_only.allow_changes()


def _is_transactional(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db")
    wanted = marked is not None and bool(marked.kwargs.get("transaction"))
    return wanted or not {"transactional_db", "live_server"}.isdisjoint(item.fixturenames)  # type: ignore[attr-defined]  # of a function
