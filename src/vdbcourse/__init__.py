"""The vector-database course: what its notebooks import.

Importing this package loads nothing heavy; each part is loaded when it is used:

- `vdbcourse.engines` starts or finds PostgreSQL + pgvector and Milvus and hands out their addresses
- `vdbcourse.datasets` reads the data as pandas frames
- `vdbcourse.embedding` turns text into vectors
- `vdbcourse.measure` computes exact neighbours, recall and latency percentiles
"""

__version__ = "0.1.0"
