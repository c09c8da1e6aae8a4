"""Reference: every kind of review under every edition, made from the declarations."""
