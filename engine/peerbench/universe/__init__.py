"""One config for many briefs: which companies of the data are meant, the peers of each by rule, and each one's config."""
