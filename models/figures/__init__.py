"""Figures of child deaths: counted, compared, and guarded where they are small."""
