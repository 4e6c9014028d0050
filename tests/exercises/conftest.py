"""Proofs of one exercise may run on several workers at once: each worker has spaces of its own,
while it runs the tests of this folder.
"""

import os

import pytest


@pytest.fixture(autouse=True, scope="module")
def own_spaces():
    """A learner's name for each worker."""
    before = os.environ["VDBCOURSE_LEARNER"]
    os.environ["VDBCOURSE_LEARNER"] = f"{before}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    yield
    os.environ["VDBCOURSE_LEARNER"] = before
