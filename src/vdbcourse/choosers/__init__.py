"""Needs in, a ranked choice out, every reason with its source: of engines, and of index types."""
