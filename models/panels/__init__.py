"""Child death overview panels: who sits on them, their meetings, packs, minutes and actions."""
