"""The four metrics of exercise 11: operator, operator class, and the distance by NumPy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Metric:
    """One metric. distances: of all rows of a matrix to a question, as the operator returns
    them.
    """

    operator: str
    operator_class: str
    distances: Callable[[np.ndarray, np.ndarray], np.ndarray]


def _cosine(matrix: np.ndarray, question: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(question)
    return np.asarray(1 - matrix @ question / lengths)


METRICS = {
    "cosine": Metric("<=>", "vector_cosine_ops", _cosine),
    "l2": Metric("<->", "vector_l2_ops", lambda m, q: np.linalg.norm(m - q, axis=1)),
    "inner product": Metric("<#>", "vector_ip_ops", lambda m, q: np.asarray(-(m @ q))),
    "l1": Metric("<+>", "vector_l1_ops", lambda m, q: np.abs(m - q).sum(axis=1)),
}
