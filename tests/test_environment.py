"""What the suite sets for every process that it starts (conftest.py of the root)."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pandas
import pytest


@pytest.mark.skipif(
    not os.access(Path(pandas.__file__).parent, os.W_OK), reason="the packages are read-only"
)
def test_a_package_is_compiled_by_the_first_process_that_imports_it(tmp_path):
    assert Path(importlib.util.cache_from_source(pandas.__file__)).is_file()
    (tmp_path / "package.py").touch()
    subprocess.run([sys.executable, "-c", "import package"], cwd=tmp_path, check=True)
    assert list(tmp_path.glob("__pycache__/*.pyc"))
