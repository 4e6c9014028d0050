"""The notebooks of a class: found, run, graded and reported."""
