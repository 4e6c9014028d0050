"""What confines a learner's code: its own namespace, limits, and a watcher."""
