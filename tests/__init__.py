"""Folders mirror the packages; beside them scenarios, expected, architecture, browser and bench."""
