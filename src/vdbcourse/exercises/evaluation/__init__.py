"""Exercise 07: evaluate a search."""
