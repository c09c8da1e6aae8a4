"""Why each date is what it is reads as it was reviewed: the texts are in tests/expected/explanations.

After a change that is meant: `.venv/bin/python -m tests.scenarios.explanations`, and read the difference.
"""

import pytest

from tests.scenarios.explanations import FOLDER, TOLD, explanations_of


@pytest.mark.parametrize("name", TOLD)
def test_every_date_is_explained_as_reviewed(name):
    assert explanations_of(name) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_no_text_is_left_over():
    assert {path.stem for path in FOLDER.iterdir()} == set(TOLD)
