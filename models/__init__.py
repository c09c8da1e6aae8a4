"""What happened, and the few functions that make it happen."""
