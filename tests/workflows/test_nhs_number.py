"""An NHS number is ten digits of which the last checks the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.nhs_number import is_nhs_number


@pytest.mark.parametrize("number", ["9434765919", "9434765870", "4010232137"])
def test_a_number_whose_last_digit_agrees(number):
    assert is_nhs_number(number)


ARABIC = "9434765919".translate({ord("0") + digit: chr(0x0660 + digit) for digit in range(10)})


@pytest.mark.parametrize("number", ["", "943476591", "94347659190", "9434765918", "943476591X", ARABIC])
def test_anything_else(number):
    assert not is_nhs_number(number)


def test_where_the_check_would_be_ten_there_is_no_number():
    """The rule gives no digit for these nine, so no ten digits that begin with them are a number."""
    assert not any(is_nhs_number(f"000000006{digit}") for digit in range(10))


@given(number=st.integers(0, 10**9 - 1), place=st.integers(0, 8), other=st.integers(1, 9))
def test_one_digit_mistyped_is_always_noticed(number, place, other):
    digits = f"{number:09}"
    whole = next((digits + str(check) for check in range(10) if is_nhs_number(digits + str(check))), None)
    if whole is not None:
        wrong = str((int(whole[place]) + other) % 10)
        assert not is_nhs_number(whole[:place] + wrong + whole[place + 1 :])
