"""What several test files need."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def one_line(result):
    """The message of a command that failed as it should: one line on stderr, exit code 2, no traceback."""
    assert result.returncode == 2, (result.returncode, result.stdout, result.stderr)
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr
    return lines[0]
