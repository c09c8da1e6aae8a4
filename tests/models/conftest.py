"""What a test of the tables starts from."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.models.situations import SOME_TIME, Given


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


@pytest.fixture
def some_time() -> datetime:
    return SOME_TIME
