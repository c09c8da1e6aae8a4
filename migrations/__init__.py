"""The numbered changes of the database, up and down."""
