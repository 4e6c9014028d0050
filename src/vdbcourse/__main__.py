"""`python -m vdbcourse` is the `vdbcourse` command."""

from vdbcourse.cli import main

main()
