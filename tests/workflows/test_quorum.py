"""A panel is quorate by who was there, in whatever words they were written down (DOMAIN 4.3)."""

import pytest

from workflows.quorum import DEFAULT_QUORUM, quorum_rule


@pytest.mark.parametrize(
    "present",
    [
        ["Public health", "Designated doctor", "Children’s social care", "Police"],
        ["health", "local_authority"],
        ["Designated paediatrician", "Education"],
        ["CCG", "Children's Services, Anytown"],
        ["Anytown Hospital", "Social worker", "Lay member"],
        ["Lead nurse for child death review", "Local Authority"],
    ],
)
def test_health_and_the_local_authority_are_enough(present):
    assert DEFAULT_QUORUM.missing(present) == ()


@pytest.mark.parametrize(
    ("present", "says"),
    [
        (["Police", "Lay member"], "nobody for health"),
        (["Police", "Lay member"], "nobody for the local authority"),
        (["Public health", "Police"], "nobody for the local authority"),
        (["Social care", "Police", "Coroner’s officer"], "nobody for health"),
        ([], "0 present"),
        (["Health"], "1 present"),
    ],
)
def test_what_is_missing_is_said(present, says):
    assert says in ", and ".join(DEFAULT_QUORUM.missing(present))


def test_a_panel_that_asks_for_a_role_knows_it_by_key_and_by_words():
    rule = quorum_rule(["designated_doctor", "Children’s social care"], 3)

    assert rule.missing(["Designated doctor for child deaths", "social_care", "Police"]) == ()
    assert rule.missing(["Paediatrician", "social_care", "Police"]) == ("nobody for designated doctor",)
