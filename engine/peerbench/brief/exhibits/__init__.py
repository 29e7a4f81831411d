"""Figures of a brief, a module a kind: the numbers that each shows, its claim of a title, what stands in for it."""
