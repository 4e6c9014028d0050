"""Give up all rights, then run a module:
`python -m vdbcourse.grading.sandbox.enter '{"user": 61200, ...}' MODULE [ARGUMENT]...`

Inside the sandbox this is the first thing that runs. Started by root, it takes an account that owns
nothing, so that the files of root which the sandbox shows cannot be read beyond what everybody may
read. Then it binds itself to the limits.
"""

import json
import os
import runpy
import sys

from vdbcourse.grading.sandbox import seccomp
from vdbcourse.grading.sandbox.limits import Limits


def main() -> None:
    """Give up rights, then be the other module."""
    how = json.loads(sys.argv[1])
    if how["confined"]:
        seccomp.forbid()
        os.umask(0)  # nobody else is here; a socket made here must be open to the run beside it
    if how["user"] is not None:
        os.setgroups([])
        os.setresgid(*[how["user"]] * 3)
        os.setresuid(*[how["user"]] * 3)
    Limits(**how["limits"]).apply(how["threads"])
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
