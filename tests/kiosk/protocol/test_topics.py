import pytest

from kiosk.protocol import topics
from kiosk.protocol.topics import KioskTopics, SiteTopics, kiosk_of


def test_each_up_topic_names_its_kiosk() -> None:
    own = KioskTopics("front-door")

    assert {kiosk_of(each) for each in (own.tracks, own.heartbeat, own.state)} == {"front-door"}


@pytest.mark.parametrize(
    "topic", [KioskTopics("a").upto, SiteTopics("a").tracks, topics.GATEWAY_STATE, "", "x/y"]
)
def test_no_other_topic_belongs_to_a_kiosk(topic: str) -> None:
    assert kiosk_of(topic) is None


def test_a_kiosk_hears_all_that_is_meant_for_it_by_one_filter() -> None:
    own = KioskTopics("front-door")
    prefix = own.all_down.removesuffix("#")

    assert all(each.startswith(prefix) for each in (own.upto, own.roster, own.catch_up))


def test_a_site_is_heard_by_one_filter() -> None:
    shared = SiteTopics("main")
    prefix = shared.all_down.removesuffix("#")

    assert all(each.startswith(prefix) for each in (shared.tracks, shared.settings))
