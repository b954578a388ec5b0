from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from drivers.card.pcsc import MOST_TRIES, PcscReader
from drivers.card.reader import CardUid
from drivers.errors import DeviceAway, DeviceMisread
from tests.drivers.card.virtual_pcsc import PcscService, VirtualCard

pytestmark = [pytest.mark.covers("BIO-01"), pytest.mark.integration]
SOON, LONG = timedelta(milliseconds=1), timedelta(seconds=20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The service's place: its client library looks it up once in a process."""
    folder = tmp_path_factory.mktemp("pcsc")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PCSCLITE_CSOCK_NAME", str(PcscService(folder).address))
        yield folder


@pytest.fixture
def service(folder: Path) -> Iterator[PcscService]:
    service = PcscService(folder)
    yield service
    service.kill()


@pytest.fixture
def reader(service: PcscService) -> Iterator[PcscReader]:
    service.start()
    reader = PcscReader()
    yield reader
    reader.close()


@pytest.mark.parametrize("number", ["16A41AB1", "04A224B1C95E80"])
def test_a_card_of_either_length_is_read_whole(
    service: PcscService, reader: PcscReader, number: str
) -> None:
    with service.held(VirtualCard(number)):
        assert reader.read(LONG) == CardUid.parse(number)


def test_a_card_that_stays_is_told_once_and_asked_once(
    service: PcscService, reader: PcscReader
) -> None:
    card = VirtualCard("16A41AB1")
    with service.held(card):
        reader.read(LONG)

        assert [reader.read(SOON) for _ in range(100)] == [None] * 100

    assert card.asked == 1


def test_a_card_that_was_away_is_told_again(service: PcscService, reader: PcscReader) -> None:
    for _ in range(2):
        with service.held(VirtualCard("16A41AB1")):
            assert reader.read(LONG) == CardUid.parse("16A41AB1")


def test_without_a_card_nothing_is_read(reader: PcscReader) -> None:
    assert reader.read(SOON) is None


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        (VirtualCard("", status="6A81"), "status 6a81"),
        (VirtualCard("0102030405060708"), "4, 7 or 10 bytes, not 8"),
    ],
)
def test_a_card_without_a_number_is_misread_thrice_and_then_left_alone(
    service: PcscService, reader: PcscReader, card: VirtualCard, reason: str
) -> None:
    with service.held(card):
        for _ in range(MOST_TRIES):
            with pytest.raises(DeviceMisread, match=reason):
                reader.read(LONG)

        assert reader.read(SOON) is None


def test_a_card_after_one_that_was_misread_has_its_own_tries(
    service: PcscService, reader: PcscReader
) -> None:
    for number in ("0102030405060708", "0102030405060709"):
        with service.held(VirtualCard(number)), pytest.raises(DeviceMisread):
            reader.read(LONG)
    with service.held(VirtualCard("16A41AB1")):
        assert reader.read(LONG) == CardUid.parse("16A41AB1")


@pytest.mark.fault
def test_a_service_that_dies_is_away_and_found_again(
    service: PcscService, reader: PcscReader
) -> None:
    reader.read(SOON)
    service.kill()
    for _ in range(2):
        with pytest.raises(DeviceAway, match="systemctl start pcscd"):
            reader.read(SOON)

    service.start()

    with service.held(VirtualCard("16A41AB1")):
        assert reader.read(LONG) == CardUid.parse("16A41AB1")


@pytest.mark.fault
def test_a_service_without_a_reader_is_away_until_one_is_plugged_in(service: PcscService) -> None:
    service.has_reader, reader = False, PcscReader()
    service.start()
    with pytest.raises(DeviceAway, match="no card reader at all is plugged in"):
        reader.read(SOON)
    service.kill()
    service.has_reader = True
    service.start()

    assert reader.read(SOON) is None
    reader.close()


def test_the_reader_is_chosen_by_a_part_of_its_name(service: PcscService) -> None:
    service.start()
    chosen, missing = PcscReader("virtual pcd"), PcscReader("ACR122U")

    assert chosen.read(SOON) is None
    with pytest.raises(DeviceAway, match="no card reader ACR122U is plugged in"):
        missing.read(SOON)
    chosen.close()


@pytest.mark.fault
def test_nothing_is_left_open_by_services_that_died(
    service: PcscService, reader: PcscReader
) -> None:
    reader.read(SOON)
    before = _open_files()

    for _ in range(10):
        service.kill()
        with pytest.raises(DeviceAway):
            reader.read(SOON)
        service.start()
        reader.read(SOON)

    assert _open_files() == before


def test_closing_twice_does_no_harm(reader: PcscReader) -> None:
    reader.read(SOON)

    reader.close()
    reader.close()


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
