"""Servers that Docker runs for the course: a folder of `docker/` and a module here for each."""
