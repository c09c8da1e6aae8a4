"""NHS numbers: ten digits, the last of which checks the others."""


def is_nhs_number(digits: str) -> bool:
    """Return whether these are ten digits whose last agrees with the modulus 11 of the first nine."""
    if len(digits) != 10 or not digits.isascii() or not digits.isdigit():
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    check = 11 - weighted % 11
    return check != 10 and int(digits[9]) == check % 11
