"""How names are compared: by their letters, by how they sound, and word by word, whichever box they were typed in.

What stands in a box and is no name, such as “baby”, says nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator

NO_NAMES = frozenset(
    {"baby", "boy", "girl", "of", "infant", "newborn", "not", "known", "unknown", "none", "named", "given", "yet"}
)
"""What people write where a child has no name yet, or where they do not know it. A local list."""

MOST_WORDS = 4
"""Of how many words of a name the sound is kept. A local limit: a longer name is found by its first words."""


def letters(name: str) -> str:
    """Return a name as it is compared: small letters alone, without accents, spaces and marks."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalpha())


def words_of_name(name: str | None) -> tuple[str, ...]:
    """Return the words of a name, each as its letters; nothing of what is no name."""
    parts = (name or "").replace("-", " ").replace("/", " ").split()
    words = [word for part in parts if (word := letters(part))]
    return tuple(word for word in words if word not in NO_NAMES)


def sound(word: str) -> str:
    """Return how a word sounds, alike for “Catherwood” and “Katherwode”; of another script, the word itself.

    The P of “Thompson” is not heard.
    """
    # Loaded late: most of what reads these tables compares no names.
    from jellyfish import metaphone

    return metaphone(word).replace("MPS", "MS") or word


def sounds_of(name: str | None) -> frozenset[str]:
    """Return how the words of a name sound, and how it does written as one: “O Brien” is also “Obrien”."""
    words = words_of_name(name)[:MOST_WORDS]
    return frozenset(sound(word) for word in {*(word for word in words if len(word) > 1), "".join(words)} if word)


def name_sounds(surnames: Collection[str | None], forenames: str | None) -> list[str]:
    """Return how a child's names sound, a surname with a forename each, in either order.

    Two children of whom one of these is the same have a surname and a forename that sound alike. A child of whom no
    forename is known has none.
    """
    return sorted(set(_together(surnames, forenames)))


def _together(surnames: Collection[str | None], forenames: str | None) -> Iterator[str]:
    for surname in surnames:
        for one in sounds_of(surname):
            for other in sounds_of(forenames):
                yield " ".join(sorted((one, other)))
