"""The case: where it stands, what happened, and recording what happens next."""
