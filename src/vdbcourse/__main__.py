"""`python -m vdbcourse` is the `vdbcourse` command."""

from vdbcourse.cli.app import main

main()
