"""Lighthouse on a page of each kind: performance, accessibility, best practices, search engines; 0
to 100 each.

Lighthouse simulates a phone on a slow network (its default). The pages are served compressed, as
GitHub Pages does it.
"""

import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path

from tqdm import tqdm

from vdbcourse import settings
from vdbcourse.authoring.site import chromium
from vdbcourse.errors import CourseError

VERSION = "12.8.2"  # of lighthouse, from the npm registry
LEAST = 95
RUNS = 3  # a score is the median of as many runs: other work on the machine shows in one of them
KINDS = {
    "home": "",
    "lesson": "chapters/3_milvus/07_index_types_measured/",
    "exercise": "exercises/07_evaluation/",
    "solution": "solutions/07_evaluation/",
    "table": "engines/",
    "glossary": "glossary/",
    "quiz": "quiz/",
    "cheat sheet": "cheat-sheets/milvus/",
    "explorer": "explorer/",
    "sizing": "sizing/",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def run(site: Path) -> dict[str, dict[str, int]]:
    """Measure a page of each kind and print the scores.

    Raises `CourseError` if Node.js or Chromium is missing, or a score is below 95.
    """
    program = installed()
    scores = {}
    with chromium.served(site, compressed=True) as address:
        for kind, path in tqdm(KINDS.items(), desc="Lighthouse", unit="page"):
            runs = [measured(program, f"{address}/{path}") for _ in range(RUNS)]
            scores[kind] = {
                name: round(statistics.median(one[name] for one in runs)) for name in CATEGORIES
            }
    print(f"{f'Lighthouse {VERSION}':<18}" + "".join(f"{name:>16}" for name in CATEGORIES))
    for kind, found in scores.items():
        print(f"{kind:<18}" + "".join(f"{found[name]:>16}" for name in CATEGORIES))
    low = [
        f"{kind}: {name} {value}"
        for kind, found in scores.items()
        for name, value in found.items()
        if value < LEAST
    ]
    if low:
        raise CourseError(f"Below {LEAST}: {'; '.join(low)}.")
    return scores


def installed() -> Path:
    """The program, fetched from the npm registry on first use."""
    if not shutil.which("npm"):
        raise CourseError(
            "Lighthouse runs on Node.js, which is not here. Install it (Debian: apt install nodejs"
            " npm), or leave out --audit."
        )
    folder = settings.home() / f"lighthouse-{VERSION}"
    program = folder / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        command = [
            "npm",
            "install",
            "--prefix",
            str(folder),
            "--no-audit",
            "--no-fund",
            "--silent",
            f"lighthouse@{VERSION}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CourseError(
                f"Lighthouse {VERSION} could not be installed:"
                f" {done.stderr.strip().splitlines()[-1:]}. It needs a network once."
            )
    return program


def measured(program: Path, url: str) -> dict[str, int]:
    """The four scores of a page. Raises `CourseError` with what Lighthouse says if it cannot
    measure it.
    """
    browser = chromium.program()
    flags = " ".join(["--headless=new", *chromium.QUIET])
    command = [
        str(program),
        url,
        "--quiet",
        "--output=json",
        f"--chrome-flags={flags}",
        f"--only-categories={','.join(CATEGORIES)}",
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CHROME_PATH": browser},
    )
    if done.returncode:
        raise CourseError(
            f"Lighthouse could not measure {url}: {' '.join(done.stderr.split())[-300:]}"
        )
    found = json.loads(done.stdout)["categories"]
    return {name: round(100 * found[name]["score"]) for name in CATEGORIES}
