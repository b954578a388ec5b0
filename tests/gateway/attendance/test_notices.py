import pytest

from gateway.attendance.errors import UnknownNotice
from gateway.attendance.notices import NoticeLine, notices_of, see, tell
from tests.gateway.factories import make_person
from tests.gateway.school import at

pytestmark = pytest.mark.django_db


def told(person: int) -> list[tuple[str, str, bool]]:
    return [(each.subject, each.text, each.seen_at is not None) for each in notices_of(person)]


def test_newer_news_of_a_subject_replace_the_older_and_are_unseen() -> None:
    mia = make_person()
    tell({mia: "waiting"}, subject="place:1", now=at("08:00"))
    see(notice_id=notices_of(mia)[0].id, person_id=mia, now=at("08:10"))

    tell({mia: "a place"}, subject="place:1", now=at("09:00"))

    assert told(mia) == [("place:1", "a place", False)]
    assert notices_of(mia)[0].made_at == at("09:00")


def test_the_same_told_twice_is_told_once() -> None:
    mia = make_person()
    tell({mia: "a place"}, subject="place:1", now=at("08:00"))
    see(notice_id=notices_of(mia)[0].id, person_id=mia, now=at("08:10"))

    tell({mia: "a place"}, subject="place:1", now=at("09:00"))

    [line] = notices_of(mia)
    assert line == NoticeLine(line.id, "place:1", "a place", at("08:00"), at("08:10"))


def test_each_person_has_notices_of_their_own_the_newest_first() -> None:
    mia, ben = make_person(), make_person("Ben Young")
    tell({mia: "a", ben: "b"}, subject="place:1", now=at("08:00"))
    tell({mia: "c"}, subject="place:2", now=at("09:00"))

    assert told(mia) == [("place:2", "c", False), ("place:1", "a", False)]
    assert told(ben) == [("place:1", "b", False)]


def test_what_was_seen_is_left_out_where_only_news_are_wanted() -> None:
    mia = make_person()
    tell({mia: "a"}, subject="place:1", now=at("08:00"))
    tell({mia: "b"}, subject="place:2", now=at("09:00"))
    see(notice_id=notices_of(mia)[0].id, person_id=mia, now=at("10:00"))
    see(notice_id=notices_of(mia)[0].id, person_id=mia, now=at("11:00"))

    assert [each.text for each in notices_of(mia, only_unseen=True)] == ["a"]
    assert notices_of(mia)[0].seen_at == at("10:00")


def test_nobody_sees_what_another_was_told() -> None:
    mia, ben = make_person(), make_person("Ben Young")
    tell({mia: "a"}, subject="place:1", now=at("08:00"))

    with pytest.raises(UnknownNotice, match=f"person {ben} has no notice"):
        see(notice_id=notices_of(mia)[0].id, person_id=ben, now=at("09:00"))

    assert told(mia) == [("place:1", "a", False)]
