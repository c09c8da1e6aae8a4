"""Every case told as a script holds: each refusal as expected, and what must be true on given days."""

from pathlib import Path

import pytest

from webapp.replaying import replay
from webapp.scripts import read_script

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_case_goes_as_told(path, session):
    replayed = replay(session, read_script(path))

    assert replayed.failures == []
