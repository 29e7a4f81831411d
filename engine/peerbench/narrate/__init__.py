"""What may be said, as predicates evaluated on the figures, and how it is said, as phrases that hold no number."""
