"""Config: a YAML file becomes frozen values that know their line and column; every mistake is told at once."""
