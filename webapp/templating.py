"""How pages are made: templates in which a missing name is an error, the component macros, and words for dates."""

from collections.abc import Callable, MutableMapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined
from jinja2 import Template as JinjaTemplate

from models.role_words import role_words
from webapp import components
from webapp.mistakes import mistakes_in
from webapp.wording import counted, deadline_mark, sentence_case
from workflows.dates import LONDON, PartialDate, day_in_words, london_day

TEMPLATES = Path(__file__).parent / "templates"
LIBRARY = "govuk_frontend_jinja"


class LibraryLoader(BaseLoader):
    """Loads the component macros into an environment of their own.

    They ask about parameters that were not given, which our templates may not.
    """

    def __init__(self) -> None:
        loader = PrefixLoader({LIBRARY: PackageLoader(LIBRARY)})
        self._library = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)

    def load(
        self, _environment: Environment, name: str, _globals: MutableMapping[str, Any] | None = None
    ) -> JinjaTemplate:
        return self._library.get_template(f"{LIBRARY}/{name}")


def furnish_templates(app: Flask) -> None:
    """Give `app` its template loader, filters and the functions every template may call."""
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), PrefixLoader({LIBRARY: LibraryLoader()})])
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(FUNCTIONS)


def day(value: date | PartialDate) -> str:
    """Return '7 February 2014', or 'February 2014' where only the month is known."""
    if isinstance(value, datetime):
        raise TypeError("A moment has no day until it is asked for in London: use `moment` or `day_of`")
    return value.words() if isinstance(value, PartialDate) else day_in_words(value)


def day_of(value: datetime) -> str:
    """Return the day in London of a moment, as '7 February 2014'."""
    return day_in_words(london_day(value))


def moment(value: datetime) -> str:
    """Return '5:30pm on 7 February 2014' as a clock in London showed it."""
    return f"{clock_time(value)} on {day_of(value)}"


def clock_time(value: datetime) -> str:
    """Return '5:30pm', '9am', 'midday' or 'midnight' as a clock in London showed it."""
    local = value.astimezone(LONDON)
    if local.minute == 0 and local.hour % 12 == 0:
        return "midday" if local.hour else "midnight"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"


def duration(value: int | timedelta) -> str:
    """Return '512 days' for a number of days; a shorter length of time in hours or minutes."""
    if isinstance(value, int):
        return counted(value, "day")
    minutes = int(value.total_seconds()) // 60
    for size, unit in ((24 * 60, "day"), (60, "hour")):
        if minutes >= size and minutes % size == 0:
            return counted(minutes // size, unit)
    return counted(minutes, "minute")


FILTERS: dict[str, Callable[..., Any]] = {
    "clock_time": clock_time,
    "counted": counted,
    "day": day,
    "day_of": day_of,
    "duration": duration,
    "moment": moment,
    "role_words": role_words,
    "sentence": sentence_case,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "boxes_of": components.boxes_of,
    "choices_of": components.choices_of,
    "deadline_mark": deadline_mark,
    "hint_of": components.hint_of,
    "label_of": components.label_of,
    "legend_of": components.legend_of,
    "message_of": components.message_of,
    "mistakes_in": mistakes_in,
    "page_links": components.page_links,
}
