"""Metrics: one small formula language, the catalogue written in it, and its compilers."""
