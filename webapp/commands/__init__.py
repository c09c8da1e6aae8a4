"""The commands of `reviews`, one to a file, each imported only when it is run."""
