"""What an author of checks works with, and the run of a check."""
