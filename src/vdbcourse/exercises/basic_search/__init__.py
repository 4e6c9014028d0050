"""Exercise 01: a film search of the learner's own on Milvus, compared with an exact search."""
