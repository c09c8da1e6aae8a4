"""What is stored, and the only functions that change it."""
