"""The proof of the checks: wrong answers, other right answers and mutants."""
