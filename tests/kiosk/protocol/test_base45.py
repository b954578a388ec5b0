import pytest
from hypothesis import given, settings, strategies as st

from kiosk.protocol.base45 import SIGNS, NotBase45, decode, encode


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
    ],
)
def test_the_examples_of_the_standard(data: bytes, text: str) -> None:
    assert encode(data) == text
    assert decode(text) == data


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_what_is_written_is_read_back(data: bytes) -> None:
    assert decode(encode(data)) == data


@settings(deadline=None)
@given(st.text(SIGNS, max_size=30))
def test_a_text_is_the_only_one_of_its_bytes(text: str) -> None:
    try:
        data = decode(text)
    except NotBase45:
        return

    assert encode(data) == text


@pytest.mark.parametrize("text", ["GGW", "::", "A", "BB8A", "bb8", "Ä00", "\x00"])
def test_a_text_that_stands_for_nothing_is_refused(text: str) -> None:
    with pytest.raises(NotBase45):
        decode(text)
