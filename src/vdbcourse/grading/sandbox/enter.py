"""Drop all privileges, then run a module: `python -m vdbcourse.grading.sandbox.enter '{"user":
61200, ...}' MODULE [ARGUMENT]...`

Inside the sandbox this is the first thing that runs. Started by root, it switches to an account
that owns nothing, so that of root's files in the sandbox it can read only what everybody may read.
Then it applies the limits to itself.
"""

import json
import os
import runpy
import sys

from vdbcourse.grading.sandbox import seccomp
from vdbcourse.grading.sandbox.limits import Limits


def main() -> None:
    """Drop privileges, then run the other module."""
    how = json.loads(sys.argv[1])
    if how["confined"]:
        seccomp.forbid()
        os.umask(0)  # nobody else is here; a socket made here must be open to the run that uses it
    if how["user"] is not None:
        os.setgroups([])
        os.setresgid(*[how["user"]] * 3)
        os.setresuid(*[how["user"]] * 3)
    Limits(**how["limits"]).apply(how["threads"])
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
