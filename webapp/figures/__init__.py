"""The figures of child deaths: a page for those entitled, the same as files, and what it takes to publish them."""
