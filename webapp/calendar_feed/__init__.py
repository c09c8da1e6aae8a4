"""A person’s private calendar feed: opening it, revoking it, and the feed itself."""
