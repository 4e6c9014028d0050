"""How good and how fast a search is: exact neighbours, recall, latency. Arrays in, numbers out; no engine, no files."""

from vdbcourse.measure.latency import latency_percentiles, time_calls
from vdbcourse.measure.neighbours import METRICS, Neighbours, exact_knn
from vdbcourse.measure.recall import recall_at_k

__all__ = ["METRICS", "Neighbours", "exact_knn", "latency_percentiles", "recall_at_k", "time_calls"]
