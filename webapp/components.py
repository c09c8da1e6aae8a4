"""What the component macros in `templates/components` are given: typed values for lists, and parts of a field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup
from wtforms import Field
from wtforms.fields.choices import SelectFieldBase

from webapp.fields import DayField

Given = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Card:
    """A count that is also a filter. `late` is for what we owe and have not done, the only use of red."""

    count: int
    words: str
    href: str
    chosen: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter in force, and the address of the list without it."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `sort_href` sorts by it; `sorted` says how it is sorted now."""

    words: str
    numeric: bool = False
    sort_href: str = ""
    sorted: Literal["", "ascending", "descending"] = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a review, and where the case is in relation to it."""

    words: str
    standing: Literal["done", "now", "ahead", "passed_over"]


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of something, on a page of its own; `here` is the one being looked at."""

    text: str
    href: str
    here: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is shown large, with what it counts."""

    words: str
    value: str


def page_links(page: int, last: int, address: Callable[[int], str]) -> list[Given]:
    """Return the links to the first and last pages and those around `page`, with gaps marked."""
    shown = sorted({1, last} | {near for near in (page - 1, page, page + 1) if 1 <= near <= last})
    links: list[Given] = []
    for number, before in zip(shown, [0, *shown], strict=False):
        if number - before > 1:
            links.append({"ellipsis": True})
        links.append({"number": number, "href": address(number), "current": number == page})
    return links


def label_of(field: Field, heading: bool, size: str) -> Given:
    """Return the label of a single box; with `heading` it is the heading of the page as well."""
    return {"text": field.label.text, "classes": f"govuk-label--{'l' if heading else size}", "isPageHeading": heading}


def legend_of(field: Field, heading: bool, size: str) -> Given:
    """Return the fieldset around several boxes that answer one question."""
    classes = f"govuk-fieldset__legend--{'l' if heading else size}"
    return {"legend": {"text": field.label.text, "classes": classes, "isPageHeading": heading}}


def hint_of(words: str) -> Given | None:
    """Return a hint, or nothing where there are no words for one."""
    return {"text": words} if words else None


def message_of(field: Field) -> Given | None:
    """Return every error of a field, one below the other, or nothing."""
    return {"html": Markup("<br>").join(map(str, field.errors))} if field.errors else None


def choices_of(field: SelectFieldBase, hints: Mapping[str, str] | None = None) -> list[Given]:
    """Return the answers to choose from, with those chosen; `hints` explains some of them by their value."""
    chosen = field.data if isinstance(field.data, list | tuple) else [field.data]
    return [
        {
            "value": choice.value,
            "text": choice.label,
            "checked": choice.value in chosen,
            "selected": choice.value in chosen,
            "hint": hint_of((hints or {}).get(choice.value, "")),
        }
        for choice in field.iter_choices()
    ]


def boxes_of(field: DayField) -> list[Given]:
    """Return the three boxes of a day, those that are wrong marked."""
    return [
        {
            "id": f"{field.id}-{box}",
            "name": f"{field.name}-{box}",
            "label": box.capitalize(),
            "value": typed,
            "classes": _box_classes(field, box),
        }
        for box, typed in field.boxes.items()
    ]


def _box_classes(field: DayField, box: str) -> str:
    wrong = field.errors and box in (field.wrong_boxes or field.boxes)
    return f"govuk-input--width-{4 if box == 'year' else 2}{' govuk-input--error' if wrong else ''}"
