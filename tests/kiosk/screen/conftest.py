from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium that one module's pages open in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)  # type: ignore[arg-type]  # plain options
        yield browser
        browser.close()
