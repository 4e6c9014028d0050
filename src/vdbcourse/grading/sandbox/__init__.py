"""What confines a learner's code: a namespace of its own, limits, and a watcher."""
