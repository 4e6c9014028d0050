"""engines.explain: which errors it explains."""

import subprocess
import sys

import psycopg
import pytest

from vdbcourse import engines


def test_an_error_of_another_library_is_not_explained():
    with pytest.raises(TypeError, match="KeyError is an error of neither Milvus nor PostgreSQL"):
        engines.explain(KeyError("x"))


def test_an_error_of_postgresql_is_explained_without_loading_pymilvus():
    code = (
        "import psycopg, sys; from vdbcourse import engines;"
        "engines.explain(psycopg.errors.QueryCanceled('due to statement timeout'));"
        "print('pymilvus' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "False\n"


def test_a_password_in_the_words_is_masked():
    error = psycopg.OperationalError("postgresql://me:Treasure9@host:1/db does what it wants")
    assert "Treasure9" not in engines.explain(error)
