"""The readers, one file for each question asked of what is stored."""
