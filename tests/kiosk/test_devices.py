import pytest

from kiosk.devices import Devices


@pytest.mark.fault
def test_what_a_device_complains_of_can_always_be_told() -> None:
    devices = Devices()

    devices.away("card", "no \0 such \udcff file\n")

    [report] = devices.reports()
    assert report.why == "no   such   file "
    assert report.model_dump_json()
