"""The readers: one module per question asked of what is stored."""
