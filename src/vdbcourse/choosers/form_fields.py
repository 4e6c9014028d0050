"""Fields of a chooser's form, and the numbers that people type into them."""

import html

import ipywidgets as widgets

from vdbcourse.errors import CourseError

WIDE = widgets.Layout(width="42em")
LABELS = {"description_width": "22em"}


def text_field(label: str, content: str = "") -> widgets.Text:
    """A field for one line of text."""
    return widgets.Text(value=content, description=label, layout=WIDE, style=LABELS)


def choice_field(
    label: str, options: list[tuple[str, str]], value: str | None = None
) -> widgets.Dropdown:
    """A field to choose from `options`, pairs of words and value; preset: `value`, or the first
    one.
    """
    chosen = {} if value is None else {"value": value}
    return widgets.Dropdown(options=options, description=label, layout=WIDE, style=LABELS, **chosen)


def switch_field(label: str) -> widgets.Checkbox:
    """A field for yes or no."""
    return widgets.Checkbox(description=label, indent=False, layout=WIDE)


def written(value: float | None) -> str:
    """A number as people write it; empty for None."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def number(label: str, typed: str, fraction: bool) -> float | int | None:
    """The number in a text field; spaces and commas between digits are fine; None for an empty
    field that takes fractions. Raises `CourseError` if it is not a number.
    """
    digits = typed.replace(",", "").replace("_", "").replace(" ", "")
    if fraction and not digits:
        return None
    try:
        return float(digits) if fraction else int(digits)
    except ValueError:
        example = "12.5" if fraction else "1,000,000"
        raise CourseError(
            f"{label}: {typed!r} is not a {'' if fraction else 'whole '}number. Write digits, for"
            f" example {example}."
        ) from None


def mistake(error: CourseError) -> str:
    """What is wrong with the fields, as HTML in place of an answer."""
    return (
        "<p role='alert' style='text-align:left'><strong>Please fix:</strong>"
        f" {html.escape(str(error))}</p>"
    )
