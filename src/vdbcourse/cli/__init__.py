"""The command line: `vdbcourse COMMAND`, or `./course COMMAND` from the course folder."""
