"""Exercise 03: meaning and facts in one search."""
