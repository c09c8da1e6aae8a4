"""What people are reminded of: the ledger of a case and of a person, answers to reminders, and the ladders."""
