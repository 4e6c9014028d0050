"""`./course install` with a stand-in for uv that installs nothing, so that no network is needed.
The tests share one environment.
"""

import json
import os
import re
import sys

import pytest
from clones import copy_repository, course
from support import ROOT

pytestmark = [
    pytest.mark.clone,
    pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C and paths are those of Unix"),
]


def wheel_of_uv(folder):
    """A wheel with the name and version of the lock whose `python -m uv` does nothing
    and succeeds.
    """
    import zipfile

    version = re.search(r"^uv==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)[1]
    folder.mkdir()
    info = f"uv-{version}.dist-info"
    with zipfile.ZipFile(folder / f"uv-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("uv/__init__.py", "")
        wheel.writestr("uv/__main__.py", "")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: uv\nVersion: {version}\n")
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    return {"PIP_FIND_LINKS": str(folder), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A copy whose environment holds nothing but that installer, made while pip is told to put
    packages elsewhere.
    """
    folder = copy_repository(tmp_path_factory.mktemp("small") / "c")
    elsewhere = folder.parent / "elsewhere"
    settings = {
        "PIP_USER": "1",
        "PYTHONUSERBASE": str(elsewhere),
        "PIP_TARGET": str(elsewhere),
        "PIP_DRY_RUN": "1",
    }
    result = course(folder, "install", **wheel_of_uv(folder.parent / "wheels"), **settings)
    return folder, result


def test_settings_of_pip_that_install_elsewhere_do_not_reach_the_environment(small):
    folder, result = small
    assert result.returncode == 0, result.stderr
    assert list((folder / ".venv").glob("lib/python*/site-packages/uv/__main__.py"))
    assert not (folder.parent / "elsewhere").exists()
    assert not (folder / ".venv/tmp").exists()


@pytest.mark.parametrize(
    "extras", [5, None, "docs", {"docs": 1}, [["docs"], 7, "docs", "nonsense"]]
)
def test_a_stamp_with_wrong_types_is_no_traceback(small, extras):
    folder, _ = small
    stamp = folder / ".venv/course-stamp.json"
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"extras": extras}))
    result = course(
        folder,
        "install",
        **wheel_of_uv(folder.parent / f"wheels{len(list(folder.parent.iterdir()))}"),
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
