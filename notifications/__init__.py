"""Telling people, later, from what is stored."""
