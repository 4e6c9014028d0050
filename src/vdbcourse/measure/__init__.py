"""How good and how fast a search is: exact neighbours, recall, NDCG, latency. Arrays in, numbers
out; no engine, no files.
"""

from vdbcourse.measure.latency import latency_percentiles, time_calls
from vdbcourse.measure.neighbours import METRICS, Neighbours, exact_knn
from vdbcourse.measure.recall import recall_at_k
from vdbcourse.measure.relevance import ndcg_at_k, reciprocal_rank

__all__ = [
    "METRICS",
    "Neighbours",
    "exact_knn",
    "latency_percentiles",
    "ndcg_at_k",
    "recall_at_k",
    "reciprocal_rank",
    "time_calls",
]
