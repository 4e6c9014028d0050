"""Formulas as MathML, which browsers draw without a script."""

from bs4 import BeautifulSoup, Tag


def mathml(text: str) -> Tag:
    """A formula as browsers draw it; the source stays as its text for those who copy it."""
    from latex2mathml import converter  # noqa: PLC0415

    block = text.startswith("\\[")
    made = BeautifulSoup(
        converter.convert(text[2:-2], display="block" if block else "inline"), "html.parser"
    )
    formula = made.find("math")
    if not isinstance(formula, Tag):
        raise ValueError(f"latex2mathml makes no formula of {text!r}")
    return formula
