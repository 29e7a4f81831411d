"""Verification: a brief computed again from what it carries, and compared with what it says."""
