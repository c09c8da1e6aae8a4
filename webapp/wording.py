"""The words for keys: states, kinds of review and deadlines, each turned into words in this one place."""

from dataclasses import dataclass

SERVICE_NAME = "Safeguarding reviews"


@dataclass(frozen=True, slots=True)
class Mark:
    """How a state of affairs is shown: its words, a shape and a colour. Never by colour alone."""

    words: str
    shape: str
    colour: str


# Red means only that something we owe is late.
DEADLINE_MARKS = {
    "waiting": Mark("Not started", "ring", "grey"),
    "running": Mark("Running", "half", "blue"),
    "due_soon": Mark("Due soon", "diamond", "yellow"),
    "overdue": Mark("Late", "triangle", "red"),
    "late_explained": Mark("Late, explained", "open-triangle", "orange"),
    "met": Mark("Met", "tick", "green"),
    "met_late": Mark("Met late", "tick", "grey"),
    "not_before": Mark("Not before", "bar", "blue"),
    "void": Mark("No longer applies", "dash", "grey"),
}


def deadline_mark(status: str) -> Mark:
    """Return how a deadline of this status is shown. Raises KeyError for a status no deadline has."""
    return DEADLINE_MARKS[status]


def sentence_case(words: str) -> str:
    """Return the words with their first letter large and the rest as they were."""
    return words[:1].upper() + words[1:]


def counted(number: int, one: str, many: str = "") -> str:
    """Return '1 case', '3 cases' or, with `many` given, '2 people'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
