"""From figures to a format-free document: which sections, tables, charts and sentences, in which order."""
