"""The declarations, one file for each kind of review."""
