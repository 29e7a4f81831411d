"""Comparison: what the subject's figures mean beside its peers', its own past and the price."""
