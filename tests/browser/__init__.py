"""The pages in a real browser: keyboard, narrow screens, no JavaScript, and what axe finds."""
