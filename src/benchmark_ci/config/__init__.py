"""`benchmark-ci.toml`: its text, its places, its keys, and what may be wrong with them."""
