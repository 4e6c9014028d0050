"""The message for a right number that was rounded before it was returned."""

ROUNDED = (
    "That is the right number, rounded. Return it unrounded: two searches may differ only in the"
    " missing digits."
)


def rounded(value: float) -> dict[float, str]:
    """`value` with two to five digits, as `mistakes` for `Reply.equals`."""
    return {round(value, digits): ROUNDED for digits in range(2, 6)}
