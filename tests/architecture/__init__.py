"""What holds of the code as a whole: who imports whom, how long a function may be, which versions agree."""
