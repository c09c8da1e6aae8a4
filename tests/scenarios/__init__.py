"""The guidance as stories: what happens to a review on which day, and what must be true of it then."""
