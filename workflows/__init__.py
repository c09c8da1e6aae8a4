"""The law as data, and how to read it."""
