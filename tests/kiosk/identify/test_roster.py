from sqlite_utils import Database

from kiosk.identify import roster
from kiosk.identify.roster import CardHeld, Finder
from kiosk.protocol.messages import Credential, Method, PersonKind, RosterPart
from kiosk.visit import Holder, Presented
from tests.kiosk.neighbours import card_of, person

MIA, LEO = person(17, "Mia K."), person(18, "Leo P.", kind=PersonKind.STAFF, year_group=None)
NOBODY = Presented(None, is_blocked=False)


def card(number: int) -> Credential:
    return Credential(method=Method.CARD, value=card_of(number))


def found(database: Database, number: int) -> Presented:
    return Finder(database, schema="main").find(Method.CARD, card_of(number))


def test_a_card_names_its_holder(site_file: Database) -> None:
    assert roster.apply(site_file, RosterPart(base=0, version=1, people=(MIA, LEO)))

    mia = Holder(17, PersonKind.STUDENT, "Mia K.", "en", 7)
    assert found(site_file, 17) == Presented(mia, is_blocked=False)
    assert found(site_file, 99) == NOBODY
    assert roster.version(site_file) == 1


def test_the_same_value_shown_another_way_is_another_credential(site_file: Database) -> None:
    roster.apply(site_file, RosterPart(base=0, version=1, people=(MIA,)))

    assert Finder(site_file, schema="main").find(Method.QR, card_of(17)) == NOBODY


def test_a_part_changes_only_what_it_names(site_file: Database) -> None:
    roster.apply(site_file, RosterPart(base=0, version=1, people=(MIA, LEO)))
    new_card = MIA.model_copy(update={"credentials": (card(170),)})

    roster.apply(site_file, RosterPart(base=1, version=2, people=(new_card,), removed=(18,)))

    assert [found(site_file, n).holder is not None for n in (170, 17, 18)] == [True, False, False]


def test_a_part_that_does_not_follow_on_changes_nothing(site_file: Database) -> None:
    roster.apply(site_file, RosterPart(base=0, version=1, people=(MIA,)))

    assert not roster.apply(site_file, RosterPart(base=5, version=6, removed=(17,)))
    assert found(site_file, 17).holder is not None
    assert roster.version(site_file) == 1


def test_a_part_from_nothing_begins_anew(site_file: Database) -> None:
    roster.apply(site_file, RosterPart(base=0, version=9, people=(MIA,), blocked=(card(17),)))

    roster.apply(site_file, RosterPart(base=0, version=4, people=(LEO,)))

    assert found(site_file, 17) == NOBODY
    assert found(site_file, 18).holder is not None
    assert roster.version(site_file) == 4


def test_a_blocked_card_is_blocked_until_it_is_not(site_file: Database) -> None:
    roster.apply(site_file, RosterPart(base=0, version=1, people=(MIA,), blocked=(card(17),)))
    assert found(site_file, 17).is_blocked

    roster.apply(site_file, RosterPart(base=1, version=2, unblocked=(card(17),)))

    assert not found(site_file, 17).is_blocked


def test_a_card_nobody_holds_can_be_blocked(site_file: Database) -> None:
    roster.apply(site_file, RosterPart(base=0, version=1, blocked=(card(99),)))

    assert found(site_file, 99) == Presented(None, is_blocked=True)


def test_a_card_that_changed_hands_has_its_new_holder(site_file: Database) -> None:
    roster.apply(site_file, RosterPart(base=0, version=1, people=(MIA,)))
    taken = LEO.model_copy(update={"credentials": (card(17),)})

    roster.apply(site_file, RosterPart(base=1, version=2, people=(taken,)))

    holder = found(site_file, 17).holder
    assert holder is not None
    assert holder.person == 18


def test_the_tray_finds_cards_by_name_and_takes_signs_as_they_are(site_file: Database) -> None:
    odd = person(19, "100%_Mia")
    roster.apply(site_file, RosterPart(base=0, version=1, people=(MIA, LEO, odd)))

    assert roster.cards(site_file, search="mia k", most=5) == (CardHeld(card_of(17), "Mia K."),)
    assert roster.cards(site_file, search="%_", most=5) == (CardHeld(card_of(19), "100%_Mia"),)
    assert len(roster.cards(site_file, search="", most=2)) == 2
