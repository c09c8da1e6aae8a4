"""What people were told, how they wish to be told, what could not be told, and how the engine is that tells it."""
