import pytest

from drivers.card.numbers import Format, candidates
from drivers.card.reader import CardUid
from kiosk.new_cards import Read, Taken, judge
from kiosk.protocol.messages import PersonKind
from kiosk.protocol.remarks import NotEnrolled
from kiosk.visit import Holder, Presented

NOBODYS, BLOCKED = Presented(None, is_blocked=False), Presented(None, is_blocked=True)
BENS = Presented(Holder(2, PersonKind.STUDENT, "Ben O.", "en", 7), is_blocked=False)
SHORT, LONG = CardUid.parse("16A41AB1"), CardUid.parse("04A224B1C95E80")


def read(card: CardUid) -> Read:
    """A card at a reader that tells its number."""
    return Read(card)


def typed(text: str, form: str = "") -> Read:
    """A card at a reader that types."""
    named = Format.parse(form) if form else None
    card = candidates(text)[0].card
    return Read(card, text, named)


def verdict(
    shown: Read,
    found: Presented = NOBODYS,
    *cards: CardUid,
    number: CardUid | None = None,
) -> Taken | NotEnrolled:
    return judge(shown, found, number=number, cards=cards)


def taken(card: CardUid, form: str = "") -> Taken:
    return Taken(card, Format.parse(form) if form else None)


@pytest.mark.parametrize("card", [SHORT, LONG])
def test_an_unknown_card_is_taken(card: CardUid) -> None:
    assert verdict(read(card)) == taken(card)


def test_a_card_somebody_holds_is_refused() -> None:
    assert verdict(read(SHORT), BENS) is NotEnrolled.HELD


def test_a_blocked_card_is_refused() -> None:
    assert verdict(read(SHORT), BLOCKED) is NotEnrolled.BLOCKED


@pytest.mark.covers("BIO-01")
def test_a_number_thrown_anew_each_time_is_refused() -> None:
    made_up = CardUid.parse("08A41AB1")

    assert verdict(read(made_up)) is NotEnrolled.RANDOM
    assert verdict(read(made_up), number=made_up) is NotEnrolled.RANDOM


def test_another_card_than_the_one_named_is_refused() -> None:
    assert verdict(read(LONG), number=SHORT) is NotEnrolled.ANOTHER
    assert verdict(typed("0379853489"), number=LONG) is NotEnrolled.ANOTHER


def test_the_card_that_was_named_is_taken() -> None:
    assert verdict(read(SHORT), number=SHORT) == taken(SHORT)


@pytest.mark.parametrize(
    ("text", "form"),
    [("0379853489", "decimal"), ("B11AA416", "hex-reversed"), ("164,06833", "facility")],
)
def test_a_named_number_teaches_the_readers_way(text: str, form: str) -> None:
    assert verdict(typed(text), number=SHORT) == taken(SHORT, form)


def test_a_card_the_person_has_teaches_it_too() -> None:
    assert verdict(typed("B1C95E80"), NOBODYS, SHORT, LONG) == taken(LONG, "hex:last-4")


def test_what_was_learnt_wrongly_is_learnt_again() -> None:
    shown = typed("2971313174", "decimal")

    assert verdict(shown, NOBODYS, SHORT) == taken(SHORT, "decimal-reversed")


def test_what_was_learnt_stays_with_the_next_card() -> None:
    shown = typed("0379853489", "decimal:last-4")

    assert verdict(shown, NOBODYS, LONG) == taken(SHORT, "decimal:last-4")


def test_a_card_that_fits_two_ways_is_taken_and_teaches_nothing() -> None:
    palindrome = CardUid.parse("16A4A416")

    assert verdict(typed("16A4A416"), number=palindrome) == taken(palindrome)


def test_the_persons_own_card_read_rightly_is_refused_as_any_that_is_in_use() -> None:
    assert verdict(typed("16A41AB1", "hex"), BENS, SHORT) is NotEnrolled.HELD


def test_the_persons_own_card_teaches_a_reader_that_happened_to_be_read_rightly() -> None:
    assert verdict(typed("16A41AB1"), BENS, SHORT) == taken(SHORT, "hex")
