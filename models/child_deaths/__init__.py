"""Child deaths: told, gathered, imported, told apart, and returned nationally."""
