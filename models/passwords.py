"""Passwords, kept only as Argon2 hashes."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.people import Person

HASHER = PasswordHasher()


def choose_password(person: Person, password: str) -> None:
    """Let the person sign in with `password` from now on."""
    person.password_hash = HASHER.hash(password)


def password_opens(person: Person | None, password: str) -> bool:
    """Return whether `password` is the person's; renew a hash made with weaker parameters than today's.

    Takes as long where there is nobody, or nobody with a password, so that
    the time does not tell which addresses have accounts.
    """
    kept = person.password_hash if person is not None else None
    matches = _matches(kept or _nobodys_hash(), password)
    if person is None or kept is None or not matches:
        return False
    if HASHER.check_needs_rehash(kept):
        choose_password(person, password)
    return True


def _matches(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("")
