"""Running text of a brief: which claims make which paragraph. Words live in phrases.yaml, truth in narrate."""
