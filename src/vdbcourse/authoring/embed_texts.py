"""Embed the texts that notebooks use, once and on all cores: `./course author embed`

A notebook that finds its texts in the cache need not load the model, which takes longer than most
of its cells.
"""

import ast
from pathlib import Path

import nbformat

from vdbcourse import datasets, embedding, settings

ROWS = 33_173  # film texts: all, as many as the lesson on smaller indexes searches in


def run() -> None:
    """Film texts, plots, and every string in a cell, which includes the queries."""
    notebooks = [
        *settings.root().glob("chapters/[0-9]*/*.ipynb"),
        *settings.root().glob("solutions/*.ipynb"),
    ]
    written = {text for path in notebooks for text in texts_in(path)}
    embedding.encode(
        [*datasets.film_texts(ROWS)["text"], *datasets.film_plots()["plot"], *sorted(written)]
    )


def texts_in(path: Path) -> set[str]:
    """All string constants in the code cells of a notebook."""
    cells = [
        cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"
    ]
    nodes = [node for source in cells for node in ast.walk(ast.parse(source))]
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
