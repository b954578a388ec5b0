from collections.abc import Callable

import pytest
from hypothesis import event, given, strategies as st

from drivers.card.numbers import (
    FORMATS,
    Format,
    Notation,
    Part,
    candidates,
    completes,
    explanations,
    learn,
    meant,
)
from drivers.card.reader import LENGTHS, CardUid

SHORT, LONG = CardUid.parse("16A41AB1"), CardUid.parse("04A224B1C95E80")

octets = st.sampled_from(LENGTHS).flatmap(lambda size: st.binary(min_size=size, max_size=size))
cards = st.builds(CardUid, octets.filter(lambda each: any(each[:3]) and any(each[-3:])))
formats = st.sampled_from(FORMATS)


def typed_by(form: Format, card: CardUid) -> str:
    """What a reader of this format types of a card."""
    given_by = form.part.of(card.octets)
    told = given_by[::-1] if form.is_reversed else given_by
    return _SPELLED[form.notation](told)


def _facility(told: bytes) -> str:
    return f"{told[0]:03},{int.from_bytes(told[1:], 'big'):05}"


_SPELLED: dict[Notation, Callable[[bytes], str]] = {
    Notation.HEX: lambda told: told.hex().upper(),
    Notation.DECIMAL: lambda told: f"{int.from_bytes(told, 'big'):010}",
    Notation.FACILITY: _facility,
}


def named(form: str) -> Format:
    return Format.parse(form)


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("0379853489", "decimal"),
        ("379853489", "decimal"),
        ("2971313174", "decimal-reversed"),
        ("16A41AB1", "hex"),
        ("16:a4:1a:b1", "hex"),
        ("B11AA416", "hex-reversed"),
        ("164,06833", "facility"),
        ("164-6833", "facility"),
        ("16406833", "facility"),
        ("026,42006", "facility-reversed:first-3"),
        ("A41AB1", "hex:last-3"),
        ("10754737", "decimal:last-3"),
    ],
)
def test_the_format_is_learnt_from_one_known_card(typed: str, form: str) -> None:
    assert learn(typed, SHORT) == named(form)


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("04A224B1C95E80", "hex"),
        ("805EC9B124A204", "hex-reversed"),
        ("1304178392129152", "decimal"),
        ("04A224B1", "hex:first-4"),
        ("2153695665", "decimal-reversed:last-4"),
        ("B1C95E80", "hex:last-4"),
    ],
)
def test_it_is_learnt_of_a_long_card_of_which_a_part_is_typed_too(typed: str, form: str) -> None:
    expected = named(form)

    assert typed_by(expected, LONG).lstrip("0") in {typed, typed.lstrip("0")}
    assert learn(typed, LONG) == expected


def test_nothing_is_learnt_from_a_number_that_is_not_the_cards() -> None:
    assert learn("0379853480", SHORT) is None


def test_a_number_that_reads_the_same_from_both_ends_leaves_it_open() -> None:
    palindrome = CardUid.parse("16A4A416")

    assert explanations("16A4A416", palindrome) == (named("hex"), named("hex-reversed"))
    assert learn("16A4A416", palindrome) is None


def test_what_was_learnt_stays_while_it_explains_the_card() -> None:
    last_four = named("decimal:last-4")

    assert learn("0379853489", SHORT, so_far=last_four) == last_four
    assert learn("16A41AB1", SHORT, so_far=last_four) == named("hex")


@given(card=cards, form=formats)
def test_a_card_is_always_among_those_its_reader_may_mean(card: CardUid, form: Format) -> None:
    seen = meant(typed_by(form, card), form)

    event("decimals that begin with zeros" if seen is None else "read")
    assert completes(seen, form, known=card) if seen else form.notation is Notation.DECIMAL


@given(card=cards, form=formats)
def test_what_is_learnt_explains_what_was_typed(card: CardUid, form: Format) -> None:
    learnt = learn(typed_by(form, card), card)

    assert learnt is None or typed_by(learnt, card).lstrip("0") == typed_by(form, card).lstrip("0")


@given(card=cards, form=formats)
def test_no_byte_is_made_up(card: CardUid, form: Format) -> None:
    seen = meant(typed_by(form, card), form)

    assert seen is None or len(seen.octets.strip(b"\0")) <= (form.part.width or len(card.octets))


@given(typed=st.text(alphabet="0123456789ABCDEFabcdef,-: \u0663x", max_size=48))
def test_anything_may_be_typed(typed: str) -> None:
    first_choice = [meant(typed, each.format) for each in candidates(typed)]

    assert first_choice == [each.card for each in candidates(typed)]


@given(form=formats)
def test_a_format_is_written_and_read_back(form: Format) -> None:
    assert Format.parse(str(form)) == form


@pytest.mark.parametrize("text", ["", "roman", "hex-backwards", "hex:middle", "facility:last-4"])
def test_a_format_nobody_knows_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no way to type|is not a valid|three bytes"):
        Format.parse(text)


def test_an_unlearnt_number_is_each_card_it_may_mean_the_likeliest_first() -> None:
    found = [(str(each.format), str(each.card)) for each in candidates("16406833")]

    assert found == [
        ("hex", "16406833"),
        ("hex-reversed", "33684016"),
        ("decimal", "00FA5931"),
        ("decimal-reversed", "3159FA00"),
        ("facility", "00A41AB1"),
    ]


def test_figures_with_letters_are_hex_alone() -> None:
    assert [str(each.format) for each in candidates("16A41AB1")] == ["hex", "hex-reversed"]


@pytest.mark.parametrize(
    "typed", ["", "1,2,3", "256,00001", "001,70000", "12", "1" * 26, "99999999999", "٣٧٩٨٥٣٤٨٩"]
)
def test_what_is_no_number_means_no_card(typed: str) -> None:
    assert candidates(typed) == ()


def test_three_bytes_stand_in_a_number_of_four_beside_a_zero() -> None:
    assert meant("A41AB1", named("hex:last-3")) == CardUid.parse("00A41AB1")
    assert meant("16A41A", named("hex:first-3")) == CardUid.parse("16A41A00")


@pytest.mark.parametrize(
    ("form", "seen", "known"),
    [
        ("hex", "16A41AB1", "16A41AB1"),
        ("hex:first-4", "04A224B1", "04A224B1C95E80"),
        ("hex:last-4", "B1C95E80", "04A224B1C95E80"),
        ("hex:last-4", "16A41AB1", "16A41AB1"),
        ("facility", "00A41AB1", "16A41AB1"),
        ("facility", "00C95E80", "04A224B1C95E80"),
        ("hex:first-3", "16A41A00", "16A41AB1"),
    ],
)
def test_a_part_finds_the_card_it_is_a_part_of(form: str, seen: str, known: str) -> None:
    assert completes(CardUid.parse(seen), named(form), known=CardUid.parse(known))


@pytest.mark.parametrize(
    ("form", "seen", "known"),
    [
        ("hex", "B1C95E80", "04A224B1C95E80"),
        ("hex:first-4", "B1C95E80", "04A224B1C95E80"),
        ("facility", "00A41AB2", "16A41AB1"),
    ],
)
def test_a_part_finds_no_card_it_is_no_part_of(form: str, seen: str, known: str) -> None:
    assert not completes(CardUid.parse(seen), named(form), known=CardUid.parse(known))


def test_every_part_says_how_many_bytes_it_has() -> None:
    assert {each: each.width for each in Part} == {
        Part.WHOLE: 0, Part.FIRST_4: 4, Part.LAST_4: 4, Part.FIRST_3: 3, Part.LAST_3: 3,
    }  # fmt: skip
