"""Tables of a brief, a module a subject. What they share: columns, rows, and the remarks under them."""
