"""Invented people and cases to try the system with. Nobody here is real."""
