from collections.abc import Iterator

import pytest

from tests.drivers.card.desk import Desk, open_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A card reader on an emulated chip."""
    with open_desk() as desk:
        yield desk
