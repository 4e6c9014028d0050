"""What is said of a right number that was rounded before it was returned."""

ROUNDED = (
    "That is the right number, rounded. Return it as it was computed: two searches may differ in"
    " the digits that are gone."
)


def rounded(value: float) -> dict[float, str]:
    """`value` with two to five digits, as `mistakes` for `Reply.equals`."""
    return {round(value, digits): ROUNDED for digits in range(2, 6)}
