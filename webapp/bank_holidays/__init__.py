"""Bank holidays: those published, those announced since, what one more would move, and accepting it."""
