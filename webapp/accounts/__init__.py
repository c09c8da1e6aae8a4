"""Signing in and out, and what a person sees and changes of their own account."""
