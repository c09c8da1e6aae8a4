"""The page on which anyone may notify a child’s death without an account. Nothing can be read through it."""
