"""The site while it is written: built again and shown whenever a source changes."""

import logging
import os

from vdbcourse import settings


def serve(address: str) -> None:
    """Build the pages again whenever a source changes and show them at `address`; without the
    sheets for print.
    """
    from mkdocs.commands import serve as command  # noqa: PLC0415

    logging.getLogger("mkdocs").setLevel(logging.INFO)
    watched = [
        str(settings.root() / name)
        for name in ("chapters", "exercises", "solutions", "src/vdbcourse")
    ]
    os.chdir(settings.root())
    command.serve("mkdocs.yml", dev_addr=address, watch=watched)
