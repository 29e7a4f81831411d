"""peerbench: comparative peer-benchmark briefs in which every number answers for itself."""

__version__ = "0.1.0"
