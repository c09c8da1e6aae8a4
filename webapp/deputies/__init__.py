"""Naming a deputy for the days one is away, one’s own or for somebody who is absent already."""
