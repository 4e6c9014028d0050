"""Exercise 09: a slow search made fast under a recall floor."""
