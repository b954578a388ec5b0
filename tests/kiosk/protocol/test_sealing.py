import pytest
from hypothesis import given, strategies as st

from kiosk.protocol.sealing import NotUnsealed, key_of, new_key, seal, unseal

KEY = key_of(bytes(range(32)))


@pytest.mark.covers("BEY-08")
@given(data=st.binary(max_size=200), about=st.binary(max_size=20))
def test_what_is_sealed_is_read_by_its_reader(data: bytes, about: bytes) -> None:
    assert unseal(KEY, seal(KEY.public, data, about=about), about=about) == data


@given(data=st.binary(max_size=40), flip=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_changed_seal_is_not_opened(data: bytes, flip: int, bit: int) -> None:
    sealed = bytearray(seal(KEY.public, data, about=b"track"))
    sealed[flip % len(sealed)] ^= 1 << bit

    with pytest.raises(NotUnsealed):
        unseal(KEY, bytes(sealed), about=b"track")


def test_nobody_else_opens_it() -> None:
    with pytest.raises(NotUnsealed):
        unseal(new_key(), seal(KEY.public, b"face", about=b"12"), about=b"12")


def test_a_seal_about_one_thing_says_nothing_of_another() -> None:
    with pytest.raises(NotUnsealed):
        unseal(KEY, seal(KEY.public, b"face", about=b"12"), about=b"13")


def test_rubbish_is_not_opened() -> None:
    with pytest.raises(NotUnsealed):
        unseal(KEY, b"short", about=b"")


def test_the_data_cannot_be_seen_in_the_seal() -> None:
    assert b"secret" not in seal(KEY.public, b"secret" * 20, about=b"")
