"""Whatever is told in answer to a question is kept as JSON in UTF-8, or refused in words; nothing else comes of it."""

import json
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import registry
from workflows.answers import Asked, read_answers
from workflows.dates import PartialDate
from workflows.errors import AnswersRefused

THU_2_JAN_2020 = date(2020, 1, 2)
ASKED = Asked(PartialDate.parse("2020-01-01"), THU_2_JAN_2020)
STEPS = [
    step
    for workflow in registry.workflows().values()
    for procedure in workflow.procedures.values()
    for step in procedure.steps
    if step.asks
]

FULL_WIDTH = "\uff12\uff10\uff12\uff10-01-01"

one_thing = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.binary(max_size=4), st.dates(), st.datetimes(),
    st.text(st.characters(codec=None, categories=None), max_size=8),
    st.sampled_from(["2020-13", "9999-12-31", "0001-01-01", FULL_WIDTH, "2020-W01-1", "x" * 30_000, 10**400]),
)  # fmt: skip
things = st.recursive(
    one_thing,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3),
    max_leaves=5,
)


@given(step=st.sampled_from(STEPS), told=things, place=st.integers(0, 40))
def test_an_answer_is_kept_as_json_or_refused_in_words(step, told, place):
    question = step.asks[place % len(step.asks)]
    with suppress(AnswersRefused):
        kept = read_answers(step, {question.key: told}, ASKED)
        assert json.loads(json.dumps(kept, ensure_ascii=False, allow_nan=False).encode()) == kept


@pytest.mark.parametrize("told", ["a\x00b", "half a character \ud83d"])
def test_a_character_that_cannot_be_kept_is_said_to_be_one(told):
    step = next(step for step in STEPS if step.key == "transfer_case")

    with pytest.raises(AnswersRefused, match="contains a character that cannot be kept"):
        read_answers(step, {"reasons": told}, ASKED)
