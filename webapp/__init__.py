"""Questions and pages; starts every process."""
