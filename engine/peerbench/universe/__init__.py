"""One config for many briefs: which companies of the data are meant, the peers of each, and the config of each."""
