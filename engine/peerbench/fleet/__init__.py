"""Many briefs: one job each, in a worker process here or on a cluster; one that fails stops no other."""
