"""Facts → facts: what was known on a day, in one currency, per ordinary share, over one window."""
